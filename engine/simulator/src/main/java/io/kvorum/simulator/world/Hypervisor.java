package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.ProbeAnswer;
import io.kvorum.core.controller.CommandOutcome.ProbeDetail;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.CommandOutcome.UpgradeDetail;
import io.kvorum.core.controller.CommandOutcome.VmDetail;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.VmRunState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** libvirtd and the guests of a machine. Guests outlive libvirtd and the agent; what libvirtd was doing does not. */
final class Hypervisor {

    /** A call of the agent that libvirtd has not answered. */
    final class Call {
        private final Consumer<CommandOutcome> heard;
        private final boolean toLibvirt;
        private final int agentLife = machine.agent.life.generation();

        Call(Consumer<CommandOutcome> heard, boolean toLibvirt) {
            this.heard = heard;
            this.toLibvirt = toLibvirt;
            calls.add(this);
        }

        void done() {
            end(new Done(null));
        }

        void fail(Reason reason, String message) {
            end(new Failed(reason, message));
        }

        void end(CommandOutcome outcome) {
            if (calls.remove(this)) {
                machine.agent.life.arrive(agentLife, () -> heard.accept(outcome));
            }
        }
    }

    final Machine machine;
    final World world;
    final Map<UUID, Guest> guests = new LinkedHashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final Map<UUID, Migration> leaving = new LinkedHashMap<>();

    Hypervisor(Machine machine) {
        this.machine = machine;
        this.world = machine.world;
    }

    // ---- looking

    List<VmSighting> list() {
        return guests.values().stream()
                .map(guest -> new VmSighting(guest.vmId, world.names.of(guest.vmId), stateOf(guest), true))
                .toList();
    }

    /** What the guests use of both of their CPUs: each a part of so many per cent that its id decides. */
    HostLoad measure(int busyPercent) {
        List<VmLoad> loads = guests.values().stream()
                .filter(guest -> stateOf(guest) == VmRunState.RUNNING)
                .map(guest -> new VmLoad(guest.vmId, busyPercent / 100.0 * (1 + (guest.vmId.hashCode() & 3)) / 4, 0))
                .toList();
        double cpus = loads.stream().mapToDouble(load -> load.cpuUsage() * 2).sum();
        return new HostLoad(Math.min(1, cpus / machine.self.facts().cpuThreads()), 0, loads);
    }

    /** As the agent has it from libvirt: what comes up is on its way in. */
    private static VmRunState stateOf(Guest guest) {
        if (guest.torn) {
            return VmRunState.TORN;
        }
        boolean sends = guest.remnant && guest.migration != null && guest.migration.byPostCopy();
        if (guest.starting || guest.incomplete || sends) {
            return VmRunState.MIGRATING_IN;
        }
        return guest.remnant ? VmRunState.LEFT_BEHIND : guest.state;
    }

    private Done look(UUID vmId) {
        Guest guest = guests.get(vmId);
        return new Done(new VmDetail(vmId, guest == null ? VmRunState.OFF : stateOf(guest)));
    }

    long memoryInUse() {
        return guests.values().stream()
                .filter(Guest::mayRun)
                .mapToLong(guest -> guest.memoryBytes)
                .sum();
    }

    // ---- commands

