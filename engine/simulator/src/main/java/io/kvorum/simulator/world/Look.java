package io.kvorum.simulator.world;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What a scenario may ask of the world, by names. */
public final class Look {

    private final World world;

    Look(World world) {
        this.world = world;
    }

    public Optional<VmState> vmState(String name) {
        return world.database.row(world.names.id(name)) instanceof Vm vm ? Optional.of(vm.state()) : Optional.empty();
    }

    public Optional<HostState> hostState(String name) {
        return world.database.row(world.names.id(name)) instanceof Host host
                ? Optional.of(host.state())
                : Optional.empty();
    }

    /** Whether power saving switched it off. */
    public boolean sleeps(String name) {
        return world.database.row(world.names.id(name)) instanceof Host host && host.sleeps();
    }

    /** Where guests of the VM really are alive. */
    public List<String> whereRuns(String vm) {
        UUID id = world.names.id(vm);
        return world.machines().stream()
                .filter(machine -> {
                    Guest guest = machine.hypervisor.guests.get(id);
                    return guest != null && guest.live();
                })
                .map(machine -> machine.name)
                .toList();
    }

    /** The operation that a request became, by its label. */
    public Optional<Operation> operation(String label) {
        Clients.Ask ask = world.clients.ask(label);
        return ask == null || ask.operationId == null
                ? Optional.empty()
                : Optional.ofNullable(world.database.operation(ask.operationId));
    }

    public List<LogEntry> log() {
        return List.copyOf(world.database.log());
    }

    public String leader() {
        return world.database.leader();
    }
}
