package io.kvorum.core.inventory;

import io.kvorum.core.lifecycle.HostState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A machine that runs VMs: what it should be, what it is, what it is made of. */
public record Host(UUID id, HostSpec spec, HostStatus status, HostFacts facts, Meta meta) implements Entity {

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public Kind kind() {
        return Kind.HOST;
    }

    @Override
    public Host withMeta(Meta newMeta) {
        return new Host(id, spec, status, facts, newMeta);
    }

    public Host withSpec(HostSpec newSpec) {
        return new Host(id, newSpec, status, facts, meta);
    }

    public Host withStatus(HostStatus newStatus) {
        return new Host(id, spec, newStatus, facts, meta);
    }

    public Host withFacts(HostFacts newFacts) {
        return new Host(id, spec, status, newFacts, meta);
    }

    public HostState state() {
        return status.state();
    }

    /** The same host in another state; only one that stays down sleeps on. */
    public Host to(HostState state, @Nullable String reason) {
        Sleep sleep = state == HostState.DOWN ? status.sleep() : null;
        return withStatus(new HostStatus(state, reason, status.bootId(), status.certificateExpiresAt(), sleep));
    }

    /** The same host, down, and asleep as said; with null, as one that somebody switched off. */
    public Host asleep(@Nullable Sleep sleep, @Nullable String reason) {
        return withStatus(
                new HostStatus(HostState.DOWN, reason, status.bootId(), status.certificateExpiresAt(), sleep));
    }

    /** Whether power saving switched it off, so that the engine may switch it on. */
    public boolean sleeps() {
        return state() == HostState.DOWN && status.sleep() != null;
    }

    /**
     * What its operator wants.
     *
     * @param faultDomain the rack, room or whatever fails as one; null for a host that fails alone
     */
    public record HostSpec(
            String name,
            UUID clusterId,
            String address,
            int port,
            PowerManagement powerManagement,
            @Nullable String faultDomain) {

        /** In a fault domain of its own. */
        public HostSpec(String name, UUID clusterId, String address, int port, PowerManagement powerManagement) {
            this(name, clusterId, address, port, powerManagement, null);
        }
    }

    /**
     * What it is.
     *
     * @param bootId changes with every boot; null before the first contact
     * @param sleep of a host that is down because power saving switched it off; else null
     */
    public record HostStatus(
            HostState state,
            @Nullable String reason,
            @Nullable String bootId,
            @Nullable Instant certificateExpiresAt,
            @Nullable Sleep sleep) {

        /** Of a host that does not sleep. */
        public HostStatus(
                HostState state,
                @Nullable String reason,
                @Nullable String bootId,
                @Nullable Instant certificateExpiresAt) {
            this(state, reason, bootId, certificateExpiresAt, null);
        }
    }

    /**
     * How a host sleeps that power saving switched off.
     *
     * @param wakingSince when it was told to switch on again; null while it shall sleep
     * @param wakeFailedAt when the last attempt to wake it came to nothing; null if none did
     */
    public record Sleep(
            Instant since,
            @Nullable Instant wakingSince,
            @Nullable Instant wakeFailedAt) {

        public Sleep waking(Instant now) {
            return new Sleep(since, now, wakeFailedAt);
        }

        public Sleep notWoken(Instant now) {
            return new Sleep(since, null, now);
        }
    }

    /**
     * How its power is switched; the passwords in it are encrypted.
     *
     * @param use whether any one of the agents switches the host, or only all of them together
     */
    public record PowerManagement(boolean enabled, AgentUse use, List<PowerAgent> agents) {

        public static final PowerManagement NONE = new PowerManagement(false, AgentUse.ONE_OF, List.of());

        public PowerManagement {
            agents = List.copyOf(agents);
        }

        public boolean usable() {
            return enabled && !agents.isEmpty();
        }
    }

    /** How several power agents of a host belong together. */
    public enum AgentUse {
        /** Each of them switches the whole host; the next one is tried where one fails. */
        ONE_OF,
        /** Each switches a part of it, such as one of two power supplies: it is off only when all of them are. */
        TOGETHER
    }