    void run(AgentCommand command, long until, Consumer<CommandOutcome> heard) {
        if (!machine.libvirt.alive() && usesLibvirt(command)) {
            heard.accept(new Failed(Reason.HYPERVISOR, "libvirtd does not answer"));
            return;
        }
        Call call = new Call(heard, usesLibvirt(command));
        switch (command) {
            case AgentCommand.StartVm start -> new GuestStart(this, start, call).begin();
            case AgentCommand.StopVm(UUID vmId) -> later(2, 30, () -> stop(vmId, call));
            case AgentCommand.ShutdownVm(UUID vmId) -> shutdown(vmId, until, call);
            case AgentCommand.RebootVm(UUID vmId) -> later(2, 30, () -> become(vmId, VmRunState.RUNNING, null, call));
            case AgentCommand.ResetVm(UUID vmId) -> later(2, 30, () -> become(vmId, VmRunState.RUNNING, null, call));
            case AgentCommand.PauseVm(UUID vmId) ->
                later(2, 30, () -> become(vmId, VmRunState.PAUSED, Cause.PAUSED, call));
            case AgentCommand.ResumeVm(UUID vmId) ->
                later(2, 30, () -> {
                    become(vmId, VmRunState.RUNNING, Cause.RESUMED, call);
                    if (machine.storageLost > 0) {
                        storageStalls();
                    }
                });
            case AgentCommand.SuspendVm suspend -> suspend(suspend.vmId(), call);
            case AgentCommand.GrowVm grow -> later(5, 200, () -> grow(grow, call));
            case AgentCommand.MigrateVm migrate -> later(5, 50, () -> migrate(migrate, until, call));
            case AgentCommand.QueryVm(UUID vmId) -> later(1, 20, () -> call.end(look(vmId)));
            case AgentCommand.DeleteSavedState delete -> {
                world.storage.savedMemory.remove(delete.vmId());
                call.done();
            }
            case AgentCommand.CreateDisk create -> world.storage.create(machine, create, call);
            case AgentCommand.DeleteDisk delete -> world.storage.delete(machine, delete, call);
            case AgentCommand.InspectStorage inspect -> world.storage.inspect(machine, call);
            case AgentCommand.EnsureNetwork ensure -> later(5, 50, call::done);
            case AgentCommand.PowerControl power -> new PowerSwitch(machine, power, until, call).begin();
            case AgentCommand.TestPower test ->
                new PowerSwitch(
                                machine,
                                new AgentCommand.PowerControl(test.subjectHostId(), 0, PowerAction.STATUS),
                                until,
                                call)
                        .begin();
            case AgentCommand.JoinLockspace join -> world.leases.join(machine, join, call);
            case AgentCommand.LeaveLockspace leave -> world.leases.leave(machine, call);
            case AgentCommand.InspectLockspace inspect -> world.leases.inspect(machine, inspect, call);
            case AgentCommand.CreateLease create -> world.leases.make(machine, create.vmId(), call);
            case AgentCommand.DeleteLease delete -> world.leases.remove(machine, delete.vmId(), call);
            case AgentCommand.ReleaseLease release -> world.leases.release(machine, release, call);
            case AgentCommand.UpgradeHost upgrade -> upgrade(call);
            case AgentCommand.ProbeHost probe -> probe(world.requireMachine(probe.subjectHostId()), until, call);
        }
    }

    /** A connection and a handshake: an agent that hangs, or a link that is cut, uses up the time. */
    private void probe(Machine other, long until, Call call) {
        boolean kernel = world.network.openBothWays(machine.name, other.name) && other.kernelRunning();
        if (kernel && other.agent.life.running()) {
            later(1, 20, () -> call.end(new Done(new ProbeDetail(ProbeAnswer.REACHABLE))));
        } else if (kernel && !other.agent.life.alive()) {
            later(1, 5, () -> call.end(new Done(new ProbeDetail(ProbeAnswer.REFUSED))));
        } else {
            machine.agent.life.after(
                    Math.max(0, until - world.agenda.nanos()),
                    () -> call.end(new Done(new ProbeDetail(ProbeAnswer.NO_ANSWER))));
        }
    }

    private void upgrade(Call call) {
        world.checks.upgradeBegins(machine);
        machine.agent.life.after(world.dice.millis(5_000, 60_000), () -> call.end(upgraded()));
    }

    private Done upgraded() {
        return new Done(new UpgradeDetail(world.dice.chance(0.5), ""));
    }

    private static boolean usesLibvirt(AgentCommand command) {
        return switch (command) {
            case AgentCommand.PowerControl power -> false;
            case AgentCommand.TestPower test -> false;
            case AgentCommand.ProbeHost probe -> false;
            case AgentCommand.UpgradeHost upgrade -> false;
            case AgentCommand.CreateDisk create -> false;
            case AgentCommand.DeleteDisk delete -> false;
            case AgentCommand.DeleteSavedState delete -> false;
            case AgentCommand.InspectStorage inspect -> false;
            case AgentCommand.JoinLockspace join -> false;
            case AgentCommand.LeaveLockspace leave -> false;
            case AgentCommand.InspectLockspace inspect -> false;
            case AgentCommand.CreateLease create -> false;
            case AgentCommand.DeleteLease delete -> false;
            case AgentCommand.ReleaseLease release -> false;
            case AgentCommand other -> true;
        };
    }

