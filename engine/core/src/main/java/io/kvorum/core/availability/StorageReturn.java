package io.kvorum.core.availability;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Looks after VMs that stopped because a disk failed under them: with growing waits and no end it has their host look at
 * their storage, and once that is there does with each what its {@link OnStorageReturn} says. A VM that somebody paused
 * is left alone.
 */
public final class StorageReturn {

    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private record Look(int looks, long nextNanos) {}

    private final Predicate<Vm> stoppedByDisk;
    private final BiConsumer<Turn, Request> operations;
    private final Map<UUID, Look> looks = new HashMap<>();

    /** @param stoppedByDisk whether its host says that a disk failed under the VM */
    public StorageReturn(Predicate<Vm> stoppedByDisk, BiConsumer<Turn, Request> operations) {
        this.stoppedByDisk = stoppedByDisk;
        this.operations = operations;
    }

    /** Begins what is due; called several times a second. */
    public void tick(Turn turn) {
        List<Vm> stopped = turn.inventory().pausedVms().stream()
                .filter(vm -> vm.status().targetHostId() == null)
                .filter(vm -> vm.spec().highAvailability().onStorageReturn() != OnStorageReturn.LEAVE_PAUSED)
                .filter(stoppedByDisk)
                .toList();
        Set<UUID> ids = stopped.stream().map(Vm::id).collect(Collectors.toSet());
        looks.keySet().retainAll(ids);
        for (Vm vm : stopped) {
            Look next = looks.computeIfAbsent(vm.id(), id -> new Look(0, turn.nanos() + FIRST_WAIT.toNanos()));
            boolean due = turn.nanos() - next.nextNanos() >= 0;
            if (due && !turn.inventory().locked(Kind.VM, vm.id()) && hostIsUp(turn, vm)) {
                operations.accept(turn, new Request.RecoverVm(vm.id()));
            }
        }
    }

    private static boolean hostIsUp(Turn turn, Vm vm) {
        return turn.inventory()
                .host(vm.hostId())
                .map(Host::state)
                .filter(state -> state == HostState.UP || state == HostState.PREPARING_FOR_MAINTENANCE)
                .isPresent();
    }

    /** The next look comes later than the one before. */
    public void ended(Turn turn, Operation operation) {
        if (operation.request() instanceof Request.RecoverVm(UUID vmId)) {
            looks.computeIfPresent(vmId, (id, before) -> {
                long wait = FIRST_WAIT.toNanos() << Math.min(before.looks(), 10);
                return new Look(before.looks() + 1, turn.nanos() + Math.min(wait, LONGEST_WAIT.toNanos()));
            });
        }
    }
}
