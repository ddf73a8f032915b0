package io.kvorum.core.availability;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.HostTrigger;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationRunner;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What follows from the proof that a host is off: the host is down, operations that waited for it go on, and every VM
 * that was bound to it is let go of it.
 */
public final class ProvenHostDeath {

    private ProvenHostDeath() {}

    /** Lets everything go of the host. {@code proof} says how we know, for people. */
    public static void settle(Turn turn, OperationRunner runner, UUID hostId, String proof) {
        Optional<Host> found = turn.inventory().host(hostId);
        if (found.isEmpty()) {
            return;
        }
        Host host = found.get();
        Optional<HostState> down = Lifecycles.HOST.next(host.state(), HostTrigger.PROVEN_OFF);
        if (down.isPresent()) {
            turn.put(host.to(down.get(), proof));
            turn.log(Severity.WARNING, "host.down", "Host " + host.name() + " is down: " + proof, host.subject());
        }
        runner.hostGone(turn, hostId, "Host " + host.name() + " is down: " + proof);
        for (Vm vm : turn.inventory().vmsOn(hostId)) {
            if (!turn.inventory().locked(Kind.VM, vm.id())) {
                letGo(turn, vm, host);
            }
        }
    }

    /** A VM that an operation held when its host was proven to be off is let go of it now. */
    public static void released(Turn turn, Operation ended) {
        if (ended.about().kind() != Kind.VM) {
            return;
        }
        UUID vmId = ended.about().id();
        for (int side = 0; side < 2; side++) {
            turn.inventory()
                    .vm(vmId)
                    .filter(vm -> !turn.inventory().locked(Kind.VM, vmId))
                    .ifPresent(vm -> Stream.of(vm.hostId(), vm.status().targetHostId())
                            .flatMap(id -> turn.inventory().host(id).stream())
                            .filter(host -> host.state() == HostState.DOWN)
                            .findFirst()
                            .ifPresent(host -> letGo(turn, vm, host)));
        }
    }

    private static void letGo(Turn turn, Vm vm, Host host) {
        VmStatus status = vm.status();
        if (host.id().equals(status.targetHostId())) {
            if (vm.state() != VmState.UNKNOWN) {
                turn.put(vm, status.movingTo(null));
            }
            // Else its source is silent, and may still begin to move it there once the target is on again.
            return;
        }
        if (status.targetHostId() != null) {
            VmState doubt = Lifecycles.VM.next(vm.state(), VmTrigger.LOST_SIGHT).orElse(vm.state());
            Vm left = turn.put(
                    vm, status.to(doubt, "Host " + host.name() + " went down.").on(status.targetHostId()));
            turn.inventory()
                    .host(status.targetHostId())
                    .filter(target -> target.state() == HostState.DOWN)
                    .ifPresent(target -> letGo(turn, left, target));
            return;
        }
        VmState off = Lifecycles.VM.require(vm.state(), VmTrigger.PROVEN_OFF);
        boolean restart = vm.spec().highAvailability().enabled() && status.wantedRunning();
        VmStatus fallen = status.off(off, "Host " + host.name() + " went down.").wanted(restart);
        turn.put(vm, vm.leaseDomainId() == null ? fallen : fallen.leaseLeftBy(host.id()));
        turn.log(
                Severity.ERROR,
                "vm.down",
                "VM " + vm.name() + " went down with host " + host.name()
                        + (restart ? "; it will be restarted." : "; it is not highly available and stays down."),
                vm.subject());
    }
}