    /** What became of a command whose agent died under way. */
    void recover(AgentCommand command, Consumer<CommandOutcome> heard) {
        boolean connected = machine.libvirt.running();
        if (command instanceof AgentCommand.MigrateVm migrate && connected && leaving.containsKey(migrate.vmId())) {
            // It went on without the agent; what becomes of it must be settled before anything can be said.
            abort(migrate.vmId());
            machine.agent.life.after(300_000_000L, () -> recover(command, heard));
            return;
        }
        if (command instanceof AgentCommand.UpgradeHost && world.dice.chance(0.7)) {
            machine.agent.life.after(world.dice.millis(0, 30_000), () -> heard.accept(upgraded()));
            return;
        }
        Failed interrupted = new Failed(Reason.INTERRUPTED, "The agent ended during it");
        heard.accept(
                switch (command) {
                    case AgentCommand.StartVm start ->
                        connected && ready(start.vm().id()) ? look(start.vm().id()) : interrupted;
                    case AgentCommand.StopVm(UUID vmId) ->
                        connected && !guests.containsKey(vmId) ? look(vmId) : interrupted;
                    case AgentCommand.ShutdownVm(UUID vmId) ->
                        connected && !guests.containsKey(vmId) ? look(vmId) : interrupted;
                    case AgentCommand.MigrateVm migrate ->
                        connected && !guests.containsKey(migrate.vmId()) && runsOn(migrate)
                                ? new Done(null)
                                : interrupted;
                    case AgentCommand other -> interrupted;
                });
    }

    private boolean ready(UUID vmId) {
        Guest guest = guests.get(vmId);
        return guest != null && stateOf(guest) != VmRunState.MIGRATING_IN;
    }

    private boolean runsOn(AgentCommand.MigrateVm migrate) {
        Machine target = world.machine(migrate.targetHostId());
        if (target == null || !target.libvirt.running() || !world.network.openBothWays(machine.name, target.name)) {
            return false;
        }
        Guest there = target.hypervisor.guests.get(migrate.vmId());
        return there != null && stateOf(there) == VmRunState.RUNNING;
    }

    void later(long leastMillis, long mostMillis, Runnable what) {
        machine.libvirt.after(world.dice.millis(leastMillis, mostMillis), what);
    }

    private void stop(UUID vmId, Call call) {
        if (guests.containsKey(vmId)) {
            gone(vmId, Cause.STOPPED);
        }
        call.end(look(vmId));
    }

    private void shutdown(UUID vmId, long until, Call call) {
        Guest guest = guests.get(vmId);
        boolean obeys = !world.dice.chance(0.1);
        long takes = world.dice.millis(800, 12_000);
        if (guest != null && obeys) {
            machine.libvirt.after(takes, () -> {
                if (guests.get(vmId) == guest && guest.state == VmRunState.RUNNING && guest.whole()) {
                    gone(vmId, Cause.SHUTDOWN);
                }
            });
        }
        awaitGone(vmId, until, call);
    }

    private void awaitGone(UUID vmId, long until, Call call) {
        if (!guests.containsKey(vmId)) {
            call.end(look(vmId));
        } else if (world.agenda.nanos() > until) {
            call.fail(Reason.TIMED_OUT, "It did not shut down within its limit");
        } else {
            later(300, 300, () -> awaitGone(vmId, until, call));
        }
    }

    private void become(UUID vmId, VmRunState state, @Nullable Cause cause, Call call) {
        Guest guest = guests.get(vmId);
        if (guest == null) {
            call.fail(Reason.NOT_FOUND, "It does not run here");
            return;
        }
        if (!guest.whole()) {
            call.fail(Reason.CONFLICT, "It is not ready for that");
            return;
        }
        if (cause != null && guest.state != state) {
            set(guest, state, cause);
        }
        call.end(look(vmId));
    }

    private void suspend(UUID vmId, Call call) {
        later(500, machine.storageSlow > 0 ? 60_000 : 5_000, () -> {
            Guest guest = guests.get(vmId);
            if (guest == null) {
                call.fail(Reason.NOT_FOUND, "It does not run here");
            } else if (guest.migration != null || !guest.live() || !guest.whole()) {
                call.fail(Reason.CONFLICT, "It is not ready for that");
            } else if (machine.storageLost > 0) {
                call.fail(Reason.STORAGE, "Its memory could not be written");
            } else {
                world.storage.savedMemory.add(vmId);
                gone(vmId, Cause.SUSPENDED);
                call.done();
            }
        });
    }

