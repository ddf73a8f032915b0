package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.GroupColumns.Membership;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.inventory.Surroundings;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import java.util.List;

/** What the filters and weights of one decision see: what was asked, and the hosts in columns. Hosts are named by slot. */
final class Candidates {

    private final Surroundings surroundings;
    private final PlacementRequest request;
    private final Policy policy;
    private final HostColumns hosts;
    private final Hardware hardware;
    private final int vcpus;
    private final int overcommitPercent;
    private final double perOvercommit;
    private final double perVcpuOfAThread;
    private final int currentSlot;
    private final List<Membership> groups;
    private final Neighbours neighbours;

    Candidates(Surroundings surroundings, HostColumns hosts, PlacementRequest request, Policy policy) {
        this.surroundings = surroundings;
        this.request = request;
        this.policy = policy;
        this.hosts = hosts;
        this.hardware = request.vm().spec().hardware();
        this.vcpus = hardware.vcpus();
        this.overcommitPercent = request.cluster().scheduling().memoryOvercommitPercent();
        this.perOvercommit = 100.0 / overcommitPercent;
        this.perVcpuOfAThread = 1 / policy.vcpusPerThread();
        this.currentSlot = hosts.slotOf(request.vm().hostId());
        this.groups = hosts.groups().of(request.vm().id());
        this.neighbours = groups.isEmpty() ? Neighbours.NONE : new Neighbours(hosts, groups, slots());
    }

    PlacementRequest request() {
        return request;
    }

    Vm vm() {
        return request.vm();
    }

    Policy policy() {
        return policy;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    HostColumns hosts() {
        return hosts;
    }

    /** The hosts of the cluster. */
    SlotSet slots() {
        return hosts.of(request.cluster().id());
    }

    Host host(int slot) {
        return hosts.host(slot);
    }

    Hardware hardware() {
        return hardware;
    }

    Tuning tuning() {
        return hardware.tuning();
    }

    /** Memory that the VM needs. */
    long memoryBytes() {
        return hardware.memoryBytes();
    }

    int vcpus() {
        return vcpus;
    }

    /** Where it runs now; -1 for nowhere. */
    int currentSlot() {
        return currentSlot;
    }

    /** The affinity groups it belongs to. */
    List<Membership> groups() {
        return groups;
    }

    /** Where the others of its groups are. */
    Neighbours neighbours() {
        return neighbours;
    }

    /** Bytes of guests' memory that the host may hold in all. */
    long capacityBytes(int slot) {
        long own = hosts.physicalBytes(slot);
        return overcommitPercent == 100 ? own : own / 100 * overcommitPercent + own % 100 * overcommitPercent / 100;
    }

    /** The host's own memory as a share of {@link #capacityBytes}. */
    double perOvercommit() {
        return perOvercommit;
    }

    /** What a virtual CPU is of those that a thread is good for. */
    double perVcpuOfAThread() {
        return perVcpuOfAThread;
    }

    /** What of that is not promised yet; negative where more was promised than the policy allows now. */
    long freeBytes(int slot) {
        return capacityBytes(slot) - hosts.promisedBytes(slot);
    }
}
