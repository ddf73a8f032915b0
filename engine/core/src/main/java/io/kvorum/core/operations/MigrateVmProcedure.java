package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.MigrationDetail;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.scheduling.PlacementDecision;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Live-migrates a VM: place → bind it to the target too → prepare its networks there → ask the source to migrate.
 *
 * <p>Until the source vouches for the end, the VM is bound to both hosts. Without the source's word both are asked; it
 * is let go of a host only when that host says that the VM is not there, or is proven to be off.
 *
 * <p>It may go to another cluster ({@link ClusterChange}). It belongs to its old one until the change of hosts is recorded,
 * and to the new one from that transaction on, whoever makes it: this operation, a later check, or the proof that its source is off.
 *
 * <p>One whose migration by post-copy broke ({@link TornGuest}) is put together again, or ended on both.
 */
final class MigrateVmProcedure implements Procedure<Request.MigrateVm> {

    private static final String MIGRATE = "migrate";
    private static final String LOOK_AT_SOURCE = "look at the source";
    private static final String LOOK_AT_TARGET = "look at the target";
    private static final String LEASE = "prepare for its lease";
    private static final String WAIT = "wait before it is put together again";
    private static final String RECOVER = "put it together again";

    /** A link that failed is often back soon; guests of the VM's users stand still meanwhile. */
    private static final Duration BETWEEN_RECOVERIES = Duration.ofSeconds(5);

    private static final int RECOVERIES = 5;

