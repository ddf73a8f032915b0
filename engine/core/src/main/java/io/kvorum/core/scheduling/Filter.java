package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.SlotSet;

/** Says whether a host can take a VM at all. {@link #admits} is the rule; the rest follows it. */
interface Filter {

    /** Stable; shown to people. oVirt's, where it has such a unit. */
    String name();

    /** Whether the VM asks for anything that this filter looks at; asked once a decision. */
    default boolean applies(Candidates all) {
        return true;
    }

    /** Whether a policy may leave it out; the others say what is possible at all. */
    default boolean optional() {
        return false;
    }

    /** Whether it steps aside where no host would be left. */
    default boolean yields() {
        return false;
    }

    /** Whether a VM that becomes so much larger where it runs needs its consent. */
    default boolean minds(Hardware before, Hardware after) {
        return false;
    }

    boolean admits(Candidates all, int slot);

    /** Why {@link #admits} said no: what the VM needs, what the host has. */
    String reason(Candidates all, int slot);

    /**
     * Drops the hosts that are not admitted. Filters that most decisions ask have this loop of their own, so that the
     * compiler can inline their rule into it.
     */
    default void narrow(Candidates all, SlotSet hosts) {
        for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
            if (!admits(all, slot)) {
                hosts.drop(slot);
            }
        }
    }
}
