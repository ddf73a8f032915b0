package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Vm;
import java.util.Comparator;

/** In which order VMs look for hosts where several do. */
public final class PlacementOrder {

    /** Who finds room least easily comes first: seats on NUMA nodes, then much memory, then many CPUs; then by name. */
    public static final Comparator<Vm> HARDEST_FIRST = Comparator.<Vm, Boolean>comparing(
                    vm -> vm.spec().hardware().tuning().seated())
            .thenComparingLong(vm -> vm.spec().hardware().memoryBytes())
            .thenComparingInt(vm -> vm.spec().hardware().vcpus())
            .reversed()
            .thenComparing(Vm::name);

    private PlacementOrder() {}
}
