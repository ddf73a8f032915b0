package io.kvorum.core.balancing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the VMs of a cluster ask of its hosts, in columns, so that moves can be tried on it. Hosts and VMs are known by their
 * place in the lists that it was made of. CPU is in any unit that is the same for all, memory too.
 *
 * <p>Not for several threads.
 */
public final class LoadModel {

    private static final int NONE = -1;

    /**
     * A host that may run VMs.
     *
     * @param cpuOwn what it needs beside the VMs of the model: for itself, and for VMs that cannot move
     * @param memoryOwn likewise
     * @param ioCapacity what its disks and its network carry
     * @param ioOwn of that, what it needs likewise
     * @param pressed whether what runs on it waits for CPUs, however busy they are
     */
    public record HostLoad(
            double cpuCapacity,
            double memoryCapacity,
            PowerCurve power,
            double cpuOwn,
            double memoryOwn,
            Io ioCapacity,
            Io ioOwn,
            boolean pressed) {

        /** Of whose disks and network nothing is known. */
        public HostLoad(double cpuCapacity, double memoryCapacity, PowerCurve power, double cpuOwn, double memoryOwn) {
            this(cpuCapacity, memoryCapacity, power, cpuOwn, memoryOwn, Io.NONE, Io.NONE, false);
        }

        /** A host that needs nothing for itself. */
        public HostLoad(double cpuCapacity, double memoryCapacity, PowerCurve power) {
            this(cpuCapacity, memoryCapacity, power, 0, 0);
        }
    }

    /**
     * A VM.
     *
     * @param host where it runs
     * @param cpu what it asks for now
     * @param cpuMean what it is expected to ask for
     * @param cpuVariance of that
     * @param rested whether it may move for the sake of others; one that has just moved moves only out of need
     * @param io what it does to disks and network
     * @param dirtied bytes of memory that it is known to write a second, as a migration must copy them again; NaN if nobody
     *     measured it
     */
    public record VmLoad(
            int host,
            double cpu,
            double cpuMean,
            double cpuVariance,
            double memory,
            boolean rested,
            Io io,
            double dirtied) {

        /** Of which only CPU and memory are known. */
        public VmLoad(int host, double cpu, double cpuMean, double cpuVariance, double memory, boolean rested) {
            this(host, cpu, cpuMean, cpuVariance, memory, rested, Io.NONE, Double.NaN);
        }
    }

    /** A VM that shall go elsewhere. */
    public record Move(int vm, int from, int to) {}

    private final List<HostLoad> hosts;
    private final List<VmLoad> vms;
    private final int[] hostOf;
    private final int[] firstOn;
    private final int[] next;
    private final int[] previous;
    private final int[] count;
    private final double[] cpu;
    private final double[] cpuMean;
    private final double[] cpuVariance;
    private final double[] memory;
    private final double[] memoryAtFirst;
    private final double[] memoryArriving;
    private final double[] disk;
    private final double[] network;

    public LoadModel(List<HostLoad> hosts, List<VmLoad> vms) {
        this.hosts = List.copyOf(hosts);
        this.vms = List.copyOf(vms);
        hostOf = new int[vms.size()];
        next = new int[vms.size()];
        previous = new int[vms.size()];
        firstOn = new int[hosts.size()];
        count = new int[hosts.size()];
        cpu = new double[hosts.size()];
        cpuMean = new double[hosts.size()];
        cpuVariance = new double[hosts.size()];
        memory = new double[hosts.size()];
        memoryArriving = new double[hosts.size()];
        disk = new double[hosts.size()];
        network = new double[hosts.size()];
        Arrays.fill(firstOn, NONE);
        for (int host = 0; host < hosts.size(); host++) {
            HostLoad load = hosts.get(host);
            cpu[host] = load.cpuOwn();
            cpuMean[host] = load.cpuOwn();
            memory[host] = load.memoryOwn();
            disk[host] = load.ioOwn().disk();
            network[host] = load.ioOwn().network();
        }
        for (int vm = vms.size() - 1; vm >= 0; vm--) {
            add(vm, vms.get(vm).host());
        }
        memoryAtFirst = memory.clone();
    }

