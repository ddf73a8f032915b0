package io.kvorum.core.availability;

import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * Restarts highly available VMs that fell, in {@link RestartOrder}. A VM falls here only once it is proven to be down.
 *
 * <ol>
 *   <li>A VM that shall start after others waits until they are up, but not longer than its limit.
 *   <li>One whose silent host cannot be fenced is restarted by its lease, once that has expired.
 *   <li>One that cannot start now is tried again and again with growing waits and no end, and at once when a host comes
 *       up. Each failed attempt says in the log what refused it and when the next one is due.
 * </ol>
 */
public final class HaRecovery {

    /** Who asks for restarts. */
    public static final String REQUESTED_BY = "system/ha";

    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);

    /** A held lease comes free by itself. */
    private static final Duration LONGEST_WAIT_FOR_LEASE = Duration.ofSeconds(15);

    /** Of one tick: what a turn changes is stored at once, and nothing else is handled meanwhile. */
    private static final int MOST_AT_ONCE = 200;

    private record Attempts(int failed, long nextNanos) {}

    private record Waiting(long sinceNanos, boolean over) {}

    private final Settings settings;
    private final BiConsumer<Turn, Request> operations;
    private final BiPredicate<Turn, Vm> leaseExpired;
    private final Map<UUID, Attempts> attempts = new HashMap<>();
    private final Map<UUID, Waiting> waiting = new HashMap<>();

    /** @param leaseExpired whether the VM, on a silent host, may be started elsewhere by its lease */
    public HaRecovery(Settings settings, BiConsumer<Turn, Request> operations, BiPredicate<Turn, Vm> leaseExpired) {
        this.settings = settings;
        this.operations = operations;
        this.leaseExpired = leaseExpired;
    }

    /** Starts VMs that are due, in order; of very many the first ones, and the next ones at the next tick. */
    public void tick(Turn turn) {
        List<Vm> fallen = turn.inventory().fallenVms().stream()
                .filter(vm -> comesBack(turn, vm))
                .toList();
        Set<UUID> ids = fallen.stream().map(Vm::id).collect(Collectors.toSet());
        waiting.keySet().retainAll(ids);
        int begun = 0;
        for (Vm vm : RestartOrder.of(fallen)) {
            if (begun == MOST_AT_ONCE) {
                return;
            }
            if (!turn.inventory().locked(Kind.VM, vm.id()) && isDue(turn, vm.id()) && !waitsForOthers(turn, vm)) {
                operations.accept(
                        turn,
                        vm.state() == VmState.UNKNOWN
                                ? new Request.RestartByLease(vm.id())
                                : new Request.StartVm(vm.id(), null));
                begun++;
            }
        }
    }

    private boolean comesBack(Turn turn, Vm vm) {
        boolean wanted =
                vm.status().wantedRunning() && vm.spec().highAvailability().enabled();
        return wanted && (vm.state() == VmState.DOWN || mayGoByLease(turn, vm));
    }

    private boolean mayGoByLease(Turn turn, Vm vm) {
        return vm.state() == VmState.UNKNOWN
                && vm.leaseDomainId() != null
                && !vm.status().memorySaved()
                && leaseExpired.test(turn, vm);
    }

    private boolean isDue(Turn turn, UUID vmId) {
        Attempts before = attempts.get(vmId);
        return before == null || turn.nanos() - before.nextNanos() >= 0;
    }

    private boolean waitsForOthers(Turn turn, Vm vm) {
        List<String> others = vm.spec().highAvailability().restartAfter().stream()
                .flatMap(id -> turn.inventory().vm(id).stream())
                .filter(other -> willBeUp(turn, other))
                .map(Vm::name)
                .toList();
        if (others.isEmpty()) {
            return false;
        }
        String names = String.join(", ", others);
        Duration limit = vm.spec().highAvailability().restartAfterLimit();
        Waiting since = waiting.get(vm.id());
        if (since == null) {
            since = new Waiting(turn.nanos(), false);
            waiting.put(vm.id(), since);
            turn.log(
                    Severity.INFO,
                    "vm.restart_waits",
                    "VM " + vm.name() + " is restarted after " + names + ", and waits at most " + words(limit) + ".",
                    vm.subject());
        }
        boolean over = turn.nanos() - since.sinceNanos() >= limit.toNanos();
        if (over && !since.over()) {
            waiting.put(vm.id(), new Waiting(since.sinceNanos(), true));
            turn.log(
                    Severity.WARNING,
                    "vm.restart_wait_over",
                    "VM " + vm.name() + " waited " + words(limit) + " for " + names
                            + ", and is restarted without it now.",
                    vm.subject());
        }
        return !over;
    }

    /** Whether it is not up yet and is to be: what somebody switched off, or nobody restarts, is not waited for. */
    private boolean willBeUp(Turn turn, Vm vm) {
        return switch (vm.state()) {
            case STARTING, UNKNOWN, PAUSED -> true;
            case DOWN -> comesBack(turn, vm);
            case UP, MIGRATING, SHUTTING_DOWN, SUSPENDING, SUSPENDED, PROVISIONING, DELETING -> false;
        };
    }

    /** Remembers failed starts, forgets VMs that run or were told to stop. */
    public void ended(Turn turn, Operation operation) {
        switch (operation.request()) {
            case Request.StartVm(UUID vmId, var hostId) -> started(turn, vmId, operation);
            case Request.RestartByLease(UUID vmId) -> started(turn, vmId, operation);
            case Request.DeleteVm(UUID vmId) -> attempts.remove(vmId);
            case Request other -> {}
        }
    }

    private void started(Turn turn, UUID vmId, Operation operation) {
        if (operation.state() == OperationState.SUCCEEDED) {
            attempts.remove(vmId);
        } else {
            failed(turn, vmId, operation);
        }
    }

    private void failed(Turn turn, UUID vmId, Operation operation) {
        int failed = attempts.getOrDefault(vmId, new Attempts(0, 0)).failed() + 1;
        long wait = FIRST_WAIT.toNanos() << Math.min(failed - 1, 20);
        Duration longest = waitsForLease(operation) ? LONGEST_WAIT_FOR_LEASE : settings.restartBackoffMax();
        long bounded = Math.min(wait, longest.toNanos());
        attempts.put(vmId, new Attempts(failed, turn.nanos() + bounded));
        boolean own = operation.requestedBy().equals(REQUESTED_BY);
        if (own && turn.inventory().vm(vmId).filter(vm -> comesBack(turn, vm)).isPresent()) {
            Problem problem = operation.problem();
            turn.log(
                    Severity.WARNING,
                    "vm.restart_failed",
                    "Attempt " + failed + " to restart VM " + operation.about().name() + " failed. The next one is in "
                            + words(Duration.ofNanos(bounded)) + ", or when a host comes up. "
                            + (problem == null ? "" : problem.detail()),
                    operation.about(),
                    operation.id(),
                    REQUESTED_BY);
        }
    }

    private static boolean waitsForLease(Operation operation) {
        return operation.steps().stream()
                .anyMatch(step -> step.outcome() != null && step.outcome().failedFor(CommandOutcome.Reason.LEASE_HELD));
    }

    /** A host has come up: what found no place before may find one now. */
    public void hostCameUp(Turn turn) {
        for (UUID vmId : new HashSet<>(attempts.keySet())) {
            attempts.computeIfPresent(vmId, (id, before) -> new Attempts(before.failed(), turn.nanos()));
        }
    }

    private static String words(Duration time) {
        return time.toSeconds() >= 120 && time.toSecondsPart() == 0
                ? time.toMinutes() + " min"
                : time.toSeconds() + " s";
    }
}
