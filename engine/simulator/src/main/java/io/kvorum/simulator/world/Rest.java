package io.kvorum.simulator.world;

import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What must hold once the faults have ended and time has passed. */
final class Rest {

    private static final long RESERVE = 512L << 20;

    private final World world;

    Rest(World world) {
        this.world = world;
    }

    /** The first thing that is not at rest, as "rule: what", or null. */
    @Nullable
    String complaint() {
        for (Clients.Ask ask : world.clients.accepted()) {
            Operation operation = world.database.operation(Objects.requireNonNull(ask.operationId));
            if (operation == null) {
                return "lost: " + ask.label + " was promised and is not there";
            }
            if (!operation.state().ended()) {
                return "stuck: " + ask.label + " was promised and has not ended: " + operation.state() + " "
                        + operation.steps();
            }
        }
        for (Entity entity : world.database.rows()) {
            String complaint = switch (entity) {
                case Operation operation ->
                    "stuck: “" + operation.name() + "” of " + operation.requestedBy() + " has not ended";
                case Host host -> host(host);
                case Vm vm -> vm(vm);
                case Entity other -> null;
            };
            if (complaint != null) {
                return complaint;
            }
        }
        return null;
    }

    private @Nullable String host(Host host) {
        // Somebody may have asked for it to be switched off.
        boolean off = host.state() == HostState.DOWN
                && !world.requireMachine(host.id()).powered();
        return host.state() == HostState.UP || host.state() == HostState.MAINTENANCE || off
                ? null
                : "stuck: host " + host.name() + " is " + World.lower(host.state());
    }

    private @Nullable String vm(Vm vm) {
        if (vm.state().passing() || vm.state() == VmState.UNKNOWN || vm.status().targetHostId() != null) {
            return "stuck: VM " + vm.name() + " is " + World.lower(vm.state());
        }
        if (vm.status().growing() != null) {
            return "stuck: VM " + vm.name() + " is being given " + vm.status().growing();
        }
        UUID hostId = vm.hostId();
        for (Machine machine : world.machines()) {
            Guest guest = machine.hypervisor.guests.get(vm.id());
            boolean there = guest != null && guest.live();
            if (there != machine.id.equals(hostId)) {
                return "untrue: VM " + vm.name() + " is " + World.lower(vm.state()) + " and "
                        + (there ? "runs" : "does not run") + " on " + machine.name;
            }
        }
        if (vm.state() == VmState.PAUSED
                && vm.spec().highAvailability().onStorageReturn() != OnStorageReturn.LEAVE_PAUSED
                && world.machines().stream()
                        .map(machine -> machine.hypervisor.guests.get(vm.id()))
                        .anyMatch(guest -> guest != null && guest.state == VmRunState.PAUSED_IO_ERROR)) {
            return "stuck: VM " + vm.name() + " stands still, and its storage is there";
        }
        if (vm.state() == VmState.DOWN
                && vm.status().wantedRunning()
                && vm.spec().highAvailability().enabled()
                && roomFor(vm)) {
            return "not-restarted: VM " + vm.name() + " is highly available, and there is room for it";
        }
        return null;
    }

    private boolean roomFor(Vm vm) {
        List<Vm> vms = world.database.rows().stream()
                .filter(Vm.class::isInstance)
                .map(Vm.class::cast)
                .toList();
        for (Entity entity : world.database.rows()) {
            if (entity instanceof Host host
                    && host.spec().clusterId().equals(vm.spec().clusterId())
                    && (host.state() == HostState.UP || host.sleeps())) {
                long promised = vms.stream()
                        .filter(other -> other.bindsTo(host.id()))
                        .mapToLong(other -> other.spec().hardware().memoryBytes())
                        .sum();
                long allowed = (host.facts().memoryBytes() - RESERVE) / 100 * world.setup.memoryOvercommitPercent();
                if (promised + vm.spec().hardware().memoryBytes() <= allowed
                        && vm.spec().hardware().vcpus() <= host.facts().cpuThreads()) {
                    return true;
                }
            }
        }
        return false;
    }
}
