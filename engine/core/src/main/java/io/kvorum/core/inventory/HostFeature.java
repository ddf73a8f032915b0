package io.kvorum.core.inventory;

import io.kvorum.core.inventory.Host.HostFacts;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Something that a host has or has not, and that a VM may need. */
public record HostFeature(Type type, String value) {

    /** What sort of thing a host has. */
    public enum Type {
        BRIDGE,
        /** A CPU model that guests can be given. */
        GUEST_CPU,
        /** The model of its own CPU. */
        OWN_CPU,
        VIRTUALIZATION,
        /** A machine type of its emulator; none is known of hosts that do not tell. */
        MACHINE_TYPE,
        UEFI,
        TPM
    }

    static final String YES = "yes";

    static Set<HostFeature> of(HostFacts facts) {
        Set<HostFeature> all = new HashSet<>();
        facts.bridges().forEach(bridge -> all.add(new HostFeature(Type.BRIDGE, bridge)));
        facts.cpuModels().forEach(model -> all.add(new HostFeature(Type.GUEST_CPU, model)));
        facts.machineTypes().forEach(type -> all.add(new HostFeature(Type.MACHINE_TYPE, type)));
        facts.machineAliases().keySet().forEach(type -> all.add(new HostFeature(Type.MACHINE_TYPE, type)));
        all.add(new HostFeature(Type.OWN_CPU, facts.cpuModel()));
        all.add(new HostFeature(Type.VIRTUALIZATION, facts.virtualization().name()));
        if (facts.uefi()) {
            all.add(new HostFeature(Type.UEFI, YES));
        }
        if (facts.tpm()) {
            all.add(new HostFeature(Type.TPM, YES));
        }
        return all;
    }

    /** Which slots have which feature. */
    static final class Sets {

        private final Map<HostFeature, SlotSet> sets = new HashMap<>();

        SlotSet with(HostFeature feature) {
            return sets.getOrDefault(feature, SlotSet.none());
        }

        void add(int slot, HostFacts facts) {
            of(facts)
                    .forEach(feature ->
                            sets.computeIfAbsent(feature, f -> new SlotSet()).add(slot));
        }

        void drop(int slot, HostFacts facts) {
            for (HostFeature feature : of(facts)) {
                SlotSet set = sets.get(feature);
                if (set != null) {
                    set.drop(slot);
                    if (set.isEmpty()) {
                        sets.remove(feature);
                    }
                }
            }
        }

        Sets copy() {
            Sets copy = new Sets();
            sets.forEach((feature, set) -> copy.sets.put(feature, set.copy()));
            return copy;
        }
    }
}
