package io.kvorum.core.inventory;

import io.kvorum.core.inventory.GroupColumns.Positions;
import io.kvorum.core.inventory.HostFeature.Sets;
import io.kvorum.core.lifecycle.HostState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a placement asks of every host, a primitive array a question and a slot a host, so that a decision scans it
 * without allocating. The {@link Inventory} keeps it up to date with every change; a VM counts on each host it is bound
 * to, from the moment it is on its way there. A slot belongs to one host until the host is removed and no VM is bound to
 * it, and is then used again.
 *
 * <p>Owned by the controller's thread; {@link #copy} makes one that another thread may keep, and try moves on.
 */
public final class HostColumns {

    /** Memory that a host keeps for itself. */
    public static final long HOST_RESERVE_BYTES = 512L << 20;

    private static final int FIRST = 16;

    private Map<UUID, Integer> slots = new HashMap<>();
    private final Map<UUID, SlotSet> byCluster = new HashMap<>();
    private Map<String, Integer> faultDomains = new HashMap<>();
    private SlotSet free = new SlotSet();
    private int used;

    /** How often a host has got a slot, or given one back. */
    private int assigned;

    private @Nullable Host[] host = new Host[FIRST];
    private SlotSet up = new SlotSet();
    private SlotSet locked = new SlotSet();
    private SlotSet overloaded = new SlotSet();
    private Sets features = new Sets();
    private NodeColumns nodes = new NodeColumns();
    private GroupColumns groups = new GroupColumns();

    private int[] faultDomain = new int[FIRST];
    private int[] threads = new int[FIRST];
    private double[] perThread = new double[FIRST];
    private double[] cpuLoad = new double[FIRST];
    private double[] swapShare = new double[FIRST];
    private float[] diskBytesPerSecond = new float[FIRST];
    private float[] networkShare = new float[FIRST];
    private long[] overloadedSinceNanos = new long[FIRST];
    private long[] physicalBytes = new long[FIRST];
    private double[] perPhysicalByte = new double[FIRST];
    private long[] promisedBytes = new long[FIRST];
    private int[] promisedVcpus = new int[FIRST];
    private int[] vms = new int[FIRST];
    private int[] dedicatedVms = new int[FIRST];
    private int[] haVms = new int[FIRST];

    HostColumns() {}

    // ---- reading

    /** The cluster's hosts; not to be changed. */
    public SlotSet of(UUID clusterId) {
        return byCluster.getOrDefault(clusterId, SlotSet.none());
    }

    /** Where that host is; -1 if it is not known. */
    public int slotOf(@Nullable UUID hostId) {
        Integer slot = hostId == null ? null : slots.get(hostId);
        return slot == null ? -1 : slot;
    }

    /** Slots are less than this. */
    public int bound() {
        return used;
    }

    /** Of a slot that {@link #of} named. */
    public Host host(int slot) {
        return Objects.requireNonNull(host[slot]);
    }

    /** Hosts that are up. */
    public SlotSet up() {
        return up;
    }

    /** Hosts that an operation has to itself. */
    public SlotSet locked() {
        return locked;
    }

    /** Hosts whose CPU is busier than their cluster allows, or whose VMs wait for CPUs, for longer than it allows. */
    public SlotSet overloaded() {
        return overloaded;
    }

    public SlotSet with(HostFeature feature) {
        return features.with(feature);
    }

    public NodeColumns nodes() {
        return nodes;
    }

    public GroupColumns groups() {
        return groups;
    }

    /** The slots of the hosts that the rule names; not to be changed. */
    public SlotSet namedBy(Positions group) {
        SlotSet named = group.named;
        if (named == null || group.namedAt != assigned) {
            named = new SlotSet();
            for (UUID hostId : group.rule().hostIds()) {
                int slot = slotOf(hostId);
                if (slot >= 0) {
                    named.add(slot);
                }
            }
            group.named = named;
            group.namedAt = assigned;
        }
        return named;
    }

    /** Equal for hosts of the same fault domain; a host without a label has one for itself. */
    public int faultDomain(int slot) {
        return faultDomain[slot];
    }

    public int threads(int slot) {
        return threads[slot];
    }

    /** What one is of {@link #threads}, since multiplying takes a decision less time than dividing; 1 where there is none. */
    public double perThread(int slot) {
        return perThread[slot];
    }

    /** Measured and smoothed, 0 to 1; 0 for a host that has not been measured. */
    public double cpuLoad(int slot) {
        return cpuLoad[slot];
    }

    /**
     * What was swapped out less what memory was free, as a share of the machine's memory; not more than 0 where all could
     * come back.
     */
    public double swapShare(int slot) {
        return swapShare[slot];
    }

    /** Measured and smoothed, read and written; NaN where that is not known. */
    public float diskBytesPerSecond(int slot) {
        return diskBytesPerSecond[slot];
    }

    /** Of what the host's links carry, in the busier direction, measured and smoothed; NaN where that is not known. */
    public float networkShare(int slot) {
        return networkShare[slot];
    }

