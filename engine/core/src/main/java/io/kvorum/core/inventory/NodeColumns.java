package io.kvorum.core.inventory;

import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HugepagePool;
import io.kvorum.core.inventory.Host.NumaNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The NUMA nodes of the hosts in columns: what each has, and what VMs with a {@link Seat} hold of it. Nodes are counted
 * from 0 in the order in which the host names them; a host that names none has one node, all of it.
 */
public final class NodeColumns {

    /** Nodes of a host that are looked at. */
    static final int MOST = 8;

    private byte[] nodes = new byte[16];
    private int[] id = new int[16 * MOST];
    private @Nullable BitSet[] freeCpus = new BitSet[16 * MOST];
    private int[] threads = new int[16 * MOST];
    private int[] dedicated = new int[16 * MOST];
    private long[] bytes = new long[16 * MOST];
    private long[] bound = new long[16 * MOST];
    private long[] smallPages = new long[16 * MOST];
    private long[] smallPagesUsed = new long[16 * MOST];
    private long[] largePages = new long[16 * MOST];
    private long[] largePagesUsed = new long[16 * MOST];

    NodeColumns() {}

    // ---- reading

    public int nodes(int slot) {
        return nodes[slot];
    }

    /** The node's number on its host. */
    public int id(int slot, int node) {
        return id[at(slot, node)];
    }

    public int threads(int slot, int node) {
        return threads[at(slot, node)];
    }

    /** CPUs of the node that no VM has for itself. */
    public int freeThreads(int slot, int node) {
        int at = at(slot, node);
        return threads[at] - dedicated[at];
    }

    /** Memory of the node outside of its huge pages that no VM is bound to. */
    public long freeBytes(int slot, int node) {
        int at = at(slot, node);
        return bytes[at] - bound[at];
    }

    /** Of huge pages of that size, those that no VM holds. */
    public long freeHugepageBytes(int slot, int node, long pageBytes) {
        int at = at(slot, node);
        return pageBytes == Hugepages.SMALL
                ? smallPages[at] - smallPagesUsed[at]
                : pageBytes == Hugepages.LARGE ? largePages[at] - largePagesUsed[at] : 0;
    }

    /** CPUs of the node that nobody has for itself, the lowest first. */
    public List<Integer> pickCpus(int slot, int node, int count) {
        BitSet free = freeCpus[at(slot, node)];
        List<Integer> picked = new ArrayList<>(count);
        for (int cpu = free == null ? -1 : free.nextSetBit(0);
                cpu >= 0 && picked.size() < count;
                cpu = free.nextSetBit(cpu + 1)) {
            picked.add(cpu);
        }
        return picked;
    }

    private static int at(int slot, int node) {
        return slot * MOST + node;
    }

    // ---- changing

    /** Sets what the host has; nothing may be held there meanwhile. */
    void put(int slot, HostFacts facts, long reservedBytes) {
        List<NumaNode> named = facts.numaNodes().isEmpty()
                ? List.of(new NumaNode(0, facts.memoryBytes(), "0-" + Math.max(0, facts.cpuThreads() - 1)))
                : facts.numaNodes();
        int count = Math.min(MOST, named.size());
        nodes[slot] = (byte) count;
        for (int node = 0; node < count; node++) {
            NumaNode fact = named.get(node);
            BitSet cpus = CpuSet.parse(fact.cpus());
            int at = at(slot, node);
            id[at] = fact.node();
            freeCpus[at] = cpus;
            threads[at] = cpus.cardinality();
            dedicated[at] = 0;
            smallPages[at] = pool(facts, fact.node(), Hugepages.SMALL);
            largePages[at] = pool(facts, fact.node(), Hugepages.LARGE);
            bytes[at] = Math.max(0, fact.memoryBytes() - reservedBytes / count - smallPages[at] - largePages[at]);
            bound[at] = 0;
            smallPagesUsed[at] = 0;
            largePagesUsed[at] = 0;
        }
    }

    private static long pool(HostFacts facts, int node, long pageBytes) {
        long all = 0;
        for (HugepagePool pool : facts.hugepages()) {
            if (pool.node() == node && pool.pageBytes() == pageBytes) {
                all += pool.bytes();
            }
        }
        return all;
    }

    /** Counts a VM that sits there, or with -1 one that leaves. */
    void count(int slot, Seat seat, Hardware hardware, int sign) {
        int cells = seat.cells().size();
        for (Seat.Cell cell : seat.cells()) {
            int node = indexOf(slot, cell.node());
            if (node < 0) {
                continue; // The host has lost the node: there is nothing left to hold.
            }
            int at = at(slot, node);
            long share = sign * (hardware.memoryBytes() / cells);
            long pages = hardware.tuning().hugepageBytes();
            if (pages == Hugepages.SMALL) {
                smallPagesUsed[at] += share;
            } else if (pages == Hugepages.LARGE) {
                largePagesUsed[at] += share;
            } else {
                bound[at] += share;
            }
            dedicated[at] += sign * cell.cpus().size();
            BitSet free = freeCpus[at];
            for (int cpu : cell.cpus()) {
                if (free != null) {
                    free.set(cpu, sign < 0);
                }
            }
        }
    }

    private int indexOf(int slot, int nodeId) {
        for (int node = 0; node < nodes[slot]; node++) {
            if (id[at(slot, node)] == nodeId) {
                return node;
            }
        }
        return -1;
    }

    void grow(int slots) {
        nodes = Arrays.copyOf(nodes, slots);
        id = Arrays.copyOf(id, slots * MOST);
        freeCpus = Arrays.copyOf(freeCpus, slots * MOST);
        threads = Arrays.copyOf(threads, slots * MOST);
        dedicated = Arrays.copyOf(dedicated, slots * MOST);
        bytes = Arrays.copyOf(bytes, slots * MOST);
        bound = Arrays.copyOf(bound, slots * MOST);
        smallPages = Arrays.copyOf(smallPages, slots * MOST);
        smallPagesUsed = Arrays.copyOf(smallPagesUsed, slots * MOST);
        largePages = Arrays.copyOf(largePages, slots * MOST);
        largePagesUsed = Arrays.copyOf(largePagesUsed, slots * MOST);
    }

    void forget(int slot) {
        nodes[slot] = 0;
    }

    NodeColumns copy() {
        NodeColumns copy = new NodeColumns();
        copy.nodes = nodes;
        copy.id = id;
        copy.freeCpus = freeCpus;
        copy.threads = threads;
        copy.dedicated = dedicated;
        copy.bytes = bytes;
        copy.bound = bound;
        copy.smallPages = smallPages;
        copy.smallPagesUsed = smallPagesUsed;
        copy.largePages = largePages;
        copy.largePagesUsed = largePagesUsed;
        copy.grow(nodes.length);
        for (int i = 0; i < copy.freeCpus.length; i++) {
            BitSet free = copy.freeCpus[i];
            copy.freeCpus[i] = free == null ? null : (BitSet) free.clone();
        }
        return copy;
    }
}
