package io.kvorum.core.testing;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Done;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.HolderDetail;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Host;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** A machine that behaves: it knows what runs on it, loses it with its power, and keeps the outcomes of commands. */
public final class FakeHost {

    /** What becomes of commands of one type. */
    public enum Habit {
        OBEY,
        /** Refuses and vouches that nothing was done. */
        FAIL,
        /** Says that it was interrupted, without having done anything. */
        INTERRUPT,
        /** Does nothing and never answers. */
        SWALLOW,
        /** Obeys and never answers. */
        MUTE
    }

    private final TestCluster world;
    private final Host self;
    private final Map<UUID, CommandOutcome> outcomes = new HashMap<>();
    private final Set<UUID> begun = new HashSet<>();
    private final Set<UUID> aborted = new HashSet<>();
    private final Map<Class<? extends AgentCommand>, Habit> habits = new HashMap<>();
    public final Map<UUID, VmRunState> vms = new TreeMap<>();

    /** What was plugged into its guests, in that order. */
    public final List<AgentCommand.GrowVm> plugged = new ArrayList<>();

    public boolean powered = true;
    public boolean cut;

    /** The engine does not reach it, other hosts do. */
    public boolean cutFromEngine;

    /** Its kernel and its guests run, and nobody answers for its agent. */
    public boolean agentAway;

    /** It cannot renew its leases. */
    public boolean storageGone;

    /** So many more of its migrations break in post-copy, or are not put together again. */
    public int tears;

    /** What its guests are seen to write to their memory a second, while they migrate. */
    public long dirtied;

    public int upgrades;
    public boolean upgradeWantsReboot;
    public boolean bmcBroken;
    public final Set<Integer> brokenAgents = new HashSet<>();
    public final Set<Integer> suppliesOff = new HashSet<>();
    public boolean hypervisorUp = true;
    private int boots;

    FakeHost(TestCluster world, Host self) {
        this.world = world;
        this.self = self;
    }

    public UUID id() {
        return self.id();
    }

    public Host self() {
        return self;
    }

    public String bootId() {
        return "boot-" + boots;
    }

    public boolean reachable() {
        return powered && !cut && !cutFromEngine && !agentAway;
    }

    public boolean runs(UUID vmId) {
        VmRunState state = vms.getOrDefault(vmId, VmRunState.OFF);
        return powered && state.present() && state != VmRunState.TORN;
    }

    public void habit(Class<? extends AgentCommand> type, Habit habit) {
        habits.put(type, habit);
    }

    public void behave() {
        habits.clear();
    }

    public List<VmSighting> sightings() {
        return vms.entrySet().stream()
                .map(vm -> new VmSighting(vm.getKey(), "vm", vm.getValue(), true))
                .toList();
    }

    public void losePower() {
        powered = false;
        vms.clear();
    }

    public void bootAgain() {
        vms.clear();
        powered = true;
        boots++;
    }

    /** The guest changes by itself, and the host says so if anybody listens. */
    public void guest(UUID vmId, VmRunState state, Cause cause) {
        if (state.present() || state == VmRunState.LEFT_BEHIND) {
            vms.put(vmId, state);
        } else {
            vms.remove(vmId);
        }
        world.sighted(this, vmId, state, cause);
    }

    void abort(UUID vmId) {
        aborted.add(vmId);
    }

    /** Takes a command; the same one again is answered with the outcome of the first time. */
    void take(UUID commandId, AgentCommand command) {
        if (outcomes.containsKey(commandId)) {
            world.answer(this, commandId, outcomes.get(commandId));
            return;
        }
        if (!begun.add(commandId)) {
            return;
        }
        Habit habit = habits.getOrDefault(command.getClass(), Habit.OBEY);
        if (habit == Habit.SWALLOW) {
            return;
        }
        int boot = boots;
        world.later(duration(command), () -> {
            if (!powered || boot != boots) {
                outcomes.put(commandId, new Failed(Reason.INTERRUPTED, "The host was booted again."));
                return;
            }
            CommandOutcome outcome = switch (habit) {
                case OBEY, MUTE -> execute(command);
                case FAIL -> new Failed(Reason.HYPERVISOR, "It was told to fail.");
                case INTERRUPT, SWALLOW -> new Failed(Reason.INTERRUPTED, "It was told to break off.");
            };
            if (habit != Habit.MUTE) {
                outcomes.put(commandId, outcome);
                world.answer(this, commandId, outcome);
            }
        });
    }

