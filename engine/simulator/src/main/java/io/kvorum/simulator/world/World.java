package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.inventory.StorageDomain;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A whole data center with its engines, in one thread. The same set-up, seed and incidents give the same course. */
public final class World {

    static final Instant EPOCH = Instant.parse("2030-01-01T00:00:00Z");

    final Setup setup;
    final Dice dice;
    final Agenda agenda = new Agenda();
    final Names names = new Names();
    final Trace trace = new Trace(agenda, names);
    final Network network;
    final Entities entities;
    final Storage storage;
    final Leases leases;
    final Database database;
    final Election election;
    final Checks checks;
    final Clients clients;
    final Incidents incidents;
    final Map<String, Replica> replicas = new LinkedHashMap<>();
    private final Map<UUID, Machine> machines = new LinkedHashMap<>();

    public World(Setup setup, long seed) {
        this.setup = setup;
        this.dice = new Dice(seed);
        this.network = new Network(agenda, dice);
        this.entities = new Entities(names);
        this.storage = new Storage(this);
        this.leases = new Leases(this);
        this.checks = new Checks(this);
        this.database = new Database(this, entities.of(setup));
        this.election = new Election(this);
        this.clients = new Clients(this);
        this.incidents = new Incidents(this);
        if (!setup.calm()) {
            network.loss = dice.chance(0.5) ? 0.002 : 0;
            network.duplication = dice.chance(0.5) ? 0.01 : 0;
            network.slowestMicros = dice.chance(0.3) ? 40_000 : 3000;
        }
        for (Entity entity : database.rows()) {
            if (entity instanceof Host host) {
                machines.put(host.id(), new Machine(this, host));
            }
        }
        setup.hosts().stream()
                .filter(Setup.HostSetup::asleep)
                .forEach(host -> machine(host.name()).powerOff());
        if (setup.leasing() != Leasing.NONE) {
            StorageDomain store = (StorageDomain) Objects.requireNonNull(database.row(names.id("store")));
            store.lockspace()
                    .members()
                    .forEach(member -> leases.founded(requireMachine(member.hostId()), member.leaseId()));
        }
        for (Setup.VmSetup vm : setup.vms()) {
            if (vm.leased()) {
                leases.made(names.id(vm.name()));
            }
            if (vm.leased() && vm.host() != null) {
                leases.acquire(requireMachine(names.id(vm.host())), names.id(vm.name()));
            }
            if (vm.host() != null) {
                Machine machine = requireMachine(names.id(vm.host()));
                UUID vmId = names.id(vm.name());
                Hardware hardware = entities.spec(vm).hardware();
                Guest guest = new Guest(vmId, hardware.memoryBytes(), hardware.vcpus(), VmRunState.RUNNING);
                guest.leased = vm.leased();
                machine.hypervisor.add(guest);
            }
        }
        for (int i = 1; i <= setup.replicas(); i++) {
            Replica replica = new Replica(this, "e" + i);
            replicas.put(replica.name, replica);
            replica.start();
        }
        election.start();
    }

    // ---- time

    public long nanos() {
        return agenda.nanos();
    }

    Instant instant() {
        return EPOCH.plusNanos(agenda.nanos());
    }

    /** Lets everything happen that is due by then. */
    public void runUntil(long nanos) {
        while (agenda.step(nanos)) {
            // What happened was checked where it happened.
        }
    }

    /** Lets things happen until that holds; false if it did not within the time. */
    public boolean runUntil(BooleanSupplier holds, Duration most) {
        long until = agenda.nanos() + most.toNanos();
        while (!holds.getAsBoolean()) {
            if (!agenda.step(until)) {
                return holds.getAsBoolean();
            }
        }
        return true;
    }

    /** Does that in so much time. */
    public void after(long delayNanos, Runnable what) {
        agenda.after(delayNanos, what);
    }

    // ---- what there is

    public Setup setup() {
        return setup;
    }

    public Trace trace() {
        return trace;
    }

    public Checks checks() {
        return checks;
    }

    /** Has something happen, in the words of {@link Incidents}. */
    public void incident(String words) {
        incidents.happen(words);
    }

    /** Has it happen once, right after the trace has a line that contains the pattern. */
    public void when(String pattern, String words) {
        trace.when(pattern, () -> incidents.happen(words));
    }

