package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.NodeColumns;
import io.kvorum.core.inventory.Seat;
import io.kvorum.core.inventory.Tuning;
import java.util.ArrayList;
import java.util.List;

/** Which nodes of a host a VM with NUMA nodes can have. */
final class Seats {

    /** Memory that goes with a CPU where the room of a node is put into one number. */
    private static final double BYTES_PER_CPU = 2L << 30;

    private Seats() {}

    /** Whether there are enough nodes with room for one of the VM's each. */
    static boolean fits(Candidates all, int slot) {
        int wanted = all.tuning().numaNodes();
        NodeColumns nodes = all.hosts().nodes();
        for (int node = 0; node < nodes.nodes(slot) && wanted > 0; node++) {
            if (fits(all, slot, node)) {
                wanted--;
            }
        }
        return wanted == 0;
    }

    private static boolean fits(Candidates all, int slot, int node) {
        Tuning tuning = all.tuning();
        NodeColumns nodes = all.hosts().nodes();
        int cpus = all.vcpus() / tuning.numaNodes();
        return cpus <= (tuning.dedicatedCpus() ? nodes.freeThreads(slot, node) : nodes.threads(slot, node))
                && all.memoryBytes() / tuning.numaNodes() <= freeBytes(all, slot, node);
    }

    private static long freeBytes(Candidates all, int slot, int node) {
        long pages = all.tuning().hugepageBytes();
        NodeColumns nodes = all.hosts().nodes();
        return pages == 0 ? nodes.freeBytes(slot, node) : nodes.freeHugepageBytes(slot, node, pages);
    }

    /** What is missing, node by node. */
    static String shortage(Candidates all, int slot) {
        Tuning tuning = all.tuning();
        NodeColumns nodes = all.hosts().nodes();
        StringBuilder words = new StringBuilder("Each of the VM's ")
                .append(tuning.numaNodes())
                .append(" NUMA nodes needs ")
                .append(all.vcpus() / tuning.numaNodes())
                .append(tuning.dedicatedCpus() ? " CPUs of its own and " : " CPUs and ")
                .append(Words.mebibytes(all.memoryBytes() / tuning.numaNodes()))
                .append(
                        tuning.hugepageBytes() == 0
                                ? ""
                                : " in huge pages of " + Words.mebibytes(tuning.hugepageBytes()))
                .append("; the host's nodes have ");
        for (int node = 0; node < nodes.nodes(slot); node++) {
            words.append(node == 0 ? "" : ", ")
                    .append(tuning.dedicatedCpus() ? nodes.freeThreads(slot, node) : nodes.threads(slot, node))
                    .append(" and ")
                    .append(Words.mebibytes(Math.max(0, freeBytes(all, slot, node))));
        }
        return words.append(nodes.nodes(slot) == 0 ? "nothing." : ".").toString();
    }

    /**
     * The seat that it gets on a host where it {@link #fits}: the nodes that it fills most, so that the others stay whole;
     * for a VM whose group will follow it the emptiest.
     */
    static Seat pick(Candidates all, int slot) {
        NodeColumns nodes = all.hosts().nodes();
        int wanted = all.tuning().numaNodes();
        int sign = Gathering.attracts(all) ? -1 : 1;
        List<Integer> fitting = new ArrayList<>();
        for (int node = 0; node < nodes.nodes(slot); node++) {
            if (fits(all, slot, node)) {
                fitting.add(node);
            }
        }
        fitting.sort((a, b) -> {
            int byRoom = sign * Double.compare(room(all, slot, a), room(all, slot, b));
            return byRoom != 0 ? byRoom : Integer.compare(a, b);
        });
        List<Integer> chosen = fitting.subList(0, wanted).stream().sorted().toList();
        List<Seat.Cell> cells = new ArrayList<>();
        for (int node : chosen) {
            List<Integer> cpus =
                    all.tuning().dedicatedCpus() ? nodes.pickCpus(slot, node, all.vcpus() / wanted) : List.of();
            cells.add(new Seat.Cell(nodes.id(slot, node), cpus));
        }
        return new Seat(cells);
    }

    /** CPUs of the node that have their memory with them. */
    static double room(Candidates all, int slot, int node) {
        return Math.min(all.hosts().nodes().freeThreads(slot, node), freeBytes(all, slot, node) / BYTES_PER_CPU);
    }

    /** The same of the whole host. */
    static double room(Candidates all, int slot) {
        double room = 0;
        for (int node = 0; node < all.hosts().nodes().nodes(slot); node++) {
            room += room(all, slot, node);
        }
        return room;
    }
}