    /**
     * One way to a BMC.
     *
     * @param type the fence agent without its "fence_", such as "ipmilan" or "redfish"
     * @param sealedPassword the password as the shell encrypted it; the core never sees the clear one
     */
    public record PowerAgent(
            String type,
            String address,
            int port,
            String username,
            String sealedPassword,
            Map<String, String> options) {

        public PowerAgent {
            options = Map.copyOf(options);
        }
    }

    /** Whether guests on a host can have leases. */
    public enum Leasing {
        NONE,
        /** Guests would outlive sanlock there, so that an expired lease is no full proof of their death. */
        WITHOUT_WATCHDOG,
        WITH_WATCHDOG
    }

    public enum Virtualization {
        KVM,
        TCG,
        SIMULATED
    }

    /**
     * What libvirt says of the machine.
     *
     * @param machineTypes by their full names, such as "pc-q35-7.2"; empty where the host does not tell
     * @param machineAliases full names by short ones, such as "q35"
     * @param tsc null where guests cannot be given a frequency that never changes
     */
    public record HostFacts(
            String hardwareId,
            String hostname,
            String architecture,
            String cpuModel,
            String cpuVendor,
            int sockets,
            int coresPerSocket,
            int threadsPerCore,
            int cpuThreads,
            long memoryBytes,
            List<NumaNode> numaNodes,
            Virtualization virtualization,
            List<String> cpuModels,
            List<String> bridges,
            boolean uefi,
            boolean tpm,
            Versions versions,
            Leasing leasing,
            List<HugepagePool> hugepages,
            List<String> machineTypes,
            Map<String, String> machineAliases,
            @Nullable Tsc tsc) {

        public HostFacts {
            numaNodes = List.copyOf(numaNodes);
            cpuModels = List.copyOf(cpuModels);
            bridges = List.copyOf(bridges);
            if (leasing == null) {
                leasing = Leasing.NONE; // stored before there were leases
            }
            hugepages = hugepages == null ? List.of() : List.copyOf(hugepages);
            machineTypes = machineTypes == null ? List.of() : List.copyOf(machineTypes);
            machineAliases = machineAliases == null ? Map.of() : Map.copyOf(machineAliases);
        }

        /** The same with those machine types and that time stamp counter. */
        public HostFacts with(List<String> newTypes, Map<String, String> newAliases, @Nullable Tsc newTsc) {
            return new HostFacts(
                    hardwareId,
                    hostname,
                    architecture,
                    cpuModel,
                    cpuVendor,
                    sockets,
                    coresPerSocket,
                    threadsPerCore,
                    cpuThreads,
                    memoryBytes,
                    numaNodes,
                    virtualization,
                    cpuModels,
                    bridges,
                    uefi,
                    tpm,
                    versions,
                    leasing,
                    hugepages,
                    newTypes,
                    newAliases,
                    newTsc);
        }

        /** The full name of the machine type that is called so there; null where the host has none, or does not tell. */
        public @Nullable String machineNamed(String name) {
            String full = machineAliases.get(name);
            return full != null ? full : machineTypes.contains(name) ? name : null;
        }

        /** Memory that is set aside in huge pages. */
        public long hugepageBytes() {
            return hugepages.stream().mapToLong(HugepagePool::bytes).sum();
        }
    }

    /**
     * The time stamp counter of the CPUs.
     *
     * @param scaling whether a guest may have another frequency than the host
     */
    public record Tsc(long hertz, boolean scaling) {}

    /** Huge pages of one size on one NUMA node. */
    public record HugepagePool(long pageBytes, long pages, int node) {

        public long bytes() {
            return pageBytes * pages;
        }
    }

    /** A NUMA node; {@code cpus} is a CPU set such as "0-7". */
    public record NumaNode(int node, long memoryBytes, String cpus) {}

    public record Versions(String agent, String libvirt, String qemu, String kernel, String os) {}
}