    public Look look() {
        return new Look(this);
    }

    @Nullable
    Machine machine(UUID id) {
        return machines.get(id);
    }

    Machine requireMachine(UUID id) {
        Machine machine = machines.get(id);
        if (machine == null) {
            throw new IllegalArgumentException("There is no host " + names.of(id));
        }
        return machine;
    }

    Machine machine(String name) {
        return requireMachine(names.id(name));
    }

    Collection<Machine> machines() {
        return machines.values();
    }

    Replica replica(String name) {
        Replica replica = replicas.get(name);
        if (replica == null) {
            throw new IllegalArgumentException("There is no replica " + name);
        }
        return replica;
    }

    /** The replica that the database says leads, or null before the first term. */
    @Nullable
    Replica leader() {
        return replicas.get(database.leader());
    }

    // ---- words

    String words(AgentCommand command) {
        return switch (command) {
            case AgentCommand.StartVm start ->
                (start.resume() ? "restore " : "start ") + start.vm().name();
            case AgentCommand.StopVm(UUID vm) -> "stop " + names.of(vm);
            case AgentCommand.ShutdownVm(UUID vm) -> "shutdown " + names.of(vm);
            case AgentCommand.RebootVm(UUID vm) -> "reboot " + names.of(vm);
            case AgentCommand.ResetVm(UUID vm) -> "reset " + names.of(vm);
            case AgentCommand.PauseVm(UUID vm) -> "pause " + names.of(vm);
            case AgentCommand.ResumeVm(UUID vm) -> "resume " + names.of(vm);
            case AgentCommand.SuspendVm suspend -> "suspend " + names.of(suspend.vmId());
            case AgentCommand.GrowVm grow -> "grow " + names.of(grow.vmId());
            case AgentCommand.DeleteSavedState delete -> "delete-saved " + names.of(delete.vmId());
            case AgentCommand.MigrateVm migrate ->
                "migrate " + names.of(migrate.vmId()) + " to " + names.of(migrate.targetHostId());
            case AgentCommand.QueryVm(UUID vm) -> "query " + names.of(vm);
            case AgentCommand.CreateDisk create -> "create-disk " + names.of(create.diskId());
            case AgentCommand.DeleteDisk delete -> "delete-disk " + names.of(delete.diskId());
            case AgentCommand.InspectStorage inspect -> "inspect";
            case AgentCommand.EnsureNetwork ensure -> "network";
            case AgentCommand.TestPower test -> "test-power " + names.of(test.subjectHostId());
            case AgentCommand.UpgradeHost upgrade -> "upgrade";
            case AgentCommand.ProbeHost probe -> "probe " + names.of(probe.subjectHostId());
            case AgentCommand.JoinLockspace join -> "join-lockspace";
            case AgentCommand.LeaveLockspace leave -> "leave-lockspace";
            case AgentCommand.InspectLockspace inspect -> "inspect-lockspace " + inspect.leaseId();
            case AgentCommand.CreateLease create -> "create-lease " + names.of(create.vmId());
            case AgentCommand.DeleteLease delete -> "delete-lease " + names.of(delete.vmId());
            case AgentCommand.ReleaseLease release -> "release-lease " + names.of(release.vmId());
            case AgentCommand.PowerControl power ->
                "power-" + lower(power.action()) + " " + names.of(power.subjectHostId());
        };
    }

    static String words(CommandOutcome outcome) {
        return switch (outcome) {
            case CommandOutcome.Done(CommandOutcome.VmDetail(var id, var state)) -> "done, " + lower(state);
            case CommandOutcome.Done done -> "done";
            case CommandOutcome.Failed failed -> lower(failed.reason()) + ", " + failed.message();
            case CommandOutcome.Unknown unknown -> "unknown";
            case CommandOutcome.HostGone gone -> "host gone";
        };
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Ends all faults: every machine is on, every link is there, every process runs. */
    public void heal() {
        trace.add("all faults end");
        network.healAll();
        database.heal();
        List.copyOf(replicas.values()).forEach(replica -> {
            replica.restart();
            while (!replica.life.running()) {
                replica.life.resume();
            }
        });
        machines.values().forEach(incidents::heal);
    }
}
