package io.kvorum.core.availability;

import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.Priority;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The order in which VMs that fell are restarted.
 *
 * <ol>
 *   <li>Those that wait for none of the others; then those that wait only for these; and so on.
 *   <li>Among them, highest priority first. A VM counts as high as the highest that waits for it.
 *   <li>Then by name.
 * </ol>
 */
final class RestartOrder {

    private final Map<UUID, Vm> fallen = new HashMap<>();
    private final Map<UUID, Integer> waves = new HashMap<>();
    private final Map<UUID, Priority> priorities = new HashMap<>();

    private RestartOrder(Collection<Vm> vms) {
        vms.forEach(vm -> {
            fallen.put(vm.id(), vm);
            priorities.put(vm.id(), vm.spec().highAvailability().priority());
        });
        vms.forEach(vm -> wave(vm, new HashSet<>()));
        vms.forEach(vm -> lift(vm, vm.spec().highAvailability().priority(), new HashSet<>()));
    }

    static List<Vm> of(Collection<Vm> fallen) {
        RestartOrder order = new RestartOrder(fallen);
        List<Vm> sorted = new ArrayList<>(fallen);
        sorted.sort(Comparator.<Vm>comparingInt(vm -> order.waves.getOrDefault(vm.id(), 0))
                .thenComparing(vm -> order.priorities.get(vm.id()), Comparator.reverseOrder())
                .thenComparing(Vm::name));
        return sorted;
    }

    /** Circles are refused when they are configured; one that got here all the same must not hang anything. */
    private int wave(Vm vm, Set<UUID> path) {
        Integer known = waves.get(vm.id());
        if (known != null || !path.add(vm.id())) {
            return known == null ? 0 : known;
        }
        int wave = 0;
        for (UUID before : vm.spec().highAvailability().restartAfter()) {
            Vm other = fallen.get(before);
            if (other != null) {
                wave = Math.max(wave, wave(other, path) + 1);
            }
        }
        path.remove(vm.id());
        waves.put(vm.id(), wave);
        return wave;
    }

    private void lift(Vm vm, Priority priority, Set<UUID> path) {
        if (!path.add(vm.id())) {
            return;
        }
        priorities.merge(vm.id(), priority, (a, b) -> a.compareTo(b) >= 0 ? a : b);
        for (UUID before : vm.spec().highAvailability().restartAfter()) {
            Vm other = fallen.get(before);
            if (other != null) {
                lift(other, priority, path);
            }
        }
    }
}