    private static Duration duration(AgentCommand command) {
        return switch (command) {
            case AgentCommand.MigrateVm migrate -> Duration.ofSeconds(3);
            case AgentCommand.ShutdownVm shutdown -> Duration.ofSeconds(2);
            case AgentCommand.UpgradeHost upgrade -> Duration.ofSeconds(45);
            case AgentCommand.StartVm start -> Duration.ofMillis(500);
            case AgentCommand.SuspendVm suspend -> Duration.ofSeconds(1);
            case AgentCommand other -> Duration.ofMillis(20);
        };
    }

    private CommandOutcome execute(AgentCommand command) {
        return switch (command) {
            case AgentCommand.StartVm start -> start(start);
            case AgentCommand.StopVm(UUID vmId) -> end(vmId, Cause.STOPPED);
            case AgentCommand.ShutdownVm(UUID vmId) -> end(vmId, Cause.SHUTDOWN);
            case AgentCommand.RebootVm(UUID vmId) -> become(vmId, VmRunState.RUNNING, Cause.REBOOTED);
            case AgentCommand.ResetVm(UUID vmId) -> become(vmId, VmRunState.RUNNING, Cause.REBOOTED);
            case AgentCommand.PauseVm(UUID vmId) -> become(vmId, VmRunState.PAUSED, Cause.PAUSED);
            case AgentCommand.ResumeVm(UUID vmId) -> become(vmId, VmRunState.RUNNING, Cause.RESUMED);
            case AgentCommand.SuspendVm suspend -> {
                CommandOutcome ended = end(suspend.vmId(), Cause.SUSPENDED);
                if (ended.succeeded()) {
                    world.savedMemory.add(suspend.vmId());
                }
                yield ended;
            }
            case AgentCommand.GrowVm grow -> {
                if (vms.containsKey(grow.vmId())) {
                    plugged.add(grow);
                    yield new Done(new CommandOutcome.VmDetail(grow.vmId(), vms.get(grow.vmId())));
                }
                yield new Failed(Reason.NOT_FOUND, "It is not here.");
            }
            case AgentCommand.DeleteSavedState delete -> {
                world.savedMemory.remove(delete.vmId());
                yield new Done(null);
            }
            case AgentCommand.MigrateVm migrate -> migrate(migrate, world.host(migrate.targetHostId()));
            case AgentCommand.QueryVm(UUID vmId) ->
                vms.containsKey(vmId)
                        ? new Done(new CommandOutcome.VmDetail(vmId, vms.get(vmId)))
                        : new Failed(Reason.NOT_FOUND, "It is not here.");
            case AgentCommand.CreateDisk create -> {
                world.disks.add(create.diskId());
                yield new Done(new CommandOutcome.DiskDetail(create.sizeBytes(), 0));
            }
            case AgentCommand.DeleteDisk delete -> {
                world.disks.remove(delete.diskId());
                yield new Done(null);
            }
            case AgentCommand.InspectStorage inspect ->
                new Done(new CommandOutcome.StorageDetail(1000 * Things.GIB, 800 * Things.GIB));
            case AgentCommand.EnsureNetwork ensure -> new Done(null);
            case AgentCommand.TestPower test ->
                test.agent().username().equals("wrong")
                        ? new Failed(Reason.UNREACHABLE, "It refused the user name or the password.")
                        : world.host(test.subjectHostId()).power(PowerAction.STATUS);
            case AgentCommand.UpgradeHost upgrade -> {
                upgrades++;
                if (!vms.isEmpty()) {
                    throw new AssertionError("Host " + self.name() + " is upgraded under its guests.");
                }
                yield new Done(new CommandOutcome.UpgradeDetail(upgradeWantsReboot, "12 upgraded"));
            }
            case AgentCommand.ProbeHost probe -> {
                FakeHost other = world.host(probe.subjectHostId());
                yield new Done(new CommandOutcome.ProbeDetail(
                        !other.powered || other.cut || cut
                                ? CommandOutcome.ProbeAnswer.NO_ANSWER
                                : other.agentAway
                                        ? CommandOutcome.ProbeAnswer.REFUSED
                                        : CommandOutcome.ProbeAnswer.REACHABLE));
            }
            case AgentCommand.JoinLockspace join -> world.leases.join(this, join.leaseId());
            case AgentCommand.LeaveLockspace leave -> new Done(null);
            case AgentCommand.InspectLockspace inspect -> world.leases.inspect(inspect.leaseId());
            case AgentCommand.CreateLease create -> {
                world.leases.made.add(create.vmId());
                yield new Done(null);
            }
            case AgentCommand.DeleteLease delete -> {
                world.leases.made.remove(delete.vmId());
                yield new Done(null);
            }
            case AgentCommand.ReleaseLease release -> world.leases.release(release);
            case AgentCommand.PowerControl control ->
                world.host(control.subjectHostId()).power(control.powerAgentIndex(), control.action());
        };
    }

