package io.kvorum.core.inventory;

import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import java.util.List;
import java.util.UUID;

/** VMs, and what is asked of where they run: what filters, weights and repairs of affinity go by. */
public sealed interface AffinityRule permits AffinityGroup, AffinityLabel {

    UUID id();

    String name();

    /** What its members ask of each other. */
    Rule vms();

    /** What "together" and "apart" are measured by. */
    Level level();

    /** What its members ask of {@link #hostIds}. */
    Rule hosts();

    List<Member> members();

    List<UUID> hostIds();

    /** How sentences refer to it. */
    String words();

    /** Whether its members seek one host. */
    default boolean gathers() {
        return vms().positive() && level() == Level.HOST;
    }

    default boolean hard() {
        return vms().hard() || hosts().hard();
    }
}
