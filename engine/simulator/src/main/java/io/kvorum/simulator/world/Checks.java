package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must hold at every instant. The first breach ends the simulation. */
public final class Checks {

    private final World world;
    private final Map<UUID, Integer> realStarts = new HashMap<>();
    private final Map<UUID, Integer> toldStarts = new HashMap<>();
    private final Set<UUID> endsTold = new HashSet<>();
    private final Set<UUID> begun = new HashSet<>();
    private boolean bmcLied;

    Checks(World world) {
        this.world = world;
    }

    /** From now on nothing is held against the engine that a lying BMC can cause. */
    void bmcLied() {
        bmcLied = true;
    }

    private void violated(String rule, String what) {
        Violation violation = new Violation(rule, what);
        world.trace.add("VIOLATION " + violation.getMessage());
        throw violation;
    }

    // ---- hosts

    /** An agent is about to take a command. */
    void commandArrives(Machine machine, long epoch) {
        if (epoch < machine.highestEpochHeard) {
            violated(
                    "old-epoch",
                    machine.name + " takes a command of epoch " + epoch + " after " + machine.highestEpochHeard);
        }
    }

    /** The work of a command begins. */
    void commandBegins(Machine machine, UUID commandId, String words) {
        if (!begun.add(commandId)) {
            violated("done-twice", machine.name + " does the work of “" + words + "” again");
        }
    }

    /** A host upgrades its own software. */
    void upgradeBegins(Machine machine) {
        for (Guest guest : machine.hypervisor.guests.values()) {
            if (guest.live()) {
                violated("upgraded-in-use", machine.name + " is upgraded under " + world.names.of(guest.vmId));
            }
        }
    }

    /** A guest comes up, or is about to be moved in. */
    void guestAppears(Machine machine, Guest guest) {
        bound(machine, guest);
        roomFor(machine);
    }

    /** A guest has more than it had. */
    void guestGrows(Machine machine, Guest guest) {
        counts(guest);
        roomFor(machine);
    }

    /** A guest never has more than its VM counts with. */
    private void counts(Guest guest) {
        if (world.database.row(guest.vmId) instanceof Vm vm
                && (guest.memoryBytes > vm.claim().memoryBytes()
                        || guest.vcpus > vm.claim().vcpus())) {
            violated(
                    "outgrown",
                    vm.name() + " has " + guest.memoryBytes + " bytes and " + guest.vcpus + " CPUs, and counts with "
                            + vm.claim());
        }
    }

    private void roomFor(Machine machine) {
        Cluster cluster = (Cluster) world.database.row(world.names.id(Setup.CLUSTER));
        if (cluster == null) {
            return;
        }
        long own = machine.self.facts().memoryBytes() - (512L << 20);
        long allowed = own / 100 * cluster.scheduling().memoryOvercommitPercent();
        if (machine.hypervisor.memoryInUse() > allowed && !bmcLied) {
            violated("oversold", machine.name + " holds guests of " + machine.hypervisor.memoryInUse() + " bytes");
        }
    }

    /** A guest runs now, or stopped to. */
    void guestChanged(Machine machine, Guest guest) {
        if (!guest.live()) {
            return;
        }
        if (guest.state == VmRunState.RUNNING) {
            realStarts.merge(guest.vmId, 1, Integer::sum);
        }
        for (Machine other : world.machines()) {
            Guest there = other.hypervisor.guests.get(guest.vmId);
            if (other != machine && there != null && there.live()) {
                violated("runs-twice", world.names.of(guest.vmId) + " on " + machine.name + " and " + other.name);
            }
        }
        if (guest.leased && !world.leases.heldBy(machine, guest.vmId)) {
            violated("without-lease", world.names.of(guest.vmId) + " runs on " + machine.name + " without its lease");
        }
        bound(machine, guest);
    }

    private void bound(Machine machine, Guest guest) {
        boolean known = world.database.row(guest.vmId) instanceof Vm vm && vm.bindsTo(machine.id);
        if (!known && !bmcLied) {
            violated("runs-unbound", world.names.of(guest.vmId) + " on " + machine.name + ", where it is not bound");
        }
    }

