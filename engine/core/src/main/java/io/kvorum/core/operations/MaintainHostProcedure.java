package io.kvorum.core.operations;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.HostTrigger;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Empties a host.
 *
 * <ol>
 *   <li>The host takes no new VMs from now on. VMs that may not move refuse the request.
 *   <li>While VMs are bound to it, some of them are migrated, a few at a time; one that starts or stops is waited for.
 *   <li>Where only hosts that sleep could take them, they are waited for, up to {@link HostSleep#WAKING_LIMIT}: the balancer wakes
 *       hosts for those that wait. Nothing holds the VMs meanwhile: what becomes of them is seen.
 *   <li>When none is left it is in maintenance. If one cannot leave, the host is up again and the operation says why.
 * </ol>
 */
final class MaintainHostProcedure implements Procedure<Request.MaintainHost> {

    private static final String DRAIN = "move its VMs away";

    @Override
    public List<Lock> locks(Inventory inventory, Request.MaintainHost request) {
        return List.of(new Lock(Kind.HOST, request.hostId()));
    }

    @Override
    public Verdict begin(Work work, Request.MaintainHost request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        Optional<HostState> next = Lifecycles.HOST.next(host.state(), HostTrigger.MAINTAIN);
        if (next.isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " cannot be put into maintenance while it is " + VmRules.words(host.state())
                            + ".",
                    host.subject()));
        }
        Optional<Vm> fixed = work.inventory().vmsOn(host.id()).stream()
                .filter(vm -> vm.spec().migration() == MigrationMode.PINNED || vm.state() == VmState.PAUSED)
                .findFirst();
        if (fixed.isPresent()) {
            Vm vm = fixed.get();
            String why = vm.state() == VmState.PAUSED ? "is paused" : "is pinned";
            return Verdict.refuse(Problem.conflict(
                    "VM " + vm.name() + " runs on host " + host.name() + " and " + why
                            + "; shut it down, or let it run and migrate, first.",
                    vm.subject()));
        }
        work.turn().put(host.to(next.get(), null));
        return drain(work, host, Set.of());
    }

    @Override
    public Verdict reconsider(Work work, Request.MaintainHost request) {
        Host host = work.inventory().host(request.hostId()).orElseThrow();
        if (host.state() != HostState.PREPARING_FOR_MAINTENANCE) {
            return Verdict.failed(
                    "Host " + host.name() + " became " + VmRules.words(host.state()) + " while it was emptied.");
        }
        if (work.operation().cancelRequested()) {
            return work.openChildren().isEmpty() ? calledOff(work, host) : new Verdict.Wait();
        }
        Optional<Operation> failed = work.endedChildren().stream()
                .filter(child -> child.state() == OperationState.FAILED
                        || child.state() == OperationState.CANCELLED
                        || (child.state() == OperationState.REFUSED && !heldByAnother(child)))
                .filter(child -> work.inventory()
                        .vm(child.about().id())
                        .filter(vm -> vm.bindsTo(host.id()))
                        .isPresent())
                .filter(child -> !crowdedOut(work, child))
                .findFirst();
        if (failed.isPresent()) {
            String why = failed.get().problem() == null
                    ? "it was called off"
                    : failed.get().problem().detail();
            return giveUp(work, host, failed.get().about().name(), why);
        }
        if (work.endedChildren().stream().anyMatch(child -> crowdedOut(work, child))) {
            return waitForHosts(work);
        }
        Set<UUID> moving =
                work.openChildren().stream().map(child -> child.about().id()).collect(Collectors.toSet());
        return drain(work, host, moving);
    }

    private static boolean heldByAnother(Operation child) {
        return child.problem() != null && child.problem().blockingOperation() != null;
    }

    /** Whether others took the room that a VM should have had, and hosts that sleep have some. */
    private static boolean crowdedOut(Work work, Operation child) {
        return child.problem() != null
                && child.problem().type() == Problem.Type.NO_HOST
                && work.inventory()
                        .vm(child.about().id())
                        .filter(vm -> waits(work, vm))
                        .isPresent();
    }

    private static Verdict waitForHosts(Work work) {
        return HostSleep.waitedFor(work.operation())
                ? new Verdict.Wait()
                : new Verdict.Children(HostSleep.WAIT, List.of());
    }

    /** Whether hosts that sleep are to be waited for, so that a VM that finds no room now may find some. */
    private static boolean waits(Work work, Vm vm) {
        if (HostSleep.waitedInVain(work.operation(), work.turn().instant())) {
            return false;
        }
        return HostSleep.waitedFor(work.operation())
                ? work.inventory().hostsOf(vm.spec().clusterId()).stream()
                        .anyMatch(host -> HostSleep.sleepsOrWill(work.inventory(), host))
                : work.worthWaitingToLeave(vm);
    }

    private static Verdict drain(Work work, Host host, Set<UUID> moving) {
        List<Vm> bound = work.inventory().vmsOn(host.id());
        if (bound.isEmpty()) {
            Host now = work.inventory().host(host.id()).orElseThrow();
            Lifecycles.HOST
                    .next(now.state(), HostTrigger.EMPTY)
                    .ifPresent(state -> work.turn().put(now.to(state, null)));
            String message = "Host " + host.name() + " is in maintenance.";
            work.log(Severity.INFO, "host.maintenance", message, host.subject());
            return new Verdict.Succeed(message);
        }
        int allowed = work.inventory()
                .cluster(host.spec().clusterId())
                .orElseThrow()
                .balancing()
                .migrationsPerHost();
        int free = allowed - moving.size();
        List<Vm> next = bound.stream()
                .filter(vm -> vm.state() == VmState.UP
                        && host.id().equals(vm.hostId())
                        && vm.status().targetHostId() == null
                        && !work.inventory().locked(Kind.VM, vm.id()))
                .limit(Math.max(0, free))
                .toList();
        // One that fits nowhere, and for which nothing is to be waited for, is asked for too: the refusal says why.
        List<Request> migrations = next.stream()
                .filter(vm -> work.fits(vm, null) || moving.isEmpty() && !waits(work, vm))
                .<Request>map(vm -> new Request.MigrateVm(vm.id(), null))
                .toList();
        if (migrations.isEmpty() && !next.isEmpty() && moving.isEmpty()) {
            return waitForHosts(work);
        }
        Optional<Vm> paused =
                bound.stream().filter(vm -> vm.state() == VmState.PAUSED).findFirst();
        boolean somethingMoves = !migrations.isEmpty()
                || !moving.isEmpty()
                || bound.stream().anyMatch(vm -> work.inventory().locked(Kind.VM, vm.id()));
        if (paused.isPresent() && !somethingMoves) {
            return giveUp(work, host, paused.get().name(), "it is paused.");
        }
        return migrations.isEmpty() && work.operation().waiting()
                ? new Verdict.Wait()
                : new Verdict.Children(DRAIN, migrations);
    }

    private static Verdict calledOff(Work work, Host host) {
        upAgain(work, host);
        return new Verdict.Cancelled("Host " + host.name() + " is up again; what has moved stays where it is.");
    }

    private static Verdict giveUp(Work work, Host host, String vm, String why) {
        upAgain(work, host);
        return Verdict.failed("Host " + host.name() + " is up again, since VM " + vm + " could not leave it: " + why);
    }

    private static void upAgain(Work work, Host host) {
        work.turn().put(host.to(Lifecycles.HOST.require(host.state(), HostTrigger.MAINTENANCE_CANCELLED), null));
    }

    @Override
    public boolean cancellable(Step running) {
        return running.name().equals(DRAIN) || running.name().equals(HostSleep.WAIT);
    }
}