    /** Memory for guests: the machine's, without its own reserve and its huge pages. */
    public long physicalBytes(int slot) {
        return physicalBytes[slot];
    }

    /** What a byte is of {@link #physicalBytes}; 1 where there is none. */
    public double perPhysicalByte(int slot) {
        return perPhysicalByte[slot];
    }

    /** Memory of the VMs bound to the host, but for those on huge pages. */
    public long promisedBytes(int slot) {
        return promisedBytes[slot];
    }

    public int promisedVcpus(int slot) {
        return promisedVcpus[slot];
    }

    public int vms(int slot) {
        return vms[slot];
    }

    /** VMs with CPUs of their own. */
    public int dedicatedVms(int slot) {
        return dedicatedVms[slot];
    }

    /** Highly available VMs. */
    public int haVms(int slot) {
        return haVms[slot];
    }

    /** A copy that shares nothing that changes: hypothetical moves may be tried on it. */
    public HostColumns copy() {
        HostColumns copy = new HostColumns();
        copy.slots = new HashMap<>(slots);
        byCluster.forEach((id, set) -> copy.byCluster.put(id, set.copy()));
        copy.faultDomains = new HashMap<>(faultDomains);
        copy.free = free.copy();
        copy.used = used;
        copy.host = host;
        copy.up = up.copy();
        copy.locked = locked.copy();
        copy.overloaded = overloaded.copy();
        copy.features = features.copy();
        copy.nodes = nodes.copy();
        copy.groups = groups.copy();
        copy.faultDomain = faultDomain;
        copy.threads = threads;
        copy.perThread = perThread;
        copy.cpuLoad = cpuLoad;
        copy.swapShare = swapShare;
        copy.diskBytesPerSecond = diskBytesPerSecond;
        copy.networkShare = networkShare;
        copy.overloadedSinceNanos = overloadedSinceNanos;
        copy.physicalBytes = physicalBytes;
        copy.perPhysicalByte = perPhysicalByte;
        copy.promisedBytes = promisedBytes;
        copy.promisedVcpus = promisedVcpus;
        copy.vms = vms;
        copy.dedicatedVms = dedicatedVms;
        copy.haVms = haVms;
        copy.resize(host.length);
        return copy;
    }

    // ---- changing

    /** Counts the VM on that host, on the seat that it has there. */
    public void bind(UUID hostId, Vm vm) {
        int slot = slot(hostId);
        count(slot, hostId, vm, 1);
        groups.bind(vm.id(), slot);
    }

    /** Undoes {@link #bind}. */
    public void unbind(UUID hostId, Vm vm) {
        int slot = slot(hostId);
        count(slot, hostId, vm, -1);
        groups.unbind(vm.id(), slot);
        release(hostId, slot);
    }

    /** Notes a host's CPU load, 0 to 1. */
    public void measured(UUID hostId, double load) {
        int slot = slotOf(hostId);
        if (slot >= 0) {
            cpuLoad[slot] = load;
        }
    }

    /** Notes what a host has swapped out, and what of its memory is in use. */
    public void swapped(UUID hostId, long swappedBytes, double usedBytes) {
        int slot = slotOf(hostId);
        Host known = slot < 0 ? null : host[slot];
        if (known != null) {
            double memory = Math.max(1, known.facts().memoryBytes());
            swapShare[slot] = swappedBytes == 0 ? 0 : (swappedBytes - Math.max(0, memory - usedBytes)) / memory;
        }
    }

    /** Notes what a host's disks and network do, NaN for what is not known. */
    public void measuredIo(UUID hostId, double newDiskBytesPerSecond, double newNetworkShare) {
        int slot = slotOf(hostId);
        if (slot >= 0) {
            diskBytesPerSecond[slot] = (float) newDiskBytesPerSecond;
            networkShare[slot] = (float) newNetworkShare;
        }
    }

    /**
     * Notes at that time whether the host is {@link #overloaded}: whether its load is over the limit, or it is under pressure, for so
     * long.
     */
    public void watch(UUID hostId, double limit, boolean pressed, long overCommitNanos, long nanos) {
        int slot = slotOf(hostId);
        if (slot < 0) {
            return;
        }
        boolean over = pressed || cpuLoad[slot] > limit;
        if (!over || overloadedSinceNanos[slot] == Long.MIN_VALUE) {
            overloadedSinceNanos[slot] = over ? nanos : Long.MIN_VALUE;
        }
        overloaded.set(slot, over && nanos - overloadedSinceNanos[slot] >= overCommitNanos);
    }

    /** Whether VMs that sit on that host have to be counted anew once it is {@link #put}. */
    boolean seatsChange(Host entity) {
        int slot = slotOf(entity.id());
        Host before = slot < 0 ? null : host[slot];
        return before == null
                || !before.facts().numaNodes().equals(entity.facts().numaNodes())
                || !before.facts().hugepages().equals(entity.facts().hugepages())
                || before.facts().cpuThreads() != entity.facts().cpuThreads()
                || before.facts().memoryBytes() != entity.facts().memoryBytes();
    }

