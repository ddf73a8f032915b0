package io.kvorum.server.api;

import io.kvorum.core.scheduling.Capacity;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What hosts have and use together. */
@Schema(name = "Capacity")
public record CapacityView(
        @Schema(description = "Hosts in any state.") int hosts,

        @Schema(description = "Hosts that are up; only these count below.")
        int hostsUp,

        @Schema(description = "Hosts that are up and have told their use of late; usage is theirs.")
        int hostsMeasured,

        @Schema(description = "VMs that are on any of the hosts; one that migrates counts on both.")
        int vms,

        long cpuThreads,
        long memoryBytes,

        @Schema(description = "Of all their threads, 0 to 1; null where nothing was measured.") @Nullable
        Double cpuUsage,

        @Schema(description = "Null where nothing was measured.") @Nullable
        Long memoryUsedBytes,

        @Schema(description = "Of all their memory, 0 to 1; null where nothing was measured.") @Nullable
        Double memoryUsage) {

    static CapacityView of(Capacity capacity) {
        Capacity.Measured measured = capacity.measured();
        boolean known = measured.hosts() > 0;
        return new CapacityView(
                capacity.hosts(),
                capacity.up(),
                measured.hosts(),
                capacity.vms(),
                capacity.threads(),
                capacity.memoryBytes(),
                known && measured.threads() > 0 ? measured.busyThreads() / measured.threads() : null,
                known ? Math.round(measured.usedBytes()) : null,
                known && measured.memoryBytes() > 0 ? measured.usedBytes() / measured.memoryBytes() : null);
    }
}
