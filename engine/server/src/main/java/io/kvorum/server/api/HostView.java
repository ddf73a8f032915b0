package io.kvorum.server.api;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HugepagePool;
import io.kvorum.core.inventory.Host.NumaNode;
import io.kvorum.core.inventory.Host.Tsc;
import io.kvorum.core.inventory.Host.Versions;
import io.kvorum.server.metrics.Metric;
import io.kvorum.server.metrics.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A host as the API shows it. Passwords of its BMC are never shown. */
@Schema(name = "Host")
public record HostView(
        UUID id,
        String name,
        UUID clusterId,
        String address,
        int port,

        @Schema(
                enumeration = {
                    "connecting",
                    "up",
                    "non_operational",
                    "non_responsive",
                    "fencing",
                    "down",
                    "preparing_for_maintenance",
                    "maintenance"
                })
        String state,

        @Nullable String stateReason,

        @Schema(description = "Of a host that is down because power saving switched it off; null for all others.")
        @Nullable
        SleepView sleep,

        @Schema(description = "What fails as one with it, such as a rack; null for a host that fails alone.") @Nullable
        String faultDomain,

        FactsView facts,
        PowerManagementView powerManagement,
        HostUsageView usage,
        @Nullable Instant certificateExpiresAt,
        @Nullable UUID operationId,
        long revision,
        Instant createdAt,
        Instant updatedAt) {

    /** Such a host is switched on again when it is needed; {@code wakingSince} once it was told to. */
    @Schema(name = "HostSleep")
    public record SleepView(
            Instant since,
            @Nullable Instant wakingSince,
            @Nullable Instant wakeFailedAt) {

        static @Nullable SleepView of(Host.@Nullable Sleep sleep) {
            return sleep == null ? null : new SleepView(sleep.since(), sleep.wakingSince(), sleep.wakeFailedAt());
        }
    }

    @Schema(name = "HostFacts")
    public record FactsView(
            String cpuModel,
            String cpuVendor,
            int sockets,
            int coresPerSocket,
            int threadsPerCore,
            int cpuThreads,
            long memoryBytes,
            List<NumaNode> numaNodes,
            List<HugepagePool> hugepages,

            @Schema(enumeration = {"kvm", "tcg", "simulated"})
            String virtualization,

            @Schema(enumeration = {"none", "without_watchdog", "with_watchdog"})
            String leasing,

            List<String> bridges,

            @Schema(description = "Machine types that guests can have, by their full names.")
            List<String> machineTypes,

            @Schema(description = "Short names, such as q35, and what they stand for on this host.")
            Map<String, String> machineAliases,

            @Schema(description = "Null where guests cannot be given a time stamp counter that never changes.")
            @Nullable
            Tsc tsc,

            Versions versions) {}

    @Schema(name = "PowerManagement")
    public record PowerManagementView(
            boolean enabled,
            @Schema(enumeration = {"one_of", "together"}) String use,
            List<PowerAgentView> agents) {}

    @Schema(name = "PowerAgent")
    public record PowerAgentView(
            @Schema(enumeration = {"ipmilan", "ilo4", "ilo5", "idrac", "redfish"})
            String type,

            String address,
            int port,
            String username,
            boolean passwordSet,
            Map<String, String> options) {}

    /** Promised to VMs, and last measured (null where nothing was measured yet). */
    @Schema(name = "HostUsage")
    public record HostUsageView(
            int vmCount,
            int vcpus,
            long memoryReservedBytes,
            @Nullable Double cpuUsage,
            @Nullable Long memoryUsedBytes,

            @Schema(description = "Of the CPU time that its VMs asked for, the share that they got, 0 to 1.") @Nullable
            Double efficiency,

            @Schema(description = "Share of the last minute, 0 to 1, in which something waited for a CPU.") @Nullable
            Double cpuPressure,

            @Schema(description = "Likewise for memory.") @Nullable
            Double memoryPressure,

            @Schema(description = "Likewise for disks.") @Nullable
            Double ioPressure,

            @Schema(description = "What merging equal pages (KSM) saves now; null where nothing is merged.") @Nullable
            Long memoryMergedBytes) {

        static HostUsageView of(Promised promised, @Nullable Sample sample, @Nullable Long memoryMergedBytes) {
            return new HostUsageView(
                    promised.vms(),
                    promised.vcpus(),
                    promised.memoryBytes(),
                    Measured.share(sample, Metric.CPU),
                    Measured.bytes(sample, Metric.MEMORY),
                    Measured.share(sample, Metric.EFFICIENCY),
                    Measured.share(sample, Metric.CPU_PRESSURE),
                    Measured.share(sample, Metric.MEMORY_PRESSURE),
                    Measured.share(sample, Metric.IO_PRESSURE),
                    memoryMergedBytes);
        }
    }

    /** What is promised on a host, added up by the database's rows of VMs. */
    record Promised(int vms, int vcpus, long memoryBytes) {
        static final Promised NOTHING = new Promised(0, 0, 0);
    }

    static HostView of(Host host, @Nullable UUID operationId, HostUsageView usage) {
        Host.HostFacts facts = host.facts();
        return new HostView(
                host.id(),
                host.name(),
                host.spec().clusterId(),
                host.spec().address(),
                host.spec().port(),
                Words.of(host.state()),
                host.status().reason(),
                SleepView.of(host.status().sleep()),
                host.spec().faultDomain(),
                new FactsView(
                        facts.cpuModel(),
                        facts.cpuVendor(),
                        facts.sockets(),
                        facts.coresPerSocket(),
                        facts.threadsPerCore(),
                        facts.cpuThreads(),
                        facts.memoryBytes(),
                        facts.numaNodes(),
                        facts.hugepages(),
                        Words.of(facts.virtualization()),
                        Words.of(facts.leasing()),
                        facts.bridges(),
                        facts.machineTypes(),
                        facts.machineAliases(),
                        facts.tsc(),
                        facts.versions()),
                new PowerManagementView(
                        host.spec().powerManagement().enabled(),
                        Words.of(host.spec().powerManagement().use()),
                        host.spec().powerManagement().agents().stream()
                                .map(agent -> new PowerAgentView(
                                        agent.type(),
                                        agent.address(),
                                        agent.port(),
                                        agent.username(),
                                        !agent.sealedPassword().isEmpty(),
                                        agent.options()))
                                .toList()),
                usage,
                host.status().certificateExpiresAt(),
                operationId,
                host.meta().revision(),
                host.meta().createdAt(),
                host.meta().updatedAt());
    }
}