    /** A BMC is told to switch. */
    void switches(Machine subject, PowerAction action) {
        for (Entity entity : world.database.rows()) {
            boolean saving = entity instanceof Operation operation
                    && !operation.state().ended()
                    && operation.request() instanceof Request.PowerHost(UUID hostId, PowerTask task)
                    && hostId.equals(subject.id)
                    && task == (action == PowerAction.OFF ? PowerTask.SLEEP : PowerTask.WAKE);
            if (saving
                    && action == PowerAction.OFF
                    && subject.hypervisor.guests.values().stream().anyMatch(Guest::mayRun)) {
                violated("asleep-in-use", subject.name + " is switched off to save power and has guests");
            }
            if (saving
                    && action == PowerAction.ON
                    && world.database.row(subject.id) instanceof Host host
                    && host.state() != HostState.UP
                    && !host.sleeps()) {
                violated("woken-by-mistake", subject.name + " is woken, and power saving did not switch it off");
            }
        }
    }

    // ---- the database

    /** Changes are about to be stored. */
    void before(List<Change> changes, long term) {
        if (term != world.database.epoch()) {
            violated("old-epoch", "a transaction of term " + term + " in term " + world.database.epoch());
        }
        for (Change change : changes) {
            if (change instanceof Change.Put(Entity entity, var before)
                    && entity instanceof Operation operation
                    && world.database.ended().containsKey(operation.id())) {
                violated("ended-twice", operation.name() + " goes on after its end");
            }
        }
    }

    /** Changes were stored. */
    void committed(List<Change> changes) {
        for (Change change : changes) {
            switch (change) {
                case Change.Put(Entity entity, var before)
                when entity instanceof Vm vm -> {
                    letGo(vm.id());
                    belongs(vm);
                    world.machines().stream()
                            .flatMap(machine -> Stream.ofNullable(machine.hypervisor.guests.get(vm.id())))
                            .filter(Guest::mayRun)
                            .forEach(this::counts);
                }
                case Change.Put put -> {}
                case Change.Remove(var kind, UUID id) -> letGo(id);
                case Change.Log(LogEntry entry) -> told(entry);
            }
        }
    }

    /** A VM may be let go of a host only when it is not there and will not come. */
    private void letGo(UUID vmId) {
        for (Machine machine : world.machines()) {
            Guest guest = machine.hypervisor.guests.get(vmId);
            boolean bound = world.database.row(vmId) instanceof Vm vm && vm.bindsTo(machine.id);
            if (guest != null && guest.mayRun() && !bound && !bmcLied) {
                violated(
                        "let-go-too-early",
                        world.names.of(vmId) + " is " + World.lower(guest.state) + " on " + machine.name
                                + " and not bound to it any more");
            }
        }
    }

    /** A VM that is bound to a host is one of the host's cluster, and says to which other it is on its way. */
    private void belongs(Vm vm) {
        UUID own = vm.spec().clusterId();
        UUID told = vm.status().targetClusterId();
        UUID target = clusterOf(vm.status().targetHostId(), own);
        if (!clusterOf(vm.hostId(), own).equals(own) || !target.equals(told == null ? own : told)) {
            violated("wrong-cluster", vm.name() + " is of another cluster than its host: " + vm.status());
        }
    }

    private UUID clusterOf(@Nullable UUID hostId, UUID otherwise) {
        return hostId != null && world.database.row(hostId) instanceof Host host
                ? host.spec().clusterId()
                : otherwise;
    }

    private void told(LogEntry entry) {
        UUID operation = entry.operationId();
        switch (entry.code()) {
            case "operation.succeeded", "operation.failed", "operation.refused", "operation.cancelled" -> {
                if (operation != null && !endsTold.add(operation)) {
                    violated("ended-twice", "the log tells two ends of " + entry.message());
                }
            }
            case "vm.started" -> {
                UUID vm = entry.subject() == null ? null : entry.subject().id();
                int told = toldStarts.merge(vm == null ? world.names.id("-") : vm, 1, Integer::sum);
                int real = vm == null ? 0 : realStarts.getOrDefault(vm, 0);
                if (told > real) {
                    violated("audit", entry.message() + " Told " + told + " times, true " + real + " times");
                }
            }
            default -> {}
        }
    }

    // ---- the end

    /** Whether nothing is under way; called after all faults ended. */
    public boolean atRest() {
        return new Rest(world).complaint() == null;
    }

    /** Throws what is not as it should be, long after all faults ended. */
    public void settled() {
        String complaint = new Rest(world).complaint();
        if (complaint != null) {
            int end = complaint.indexOf(':');
            violated(complaint.substring(0, end), complaint.substring(end + 2));
        }
    }
}
