package io.kvorum.core.availability;

import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * Restarts highly available VMs that fell: highest priority first, those that cannot start now again and again with
 * growing waits and no end. A VM falls here only once it is proven to be down.
 */
public final class HaRecovery {

    /** Highest priority first. */
    static final Comparator<Vm> RESTART_ORDER = Comparator.<Vm, Integer>comparing(
                    vm -> -vm.spec().highAvailability().priority().ordinal())
            .thenComparing(Vm::name);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);

    private record Attempts(int failed, long nextNanos) {}

    private final Settings settings;
    private final BiConsumer<Turn, Request> operations;
    private final Map<UUID, Attempts> attempts = new HashMap<>();

    public HaRecovery(Settings settings, BiConsumer<Turn, Request> operations) {
        this.settings = settings;
        this.operations = operations;
    }

    /** Starts every VM that is due, in order. */
    public void tick(Turn turn) {
        List<Vm> due = turn.inventory().vms().stream()
                .filter(vm -> vm.state() == VmState.DOWN
                        && vm.status().wantedRunning()
                        && vm.spec().highAvailability().enabled()
                        && !turn.inventory().locked(Kind.VM, vm.id())
                        && isDue(turn, vm.id()))
                .sorted(RESTART_ORDER)
                .toList();
        for (Vm vm : due) {
            operations.accept(turn, new Request.StartVm(vm.id(), null));
        }
    }

    private boolean isDue(Turn turn, UUID vmId) {
        Attempts before = attempts.get(vmId);
        return before == null || turn.nanos() - before.nextNanos() >= 0;
    }

    /** Remembers failed starts, forgets VMs that run or were told to stop. */
    public void ended(Turn turn, Operation operation) {
        if (operation.request() instanceof Request.StartVm(UUID vmId, var hostId)) {
            if (operation.state() == OperationState.SUCCEEDED) {
                attempts.remove(vmId);
            } else {
                int failed = attempts.getOrDefault(vmId, new Attempts(0, 0)).failed() + 1;
                long wait = FIRST_WAIT.toNanos() << Math.min(failed - 1, 20);
                long bounded = Math.min(wait, settings.restartBackoffMax().toNanos());
                attempts.put(vmId, new Attempts(failed, turn.nanos() + bounded));
            }
        } else if (operation.request() instanceof Request.DeleteVm(UUID vmId)) {
            attempts.remove(vmId);
        }
    }
}
