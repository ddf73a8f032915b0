package io.kvorum.server.agents;

import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.operations.Progress;
import io.kvorum.proto.agent.v1.CommandProgress;
import io.kvorum.proto.agent.v1.HelloResponse;
import io.kvorum.proto.agent.v1.VmEventCause;
import io.kvorum.proto.agent.v1.VmStatus;
import io.kvorum.proto.agent.v1.WatchResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a host says, in the controller's words. What makes no sense is left out. */
final class ReportWords {

    private static final long MAX_DOWNTIME_SECONDS = 3600;

    private final UUID hostId;

    /** Which operation a command belongs to; progress names only the command. */
    private final Function<UUID, Optional<UUID>> operationOf;

    ReportWords(UUID hostId, Function<UUID, Optional<UUID>> operationOf) {
        this.hostId = hostId;
        this.operationOf = operationOf;
    }

    Event.HostGreeted greeting(HelloResponse hello) {
        return new Event.HostGreeted(
                hostId,
                FactWords.read(hello.getFacts()),
                hello.getFacts().getBootId(),
                sightings(hello.getVmsList()),
                hello.getHypervisorConnected(),
                emptyToNull(hello.getProblem()),
                null);
    }

    Optional<Event> report(WatchResponse report) {
        return switch (report.getReportCase()) {
            case HEARTBEAT ->
                Optional.of(new Event.HostHeard(
                        hostId,
                        report.getHeartbeat().getHypervisorConnected(),
                        emptyToNull(report.getHeartbeat().getProblem())));
            case VM_EVENT ->
                sighting(report.getVmEvent().getVm())
                        .map(vm -> new Event.VmSighted(
                                hostId,
                                vm,
                                cause(report.getVmEvent().getCause()),
                                report.getVmEvent().getDetail()));
            case INVENTORY ->
                Optional.of(new Event.VmsListed(
                        hostId, sightings(report.getInventory().getVmsList())));
            case LOCKSPACES ->
                Optional.of(new Event.LockspacesListed(
                        hostId,
                        report.getLockspaces().getStorageDomainIdsList().stream()
                                .flatMap(id -> uuid(id).stream())
                                .collect(Collectors.toSet())));
            case PROGRESS ->
                uuid(report.getProgress().getCommandId())
                        .flatMap(commandId -> operationOf
                                .apply(commandId)
                                .map(operationId -> new Event.CommandProgressed(
                                        operationId, commandId, progress(report.getProgress()))));
            case STATISTICS, REPORT_NOT_SET -> Optional.empty();
        };
    }

    /** Where no bytes are counted, nobody copies any. */
    private static Progress progress(CommandProgress told) {
        if (told.getTotalBytes() <= 0) {
            return Progress.of(told.getPercent());
        }
        long downtimeSeconds = Math.clamp(told.getAllowedDowntime().getSeconds(), 0, MAX_DOWNTIME_SECONDS);
        long downtimeNanos = Math.clamp(told.getAllowedDowntime().getNanos(), 0, 999_999_999L);
        return new Progress(
                told.getPercent(),
                new Progress.Migrating(
                        Math.max(0, told.getDoneBytes()),
                        Math.max(0, told.getRemainingBytes()),
                        Math.max(0, told.getBytesPerSecond()),
                        Math.max(0, told.getDirtyBytesPerSecond()),
                        Math.max(0, told.getPass()),
                        Duration.ofSeconds(downtimeSeconds, downtimeNanos),
                        told.getPostCopy()));
    }

    private static List<VmSighting> sightings(List<VmStatus> vms) {
        return vms.stream().flatMap(vm -> sighting(vm).stream()).toList();
    }

    private static Optional<VmSighting> sighting(VmStatus vm) {
        return uuid(vm.getVmId())
                .flatMap(id -> state(vm).map(state -> new VmSighting(id, vm.getName(), state, vm.getManaged())));
    }

    static Optional<VmRunState> state(VmStatus vm) {
        return StateWords.read(vm.getState());
    }

    private static Cause cause(VmEventCause cause) {
        return switch (cause) {
            case VM_EVENT_CAUSE_STARTED -> Cause.STARTED;
            case VM_EVENT_CAUSE_SHUTDOWN -> Cause.SHUTDOWN;
            case VM_EVENT_CAUSE_STOPPED -> Cause.STOPPED;
            case VM_EVENT_CAUSE_CRASHED -> Cause.CRASHED;
            case VM_EVENT_CAUSE_MIGRATED_IN -> Cause.MIGRATED_IN;
            case VM_EVENT_CAUSE_MIGRATED_OUT -> Cause.MIGRATED_OUT;
            case VM_EVENT_CAUSE_PAUSED -> Cause.PAUSED;
            case VM_EVENT_CAUSE_RESUMED -> Cause.RESUMED;
            case VM_EVENT_CAUSE_IO_ERROR -> Cause.IO_ERROR;
            case VM_EVENT_CAUSE_REBOOTED -> Cause.REBOOTED;
            case VM_EVENT_CAUSE_SUSPENDED -> Cause.SUSPENDED;
            case VM_EVENT_CAUSE_UNSPECIFIED, UNRECOGNIZED -> Cause.UNKNOWN;
        };
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
