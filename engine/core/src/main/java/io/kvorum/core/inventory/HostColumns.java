package io.kvorum.core.inventory;

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
 */
public final class HostColumns {

    private final Map<UUID, Integer> slots = new HashMap<>();
    private final Map<UUID, SlotList> byCluster = new HashMap<>();
    private final SlotList free = new SlotList();
    private int used;
    private @Nullable Host[] host = new Host[16];
    private boolean[] up = new boolean[16];
    private boolean[] locked = new boolean[16];
    private int[] threads = new int[16];
    private long[] memoryBytes = new long[16];
    private long[] promisedBytes = new long[16];
    private int[] promisedVcpus = new int[16];
    private int[] vms = new int[16];

    HostColumns() {}

    // ---- reading

    /** The cluster's hosts; valid until the next change of the inventory. */
    public SlotList of(UUID clusterId) {
        return byCluster.getOrDefault(clusterId, SlotList.EMPTY);
    }

    /** Of a slot that {@link #of} named. */
    public Host host(int slot) {
        return Objects.requireNonNull(host[slot]);
    }

    public boolean up(int slot) {
        return up[slot];
    }

    /** Whether an operation has the host to itself. */
    public boolean locked(int slot) {
        return locked[slot];
    }

    public int threads(int slot) {
        return threads[slot];
    }

    /** The machine's physical memory. */
    public long memoryBytes(int slot) {
        return memoryBytes[slot];
    }

    /** Memory of the VMs bound to the host. */
    public long promisedBytes(int slot) {
        return promisedBytes[slot];
    }

    public int promisedVcpus(int slot) {
        return promisedVcpus[slot];
    }

    public int vms(int slot) {
        return vms[slot];
    }

    /** How many VMs are bound to the host; 0 for one that is not known. */
    int vmsOn(UUID hostId) {
        Integer slot = slots.get(hostId);
        return slot == null ? 0 : vms[slot];
    }

    // ---- changing

    void put(Host entity, boolean isLocked) {
        int slot = slot(entity.id());
        Host before = host[slot];
        if (before == null || !before.spec().clusterId().equals(entity.spec().clusterId())) {
            leaveCluster(before, slot);
            byCluster
                    .computeIfAbsent(entity.spec().clusterId(), id -> new SlotList())
                    .add(slot);
        }
        host[slot] = entity;
        up[slot] = entity.state() == HostState.UP;
        locked[slot] = isLocked;
        threads[slot] = entity.facts().cpuThreads();
        memoryBytes[slot] = entity.facts().memoryBytes();
    }

    void remove(Host entity) {
        Integer slot = slots.get(entity.id());
        if (slot != null) {
            leaveCluster(host[slot], slot);
            host[slot] = null;
            release(entity.id(), slot);
        }
    }

    void lock(UUID hostId, boolean isLocked) {
        Integer slot = slots.get(hostId);
        if (slot != null) {
            locked[slot] = isLocked;
        }
    }

    void bind(UUID hostId, Hardware hardware) {
        count(slot(hostId), hardware, 1);
    }

    void unbind(UUID hostId, Hardware hardware) {
        int slot = slot(hostId);
        count(slot, hardware, -1);
        release(hostId, slot);
    }

    private void count(int slot, Hardware hardware, int sign) {
        promisedBytes[slot] += sign * hardware.memoryBytes();
        promisedVcpus[slot] += sign * hardware.vcpus();
        vms[slot] += sign;
    }

    private void leaveCluster(@Nullable Host before, int slot) {
        if (before != null) {
            Objects.requireNonNull(byCluster.get(before.spec().clusterId())).remove(slot);
        }
    }

    private int slot(UUID hostId) {
        Integer known = slots.get(hostId);
        if (known != null) {
            return known;
        }
        int slot = free.size() > 0 ? free.removeLast() : used++;
        if (slot == host.length) {
            grow(slot * 2);
        }
        slots.put(hostId, slot);
        return slot;
    }

    private void release(UUID hostId, int slot) {
        if (host[slot] == null && vms[slot] == 0) {
            slots.remove(hostId);
            up[slot] = false;
            locked[slot] = false;
            free.add(slot);
        }
    }

    private void grow(int length) {
        host = Arrays.copyOf(host, length);
        up = Arrays.copyOf(up, length);
        locked = Arrays.copyOf(locked, length);
        threads = Arrays.copyOf(threads, length);
        memoryBytes = Arrays.copyOf(memoryBytes, length);
        promisedBytes = Arrays.copyOf(promisedBytes, length);
        promisedVcpus = Arrays.copyOf(promisedVcpus, length);
        vms = Arrays.copyOf(vms, length);
    }
}
