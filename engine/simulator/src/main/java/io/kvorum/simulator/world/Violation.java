package io.kvorum.simulator.world;

/** Something happened that must never happen. */
public final class Violation extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String rule;

    Violation(String rule, String what) {
        super(rule + ": " + what);
        this.rule = rule;
    }

    /** The rule that was broken, such as "runs-twice". */
    public String rule() {
        return rule;
    }
}
