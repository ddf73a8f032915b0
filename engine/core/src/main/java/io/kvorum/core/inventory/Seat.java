package io.kvorum.core.inventory;

import java.util.List;

/**
 * Where on its host a VM lies that asks for NUMA nodes, CPUs of its own or huge pages: one cell for each of its NUMA
 * nodes, in their order.
 */
public record Seat(List<Cell> cells) {

    public Seat {
        cells = List.copyOf(cells);
    }

    /**
     * One NUMA node of the VM.
     *
     * @param node the host's node that its memory is bound to
     * @param cpus the host's CPUs that are its own, one for each of its vCPUs; empty where it shares the node's
     */
    public record Cell(int node, List<Integer> cpus) {

        public Cell {
            cpus = List.copyOf(cpus);
        }
    }
}
