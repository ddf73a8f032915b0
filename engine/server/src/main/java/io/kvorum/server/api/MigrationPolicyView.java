package io.kvorum.server.api;

import io.kvorum.core.inventory.MigrationPolicy;
import io.kvorum.core.inventory.MigrationPolicy.Strategy;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** How running VMs travel, as the API shows it. */
@Schema(name = "MigrationPolicy")
public record MigrationPolicyView(
        @Schema(enumeration = {"minimal_downtime", "post_copy", "suspend_workload_if_needed", "very_large_vms"})
        String policy,

        @Schema(description = "Of one migration; 0 for no limit.")
        int bandwidthMibPerSecond,

        @Schema(description = "0 for as many as suit the policy.")
        int parallelConnections,

        boolean compressed,
        boolean encrypted) {

    static MigrationPolicyView of(MigrationPolicy policy) {
        return new MigrationPolicyView(
                Words.of(policy.strategy()),
                policy.bandwidthMibPerSecond(),
                policy.parallelConnections(),
                policy.compressed(),
                policy.encrypted());
    }

    /** What is left out stays. */
    @Schema(name = "MigrationPolicyChange")
    public record MigrationPolicyChange(
            @Schema(
                    description =
                            "One of minimal_downtime, post_copy, suspend_workload_if_needed, very_large_vms; of a VM also empty,"
                                    + " for as its cluster says.")
            @Nullable
            String policy,

            @Nullable Integer bandwidthMibPerSecond,
            @Nullable Integer parallelConnections,
            @Nullable Boolean compressed,
            @Nullable Boolean encrypted) {

        MigrationPolicy applyTo(MigrationPolicy before) {
            return new MigrationPolicy(
                    Words.read("migrationPolicy.policy", policy, Strategy.class, before.strategy()),
                    bandwidthMibPerSecond == null ? before.bandwidthMibPerSecond() : bandwidthMibPerSecond,
                    parallelConnections == null ? before.parallelConnections() : parallelConnections,
                    compressed == null ? before.compressed() : compressed,
                    encrypted == null ? before.encrypted() : encrypted);
        }

        /** Of a VM: null for as its cluster says. */
        @Nullable
        MigrationPolicy ofVm(@Nullable MigrationPolicy before) {
            return policy != null && policy.isEmpty()
                    ? null
                    : applyTo(before == null ? MigrationPolicy.DEFAULT : before);
        }
    }
}
