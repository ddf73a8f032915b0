package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.SlotSet;

/** Says how good a host would be for a VM. {@link #score} is the rule; the rest follows it. */
interface Weight {

    /** Stable; shown to people. oVirt's, where it has such a unit. */
    String name();

    /** Whether it can tell hosts apart for such a VM; asked once a decision. */
    default boolean applies(Candidates all) {
        return true;
    }

    /** 0 (worst) to 1 (best), with the VM counted as if it were there. */
    double score(Candidates all, int slot);

    /**
     * Adds score times factor to each host's total. Weights that most decisions ask have this loop of their own, so that
     * the compiler can inline their rule into it.
     */
    default void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
        for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
            totals[slot] += factor * score(all, slot);
        }
    }
}