    @Override
    public List<Lock> locks(Inventory inventory, Request.MigrateVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.MigrateVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        UUID source = vm.hostId();
        if (source == null || Lifecycles.VM.next(vm.state(), VmTrigger.MIGRATE).isEmpty()) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "migrated", "up"));
        }
        if (vm.status().targetHostId() != null) {
            return Verdict.refuse(Problem.conflict(
                    "It is not settled yet whether VM " + vm.name() + " is also on host "
                            + work.hostName(vm.status().targetHostId()) + ", where it was migrating to.",
                    vm.subject()));
        }
        if (request.hostId() != null && work.inventory().host(request.hostId()).isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Optional<Problem> objection = ClusterChange.objection(work.inventory(), vm, request);
        return objection.map(Verdict::refuse).orElseGet(() -> place(work, vm, request));
    }

    private Verdict place(Work work, Vm vm, Request.MigrateVm request) {
        Vm there = ClusterChange.there(work.inventory(), vm, request);
        PlacementDecision decision = work.place(there, request.hostId(), Set.of());
        if (decision.host().isEmpty()) {
            return Verdict.refuse(Problem.of(Problem.Type.NO_HOST, VmRules.describe(decision.explanation())));
        }
        Host target = decision.host().get();
        boolean crosses = !there.spec().clusterId().equals(vm.spec().clusterId());
        Optional<String> reserved = crosses ? work.objectionToStart(there, target) : Optional.empty();
        if (reserved.isPresent()) {
            return Verdict.refuse(Problem.of(Problem.Type.NO_HOST, reserved.get()));
        }
        if (crosses) {
            QuotaRules.tellOfEntering(work, there);
        }
        Vm moving = work.move(vm.withStatus(there.status()), VmTrigger.MIGRATE, null);
        Vm bound = work.turn().put(moving, Work.onWayTo(moving, target, decision.seat()));
        return prepareOrMigrate(work, bound, target, null);
    }

    private Verdict prepareOrMigrate(Work work, Vm vm, Host target, @Nullable Step last) {
        if (last != null && last.name().equals(LEASE)) {
            return migrate(work, vm, target);
        }
        return NetworkPreparation.next(work, vm, target.id(), last)
                .or(() -> prepareLease(work, vm, target))
                .orElseGet(() -> migrate(work, vm, target));
    }

    /** The target may have lost its membership, with its sanlock, since it was last asked. */
    private static Optional<Verdict> prepareLease(Work work, Vm vm, Host target) {
        return work.inventory()
                .storageDomain(vm.leaseDomainId())
                .flatMap(domain -> domain.lockspace()
                        .of(target.id())
                        .map(member -> new Verdict.Command(
                                LEASE,
                                target.id(),
                                new AgentCommand.JoinLockspace(domain, member.leaseId()),
                                work.settings().commandLimit())));
    }

    private static Verdict migrate(Work work, Vm vm, Host target) {
        return migrate(work, vm, target, MIGRATE);
    }

    private static Verdict migrate(Work work, Vm vm, Host target, String step) {
        return new Verdict.Command(
                step,
                Objects.requireNonNull(vm.hostId()),
                new AgentCommand.MigrateVm(
                        vm.id(),
                        target.id(),
                        target.spec().address(),
                        work.networksOf(vm),
                        MigrationRules.of(work.inventory(), vm),
                        step.equals(RECOVER),
                        vm.status().targetSeat(),
                        vm.spec().hardware().vcpus()),
                work.settings().migrationLimit());
    }

    @Override
    public Verdict next(Work work, Request.MigrateVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        UUID target = Objects.requireNonNull(vm.status().targetHostId());
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (prepares(ended)) {
            Optional<Host> host = work.inventory().host(target);
            return outcome.succeeded() && host.isPresent() && !work.operation().cancelRequested()
                    ? prepareOrMigrate(work, vm, host.get(), ended)
                    : stays(work, vm, VmTrigger.SEEN_RUNNING, outcome.words());
        }
        if (LeftBehindGuest.is(ended)) {
            return look(work, LOOK_AT_TARGET, target, vm);
        }
        if (TornGuest.is(ended)) {
            return afterEnd(work, vm, target, ended, outcome);
        }
        return switch (ended.name()) {
            case MIGRATE, RECOVER -> afterMigrate(work, vm, target, outcome);
            case WAIT -> recover(work, vm, target);
            case LOOK_AT_SOURCE -> afterSource(work, vm, target, outcome);
            case LOOK_AT_TARGET -> afterTarget(work, vm, target, outcome);
            default -> throw new IllegalStateException("No step " + ended.name());
        };
    }

    private static boolean prepares(Step step) {
        return NetworkPreparation.is(step) || step.name().equals(LEASE);
    }

    private Verdict afterMigrate(Work work, Vm vm, UUID target, CommandOutcome outcome) {
        return switch (outcome) {
            case CommandOutcome.Done(var detail) ->
                moved(work, vm, target, detail instanceof MigrationDetail migration ? migration : null);
            case CommandOutcome.HostGone gone -> look(work, LOOK_AT_TARGET, target, vm);
            case CommandOutcome.Failed failed -> look(work, LOOK_AT_SOURCE, Objects.requireNonNull(vm.hostId()), vm);
            case CommandOutcome.Unknown unknown -> look(work, LOOK_AT_TARGET, target, vm);
        };
    }

    private Verdict afterSource(Work work, Vm vm, UUID target, CommandOutcome outcome) {
        return switch (VmFate.of(outcome)) {
            case RUNNING -> stays(work, vm, VmTrigger.SEEN_RUNNING, failure(work));
            case PAUSED -> stays(work, vm, VmTrigger.SEEN_PAUSED, failure(work));
            case LEFT_BEHIND -> LeftBehindGuest.end(work, vm.id(), Objects.requireNonNull(vm.hostId()));
            case TORN -> torn(work, vm);
            case ABSENT, IN_DOUBT -> look(work, LOOK_AT_TARGET, target, vm);
        };
    }

    private Verdict afterTarget(Work work, Vm vm, UUID target, CommandOutcome outcome) {
        boolean sourceEmpty = sourceProvenEmpty(work);
        return switch (VmFate.of(outcome)) {
            case RUNNING -> sourceEmpty ? moved(work, vm, target, null) : doubt(work, vm, "It was seen on the target.");
            case PAUSED -> doubt(work, vm, "It was seen paused on the target.");
            case ABSENT -> sourceEmpty ? gone(work, vm) : doubt(work, vm, "The source gives no answer.");
            case TORN -> sourceEmpty ? TornGuest.end(work, vm, target) : doubt(work, vm, "It is torn there.");
            case LEFT_BEHIND, IN_DOUBT -> doubt(work, vm, outcome.words());
        };
    }

    private static Verdict torn(Work work, Vm vm) {
        long tried = work.operation().steps().stream()
                .filter(step -> step.name().equals(RECOVER))
                .count();
        return tried < RECOVERIES
                ? new Verdict.Pause(WAIT, BETWEEN_RECOVERIES)
                : TornGuest.end(work, vm, Objects.requireNonNull(vm.hostId()));
    }

    private static Verdict recover(Work work, Vm vm, UUID target) {
        return work.inventory()
                .host(target)
                .map(host -> migrate(work, vm, host, RECOVER))
                .orElseGet(() -> TornGuest.end(work, vm, Objects.requireNonNull(vm.hostId())));
    }

    private static Verdict afterEnd(Work work, Vm vm, UUID target, Step ended, CommandOutcome outcome) {
        if (!LeftBehindGuest.gone(outcome)) {
            return doubt(work, vm, outcome.words());
        }
        return target.equals(ended.hostId()) ? gone(work, vm) : look(work, LOOK_AT_TARGET, target, vm);
    }

    private static boolean sourceProvenEmpty(Work work) {
        return work.operation().steps().stream()
                .anyMatch(step -> (step.name().equals(LOOK_AT_SOURCE)
                                && step.outcome() != null
                                && VmFate.of(step.outcome()) == VmFate.ABSENT)
                        || (endsSource(work, step) && step.outcome() != null && LeftBehindGuest.gone(step.outcome()))
                        || (migrates(step) && step.outcome() instanceof CommandOutcome.HostGone));
    }

    private static boolean endsSource(Work work, Step step) {
        boolean atSource = work.operation().steps().stream()
                .anyMatch(other -> migrates(other) && Objects.equals(other.hostId(), step.hostId()));
        return LeftBehindGuest.is(step) || (TornGuest.is(step) && atSource);
    }

    private static boolean migrates(Step step) {
        return step.name().equals(MIGRATE) || step.name().equals(RECOVER);
    }

    private static Verdict look(Work work, String step, UUID hostId, Vm vm) {
        return new Verdict.Command(
                step, hostId, new AgentCommand.QueryVm(vm.id()), work.settings().commandLimit());
    }

    private static Verdict moved(Work work, Vm vm, UUID target, @Nullable MigrationDetail detail) {
        String from = work.hostName(vm.hostId());
        Vm running = work.move(vm, VmTrigger.SEEN_RUNNING, null);
        Vm there = work.turn().put(running, running.status().on(target));
        String figures = detail == null
                ? ""
                : " in " + detail.totalTime().toMillis() + " ms, with "
                        + detail.downtime().toMillis() + " ms of downtime and "
                        + mebibytes(detail.transferredBytes()) + " MiB copied";
        String message = "VM " + vm.name() + " moved from " + from + " to " + work.hostName(target)
                + clusterOf(work, vm, there) + figures + ".";
        work.log(Severity.INFO, "vm.migrated", message, vm.subject());
        return new Verdict.Succeed(message);
    }

    private static String clusterOf(Work work, Vm before, Vm there) {
        UUID clusterId = there.spec().clusterId();
        return clusterId.equals(before.spec().clusterId())
                ? ""
                : work.inventory()
                        .cluster(clusterId)
                        .map(cluster -> " of cluster " + cluster.name())
                        .orElse("");
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 19)) >> 20;
    }

    private static Verdict stays(Work work, Vm vm, VmTrigger seen, String why) {
        Vm back = work.move(vm, seen, null);
        work.turn().put(back, back.status().movingTo(null));
        String message = "VM " + vm.name() + " stays on " + work.hostName(vm.hostId()) + ": " + why;
        return work.operation().cancelRequested() ? new Verdict.Cancelled(message) : Verdict.failed(message);
    }

    private static Verdict gone(Work work, Vm vm) {
        work.moveOff(vm, VmTrigger.PROVEN_OFF, "It was lost while it migrated.");
        return Verdict.failed("VM " + vm.name() + " runs on neither host any more: " + failure(work));
    }

    private static Verdict doubt(Work work, Vm vm, String why) {
        work.move(vm, VmTrigger.LOST_SIGHT, why);
        return new Verdict.Fail(
                Problem.of(
                        Problem.Type.TIMED_OUT,
                        "It is not proven where VM " + vm.name() + " runs: " + why
                                + " It stays bound to the hosts in question until they answer, are fenced, or are confirmed down."));
    }

    private static String failure(Work work) {
        return work.operation().steps().stream()
                .filter(step -> migrates(step) && step.outcome() != null)
                .map(step -> Objects.requireNonNull(step.outcome()).words())
                .findFirst()
                .orElse("The migration failed.");
    }

    @Override
    public boolean cancellable(Step running) {
        return running.name().equals(MIGRATE) || prepares(running);
    }

    @Override
    public void cancel(Work work, Request.MigrateVm request, Step running) {
        if (running.name().equals(MIGRATE) && running.hostId() != null) {
            work.emit(new Effect.AbortMigration(
                    running.hostId(), request.vmId(), work.operation().id()));
        }
    }
}