    private CommandOutcome start(AgentCommand.StartVm start) {
        UUID vmId = start.vm().id();
        if (start.resume() && !world.savedMemory.remove(vmId)) {
            return new Failed(Reason.NOT_FOUND, "There is no saved memory.");
        }
        if (start.vm().leaseDomainId() != null) {
            OptionalInt holder = world.leases.acquire(this, vmId);
            if (holder.isPresent()) {
                return new Failed(
                        Reason.LEASE_HELD, "Another host holds its lease.", new HolderDetail(holder.getAsInt()));
            }
        }
        vms.put(vmId, VmRunState.RUNNING);
        world.sighted(this, vmId, VmRunState.RUNNING, Cause.STARTED);
        return new Done(null);
    }

    private CommandOutcome end(UUID vmId, Cause cause) {
        world.leases.ended(id(), vmId);
        if (vms.remove(vmId) == null) {
            return new Failed(Reason.NOT_FOUND, "It is not here.");
        }
        world.sighted(this, vmId, VmRunState.OFF, cause);
        return new Done(null);
    }

    private CommandOutcome become(UUID vmId, VmRunState state, Cause cause) {
        if (!vms.containsKey(vmId)) {
            return new Failed(Reason.NOT_FOUND, "It is not here.");
        }
        vms.put(vmId, state);
        world.sighted(this, vmId, state, cause);
        return new Done(null);
    }

    private CommandOutcome migrate(AgentCommand.MigrateVm command, FakeHost target) {
        UUID vmId = command.vmId();
        if (!vms.containsKey(vmId)) {
            return new Failed(Reason.NOT_FOUND, "It is not here.");
        }
        if (aborted.remove(vmId)) {
            return new Failed(Reason.ABORTED, "It was called off.");
        }
        if (!target.powered || target.cut != cut) {
            return new Failed(Reason.HYPERVISOR, "The target does not answer.");
        }
        if (command.recover() && target.vms.get(vmId) != VmRunState.TORN) {
            return new Failed(Reason.UNREACHABLE, "The target has no part of it.");
        }
        boolean postCopy = command.policy().strategy().postCopy();
        if (postCopy && tears > 0) {
            tears--;
            vms.put(vmId, VmRunState.TORN);
            target.vms.put(vmId, VmRunState.TORN);
            return new Failed(Reason.INTERRUPTED, "It broke in post-copy.");
        }
        VmRunState state = vms.remove(vmId);
        target.vms.put(vmId, state == VmRunState.TORN ? VmRunState.RUNNING : state);
        world.sighted(this, vmId, VmRunState.OFF, Cause.MIGRATED_OUT);
        world.sighted(target, vmId, target.vms.get(vmId), Cause.MIGRATED_IN);
        return new Done(new CommandOutcome.MigrationDetail(Duration.ofSeconds(3), Duration.ofMillis(40), 1, dirtied));
    }

    /** Each power supply by an agent of its own: the machine runs while one of them is on. */
    private CommandOutcome power(int agent, PowerAction action) {
        if (self.spec().powerManagement().use() != Host.AgentUse.TOGETHER) {
            return power(action);
        }
        if (bmcBroken || brokenAgents.contains(agent)) {
            return new Failed(Reason.UNREACHABLE, "The BMC does not answer.");
        }
        switch (action) {
            case STATUS -> {}
            case OFF -> suppliesOff.add(agent);
            case ON -> suppliesOff.remove(agent);
        }
        int agents = self.spec().powerManagement().agents().size();
        if (suppliesOff.size() >= agents) {
            losePower();
        } else if (!powered) {
            bootAgain();
        }
        return new Done(new CommandOutcome.PowerDetail(!suppliesOff.contains(agent)));
    }

    private CommandOutcome power(PowerAction action) {
        if (bmcBroken) {
            return new Failed(Reason.UNREACHABLE, "The BMC does not answer.");
        }
        switch (action) {
            case STATUS -> {}
            case OFF -> losePower();
            case ON -> {
                if (!powered) {
                    bootAgain();
                }
            }
        }
        return new Done(new CommandOutcome.PowerDetail(powered));
    }
}