    /** Takes the host as it is now; nobody may be bound to it where {@link #seatsChange}. */
    void put(Host entity, boolean isLocked) {
        boolean newSeats = seatsChange(entity);
        int slot = slot(entity.id());
        Host before = host[slot];
        if (before == null || !before.spec().clusterId().equals(entity.spec().clusterId())) {
            leaveCluster(before, slot);
            byCluster
                    .computeIfAbsent(entity.spec().clusterId(), id -> new SlotSet())
                    .add(slot);
        }
        if (before == null || !before.facts().equals(entity.facts())) {
            if (before != null) {
                features.drop(slot, before.facts());
            }
            features.add(slot, entity.facts());
        }
        if (newSeats) {
            nodes.put(slot, entity.facts(), HOST_RESERVE_BYTES);
        }
        host[slot] = entity;
        up.set(slot, entity.state() == HostState.UP);
        locked.set(slot, isLocked);
        String domain = entity.spec().faultDomain();
        faultDomain[slot] =
                domain == null ? -1 - slot : faultDomains.computeIfAbsent(domain, name -> faultDomains.size());
        threads[slot] = entity.facts().cpuThreads();
        perThread[slot] = 1.0 / Math.max(1, threads[slot]);
        physicalBytes[slot] = Math.max(
                0,
                entity.facts().memoryBytes()
                        - HOST_RESERVE_BYTES
                        - entity.facts().hugepageBytes());
        perPhysicalByte[slot] = 1.0 / Math.max(1, physicalBytes[slot]);
    }

    void remove(Host entity) {
        Integer slot = slots.get(entity.id());
        Host before = slot == null ? null : host[slot];
        if (slot != null && before != null) {
            leaveCluster(before, slot);
            features.drop(slot, before.facts());
            host[slot] = null;
            release(entity.id(), slot);
        }
    }

    void lock(UUID hostId, boolean isLocked) {
        Integer slot = slots.get(hostId);
        if (slot != null) {
            locked.set(slot, isLocked);
        }
    }

    private void count(int slot, UUID hostId, Vm vm, int sign) {
        Hardware hardware = vm.claim();
        Tuning tuning = hardware.tuning();
        if (tuning.hugepageBytes() == 0) {
            promisedBytes[slot] += sign * hardware.memoryBytes();
        }
        promisedVcpus[slot] += sign * hardware.vcpus();
        vms[slot] += sign;
        if (tuning.dedicatedCpus()) {
            dedicatedVms[slot] += sign;
        }
        if (vm.spec().highAvailability().enabled()) {
            haVms[slot] += sign;
        }
        Seat seat =
                hostId.equals(vm.hostId()) ? vm.status().seat() : vm.status().targetSeat();
        if (seat != null) {
            nodes.count(slot, seat, hardware, sign);
        }
    }

    private void leaveCluster(@Nullable Host before, int slot) {
        if (before != null) {
            Objects.requireNonNull(byCluster.get(before.spec().clusterId())).drop(slot);
        }
    }

    private int slot(UUID hostId) {
        Integer known = slots.get(hostId);
        if (known != null) {
            return known;
        }
        int slot = free.next(0);
        if (slot >= 0) {
            free.drop(slot);
        } else {
            slot = used++;
            if (slot == host.length) {
                resize(slot * 2);
            }
        }
        slots.put(hostId, slot);
        assigned++;
        overloadedSinceNanos[slot] = Long.MIN_VALUE;
        diskBytesPerSecond[slot] = Float.NaN;
        networkShare[slot] = Float.NaN;
        return slot;
    }

    private void release(UUID hostId, int slot) {
        if (host[slot] == null && vms[slot] == 0) {
            slots.remove(hostId);
            assigned++;
            up.drop(slot);
            locked.drop(slot);
            overloaded.drop(slot);
            cpuLoad[slot] = 0;
            swapShare[slot] = 0;
            nodes.forget(slot);
            free.add(slot);
        }
    }

    private void resize(int length) {
        host = Arrays.copyOf(host, length);
        faultDomain = Arrays.copyOf(faultDomain, length);
        threads = Arrays.copyOf(threads, length);
        perThread = Arrays.copyOf(perThread, length);
        cpuLoad = Arrays.copyOf(cpuLoad, length);
        swapShare = Arrays.copyOf(swapShare, length);
        diskBytesPerSecond = Arrays.copyOf(diskBytesPerSecond, length);
        networkShare = Arrays.copyOf(networkShare, length);
        overloadedSinceNanos = Arrays.copyOf(overloadedSinceNanos, length);
        physicalBytes = Arrays.copyOf(physicalBytes, length);
        perPhysicalByte = Arrays.copyOf(perPhysicalByte, length);
        promisedBytes = Arrays.copyOf(promisedBytes, length);
        promisedVcpus = Arrays.copyOf(promisedVcpus, length);
        vms = Arrays.copyOf(vms, length);
        dedicatedVms = Arrays.copyOf(dedicatedVms, length);
        haVms = Arrays.copyOf(haVms, length);
        nodes.grow(length);
    }
}