    /** What was plugged in is there before anybody is told. */
    private void grow(AgentCommand.GrowVm command, Call call) {
        Guest guest = guests.get(command.vmId());
        if (guest == null) {
            call.fail(Reason.NOT_FOUND, "It does not run here");
        } else if (guest.migration != null || !guest.live() || !guest.whole()) {
            call.fail(Reason.CONFLICT, "It is not ready for that");
        } else if (!world.setup.calm() && world.dice.chance(0.05)) {
            call.fail(Reason.HYPERVISOR, "Nothing was plugged in");
        } else {
            guest.memoryBytes = Math.max(guest.memoryBytes, command.memoryBytes());
            guest.vcpus = Math.max(guest.vcpus, command.vcpus());
            world.checks.guestGrows(machine, guest);
            later(1, 400, () -> call.end(look(command.vmId())));
        }
    }

    private void migrate(AgentCommand.MigrateVm command, long until, Call call) {
        Guest guest = guests.get(command.vmId());
        Machine target = world.machine(command.targetHostId());
        if (guest == null || target == null) {
            call.fail(Reason.NOT_FOUND, "It does not run here");
        } else if (command.recover() ? !guest.torn : !guest.live() || !guest.whole() || guest.migration != null) {
            call.fail(Reason.CONFLICT, "It is not ready for that");
        } else {
            Migration migration = new Migration(
                    this,
                    guest,
                    target.hypervisor,
                    until,
                    call,
                    command.policy().strategy().postCopy());
            leaving.put(command.vmId(), migration);
            if (command.recover()) {
                migration.recover();
            } else {
                migration.begin();
            }
        }
    }

    void migrationEnded(UUID vmId) {
        leaving.remove(vmId);
    }

    void abort(UUID vmId) {
        Migration migration = leaving.get(vmId);
        if (migration != null && machine.libvirt.running()) {
            migration.abort();
        }
    }

    // ---- guests

    void set(Guest guest, VmRunState state, Cause cause) {
        guest.state = state;
        world.trace.add(machine.name + " has " + world.names.of(guest.vmId) + " " + World.lower(state) + " ("
                + World.lower(cause) + ")");
        world.checks.guestChanged(machine, guest);
        machine.agent.saw(guest.vmId, state, cause);
    }

    void add(Guest guest) {
        guests.put(guest.vmId, guest);
    }

    void gone(UUID vmId, Cause cause) {
        if (guests.remove(vmId) != null) {
            world.leases.ended(machine, vmId);
            world.trace.add(machine.name + " has " + world.names.of(vmId) + " no more (" + World.lower(cause) + ")");
            machine.agent.saw(vmId, cause == Cause.CRASHED ? VmRunState.CRASHED : VmRunState.OFF, cause);
        }
    }

    void powerLost() {
        guests.clear();
        calls.clear();
        leaving.values().forEach(Migration::sourceLost);
        leaving.clear();
    }

    /** Calls under way fail, and what they were for may have been done or not. */
    void libvirtEnds() {
        leaving.values().forEach(Migration::sourceLibvirtLost);
        leaving.clear();
        for (Guest guest : List.copyOf(guests.values())) {
            if (guest.starting) {
                boolean without = guest.leased && !world.leases.acquire(machine, guest.vmId);
                if (without || world.dice.chance(0.5)) {
                    guests.remove(guest.vmId);
                } else {
                    guest.starting = false;
                    set(guest, VmRunState.RUNNING, Cause.STARTED);
                }
            }
        }
        calls.stream()
                .filter(call -> call.toLibvirt)
                .toList()
                .forEach(call -> call.fail(Reason.INTERRUPTED, "client socket is closed"));
    }

    void libvirtBegins() {
        guests.values().removeIf(guest -> guest.state == VmRunState.MIGRATING_IN);
        machine.agent.inventoryChanged();
    }

    void storageStalls() {
        for (Guest guest : List.copyOf(guests.values())) {
            if (guest.live() && guest.state == VmRunState.RUNNING && world.dice.chance(0.6)) {
                set(guest, VmRunState.PAUSED_IO_ERROR, Cause.IO_ERROR);
            }
        }
    }
}
