package io.kvorum.server.api;

import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.HostChange;
import io.kvorum.core.inventory.BalancingPlan.PlanMove;
import io.kvorum.core.inventory.BalancingPlan.PlanSwitch;
import io.kvorum.core.inventory.RollingMaintenance;
import io.kvorum.core.inventory.RollingMaintenance.PlanHost;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A plan of moves in their order.
 *
 * @param reason why it was made
 * @param outcome how it ended; absent while it is open
 */
@Schema(name = "BalancingPlan")
public record BalancingPlanView(
        UUID id,
        UUID clusterId,
        String name,

        @Schema(enumeration = {"proposed", "running", "paused", "done", "rejected", "aborted", "outdated"})
        String state,

        String reason,
        @Nullable String outcome,
        List<MoveView> moves,
        List<SwitchView> switches,

        @Schema(description = "Of a plan to maintain hosts, which has no moves of its own.") @Nullable
        RollingView rolling,

        long revision,
        Instant createdAt,
        Instant updatedAt) {

    /** Hosts that are maintained, some at a time. */
    @Schema(name = "RollingMaintenance")
    public record RollingView(
            @Schema(enumeration = {"wait_for_operator", "reboot", "upgrade"})
            String task,

            int hostsAtOnce,
            List<RollingHostView> hosts) {

        static @Nullable RollingView of(@Nullable RollingMaintenance rolling) {
            return rolling == null
                    ? null
                    : new RollingView(
                            Words.of(rolling.task()),
                            rolling.hostsAtOnce(),
                            rolling.hosts().stream().map(RollingHostView::of).toList());
        }
    }

    /** {@code note} says why it waits, failed or was skipped; {@code since} when it came to that step. */
    @Schema(name = "RollingMaintenanceHost")
    public record RollingHostView(
            UUID hostId,
            String hostName,

            @Schema(
                    enumeration = {
                        "planned",
                        "draining",
                        "in_maintenance",
                        "upgrading",
                        "rebooting",
                        "returning",
                        "done",
                        "failed",
                        "skipped"
                    })
            String step,

            @Nullable String note,
            @Nullable Instant since) {

        static RollingHostView of(PlanHost host) {
            return new RollingHostView(
                    host.hostId(), host.hostName(), Words.of(host.step()), host.note(), host.since());
        }
    }

    /** A host that is switched off once the moves are made; {@code note} says why it was not. */
    @Schema(name = "BalancingSwitch")
    public record SwitchView(
            UUID hostId,
            String hostName,

            @Schema(enumeration = {"planned", "switching", "switched_off", "failed", "skipped"})
            String state,

            @Nullable String note,
            @Nullable Instant endedAt) {

        static SwitchView of(PlanSwitch one) {
            return new SwitchView(one.hostId(), one.hostName(), Words.of(one.state()), one.note(), one.endedAt());
        }
    }

    /**
     * One move.
     *
     * @param purpose what it is for
     * @param words all of it in a sentence
     * @param costBytes expected to be copied
     * @param costMillis that it is expected to take
     * @param downtimeMillis in which the guest is expected to stand still
     * @param note why it was not made
     */
    @Schema(name = "BalancingMove")
    public record MoveView(
            UUID vmId,
            String vmName,

            @Schema(enumeration = {"even_out", "empty_host", "repair_affinity"})
            String purpose,

            HostChangeView from,
            HostChangeView to,
            long costBytes,
            long costMillis,
            long downtimeMillis,

            @Schema(enumeration = {"planned", "moving", "moved", "failed", "skipped", "left_out"})
            String state,

            @Nullable String note,
            @Nullable Instant endedAt,
            String words) {

        static MoveView of(PlanMove move) {
            return new MoveView(
                    move.vmId(),
                    move.vmName(),
                    Words.of(move.purpose()),
                    HostChangeView.of(move.from()),
                    HostChangeView.of(move.to()),
                    move.costBytes(),
                    move.costMillis(),
                    move.downtimeMillis(),
                    Words.of(move.state()),
                    move.note(),
                    move.endedAt(),
                    move.words());
        }
    }

    /** A host's use before the move and after it, as shares from 0 to 1; null for disks and network where that is not known. */
    @Schema(name = "BalancingHostChange")
    public record HostChangeView(
            UUID hostId,
            String hostName,
            double cpuBefore,
            double cpuAfter,
            double memoryBefore,
            double memoryAfter,
            @Nullable Double diskBefore,
            @Nullable Double diskAfter,
            @Nullable Double networkBefore,
            @Nullable Double networkAfter) {

        static HostChangeView of(HostChange change) {
            return new HostChangeView(
                    change.hostId(),
                    change.hostName(),
                    change.before().cpu(),
                    change.after().cpu(),
                    change.before().memory(),
                    change.after().memory(),
                    change.before().disk(),
                    change.after().disk(),
                    change.before().network(),
                    change.after().network());
        }
    }

    static BalancingPlanView of(BalancingPlan plan) {
        return new BalancingPlanView(
                plan.id(),
                plan.clusterId(),
                plan.name(),
                Words.of(plan.state()),
                plan.reason(),
                plan.outcome(),
                plan.moves().stream().map(MoveView::of).toList(),
                plan.switches().stream().map(SwitchView::of).toList(),
                RollingView.of(plan.rolling()),
                plan.meta().revision(),
                plan.meta().createdAt(),
                plan.meta().updatedAt());
    }
}