    public int hostCount() {
        return hosts.size();
    }

    public int vmCount() {
        return vms.size();
    }

    public HostLoad host(int host) {
        return hosts.get(host);
    }

    public VmLoad vm(int vm) {
        return vms.get(vm);
    }

    public int hostOf(int vm) {
        return hostOf[vm];
    }

    /** Whether no VM of the model is on it. */
    public boolean isEmpty(int host) {
        return count[host] == 0;
    }

    /** What is asked of it now. */
    public double cpu(int host) {
        return cpu[host];
    }

    public double cpuMean(int host) {
        return cpuMean[host];
    }

    public double cpuVariance(int host) {
        return cpuVariance[host];
    }

    /**
     * What must fit while the plan is carried out: what is planned away is still there when what is planned here comes.
     */
    public double memoryInTransit(int host) {
        return memoryAtFirst[host] + memoryArriving[host];
    }

    public double memory(int host) {
        return memory[host];
    }

    /** Bytes a second through its disks. */
    public double disk(int host) {
        return disk[host];
    }

    /** Bytes a second through its network. */
    public double network(int host) {
        return network[host];
    }

    /** Whether it is known of every host what its disks carry: else nobody can say which is the busier one. */
    public boolean countsDisk() {
        return !hosts.isEmpty()
                && hosts.stream().allMatch(host -> host.ioCapacity().disk() > 0);
    }

    /** Likewise of networks. */
    public boolean countsNetwork() {
        return !hosts.isEmpty()
                && hosts.stream().allMatch(host -> host.ioCapacity().network() > 0);
    }

    /** The VMs that are on it in the plan. */
    public int[] vmsOn(int host) {
        int[] on = new int[count[host]];
        int vm = firstOn[host];
        for (int i = 0; i < on.length; i++) {
            on[i] = vm;
            vm = next[vm];
        }
        return on;
    }

    /** The first VM on it, -1 if there is none; {@link #nextOn} leads to the others. */
    int firstOn(int host) {
        return firstOn[host];
    }

    int nextOn(int vm) {
        return next[vm];
    }

    public void move(int vm, int to) {
        remove(vm);
        add(vm, to);
    }

    private void add(int vm, int host) {
        hostOf[vm] = host;
        previous[vm] = NONE;
        next[vm] = firstOn[host];
        if (firstOn[host] != NONE) {
            previous[firstOn[host]] = vm;
        }
        firstOn[host] = vm;
        count(vm, host, 1);
    }

    private void remove(int vm) {
        int host = hostOf[vm];
        if (previous[vm] == NONE) {
            firstOn[host] = next[vm];
        } else {
            next[previous[vm]] = next[vm];
        }
        if (next[vm] != NONE) {
            previous[next[vm]] = previous[vm];
        }
        count(vm, host, -1);
    }

    private void count(int vm, int host, int sign) {
        VmLoad load = vms.get(vm);
        count[host] += sign;
        cpu[host] += sign * load.cpu();
        cpuMean[host] += sign * load.cpuMean();
        cpuVariance[host] = Math.max(0, cpuVariance[host] + sign * load.cpuVariance());
        memory[host] += sign * load.memory();
        disk[host] += sign * load.io().disk();
        network[host] += sign * load.io().network();
        memoryArriving[host] += host == load.host() ? 0 : sign * load.memory();
    }

    /** What the plan comes to: VMs that end elsewhere than they began. */
    public List<Move> moves() {
        List<Move> moves = new ArrayList<>();
        for (int vm = 0; vm < hostOf.length; vm++) {
            int from = vms.get(vm).host();
            if (hostOf[vm] != from) {
                moves.add(new Move(vm, from, hostOf[vm]));
            }
        }
        return moves;
    }
}
