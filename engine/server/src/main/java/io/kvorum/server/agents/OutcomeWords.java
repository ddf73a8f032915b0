package io.kvorum.server.agents;

import com.google.protobuf.util.Durations;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Detail;
import io.kvorum.core.controller.CommandOutcome.MemberState;
import io.kvorum.core.controller.CommandOutcome.ProbeAnswer;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.Failure;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.LockspaceMember;
import io.kvorum.proto.agent.v1.LockspaceResult;
import io.kvorum.proto.agent.v1.PowerState;
import io.kvorum.proto.agent.v1.Success;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A host's answer in the core's words. */
final class OutcomeWords {

    private static final int MAX_MESSAGE_CHARS = 2000;
    private static final long MAX_LEASE_SECONDS = 3600;

    private OutcomeWords() {}

    static CommandOutcome read(ExecuteResponse response) {
        return switch (response.getOutcomeCase()) {
            case SUCCESS -> new CommandOutcome.Done(detail(response.getSuccess()));
            case FAILURE -> failure(response.getFailure());
            case OUTCOME_NOT_SET -> new CommandOutcome.Unknown("The host answered without an outcome.");
        };
    }

    static CommandOutcome.Failed failure(Failure failure) {
        return new CommandOutcome.Failed(
                reason(failure.getReason()),
                shortened(failure.getMessage()),
                failure.getHolderLeaseId() > 0 ? new CommandOutcome.HolderDetail(failure.getHolderLeaseId()) : null);
    }

    private static @Nullable Detail detail(Success success) {
        return switch (success.getDetailCase()) {
            case VM ->
                new CommandOutcome.VmDetail(
                        UUID.fromString(success.getVm().getVmId()),
                        state(success.getVm().getState()));
            case MIGRATION ->
                new CommandOutcome.MigrationDetail(
                        Duration.ofNanos(
                                Durations.toNanos(success.getMigration().getTotalTime())),
                        Duration.ofNanos(
                                Durations.toNanos(success.getMigration().getDowntime())),
                        success.getMigration().getTransferredBytes(),
                        success.getMigration().getDirtyBytesPerSecond());
            case DISK ->
                new CommandOutcome.DiskDetail(
                        success.getDisk().getSizeBytes(), success.getDisk().getAllocatedBytes());
            case STORAGE ->
                new CommandOutcome.StorageDetail(
                        success.getStorage().getCapacityBytes(),
                        success.getStorage().getAvailableBytes());
            case POWER -> new CommandOutcome.PowerDetail(success.getPower().getState() != PowerState.POWER_STATE_OFF);
            case PROBE ->
                new CommandOutcome.ProbeDetail(
                        switch (success.getProbe().getAnswer()) {
                            case PROBE_ANSWER_REACHABLE -> ProbeAnswer.REACHABLE;
                            case PROBE_ANSWER_REFUSED -> ProbeAnswer.REFUSED;
                            case PROBE_ANSWER_NO_ANSWER, PROBE_ANSWER_UNSPECIFIED, UNRECOGNIZED ->
                                ProbeAnswer.NO_ANSWER;
                        });
            case UPGRADE ->
                new CommandOutcome.UpgradeDetail(
                        success.getUpgrade().getRebootRequired(),
                        shortened(success.getUpgrade().getLastLines()));
            case LOCKSPACE -> member(success.getLockspace());
            case DETAIL_NOT_SET -> null;
        };
    }

    /** The one that was asked for; what is not understood counts as unknown, which frees no lease. */
    private static @Nullable Detail member(LockspaceResult result) {
        if (result.getMembersCount() != 1) {
            return null;
        }
        LockspaceMember member = result.getMembers(0);
        MemberState state = switch (member.getState()) {
            case MEMBER_STATE_LIVE -> MemberState.LIVE;
            case MEMBER_STATE_FAIL -> MemberState.FAIL;
            case MEMBER_STATE_DEAD -> MemberState.DEAD;
            case MEMBER_STATE_FREE -> MemberState.FREE;
            case MEMBER_STATE_UNSPECIFIED, UNRECOGNIZED -> MemberState.UNKNOWN;
        };
        return new CommandOutcome.MemberDetail(
                state,
                member.getGeneration(),
                member.getTimestamp(),
                seconds(member.getFreeIn()),
                seconds(member.getIoTimeout()));
    }

    private static String shortened(String message) {
        return message.length() > MAX_MESSAGE_CHARS ? message.substring(0, MAX_MESSAGE_CHARS) + "…" : message;
    }

    private static Duration seconds(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(Math.clamp(duration.getSeconds(), 0, MAX_LEASE_SECONDS));
    }

    /** A state we do not know counts as running: nothing is started elsewhere on such a word. */
    private static VmRunState state(io.kvorum.proto.agent.v1.VmRunState state) {
        Optional<VmRunState> known = StateWords.read(state);
        return known.orElse(VmRunState.RUNNING);
    }

    private static Reason reason(FailureReason reason) {
        return switch (reason) {
            case FAILURE_REASON_INVALID -> Reason.INVALID;
            case FAILURE_REASON_NOT_FOUND -> Reason.NOT_FOUND;
            case FAILURE_REASON_CONFLICT -> Reason.CONFLICT;
            case FAILURE_REASON_NO_CAPACITY -> Reason.NO_CAPACITY;
            case FAILURE_REASON_HYPERVISOR -> Reason.HYPERVISOR;
            case FAILURE_REASON_STORAGE -> Reason.STORAGE;
            case FAILURE_REASON_TIMED_OUT -> Reason.TIMED_OUT;
            case FAILURE_REASON_ABORTED -> Reason.ABORTED;
            case FAILURE_REASON_INTERRUPTED -> Reason.INTERRUPTED;
            case FAILURE_REASON_UNREACHABLE -> Reason.UNREACHABLE;
            case FAILURE_REASON_LEASE_HELD -> Reason.LEASE_HELD;
            case FAILURE_REASON_UNSPECIFIED, UNRECOGNIZED -> Reason.INTERRUPTED;
        };
    }
}
