package io.kvorum.simulator.world;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Host.Leasing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The agent of a host, with the promises of the real one: epochs and outcomes are on disk before they count, the same
 * command id never does its work twice, commands on one VM go one at a time but for those that must get through.
 */
final class Agent {

    /** What an engine hears of a command. */
    sealed interface Answer {
        record Ended(CommandOutcome outcome) implements Answer {}

        record Deposed(String why) implements Answer {}

        /** It was sent over a connection that a newer one of the same leader has replaced. */
        record LateCall() implements Answer {}
    }

    /** What the journal holds of a command. */
    private sealed interface Entry {
        record Begun(AgentCommand command) implements Entry {}

        record Done(CommandOutcome outcome) implements Entry {}
    }

    private static final long BEAT = 1_000_000_000L;
    private static final long LISTING = 15 * BEAT;
    private static final int BEATS_A_MEASUREMENT = 15;
    private static final long GRACE = 10_000_000_000L;

    private final Machine machine;
    private final World world;
    final Life life;
    private final Subjects subjects;
    private final Map<HostLine, Integer> watchers = new LinkedHashMap<>();
    private final Map<UUID, List<Consumer<Answer>>> running = new LinkedHashMap<>();
    private boolean inventoryDue;
    private int beats;
    private long sessionEpoch;
    private long latestSession;

    // On disk.
    private final Map<UUID, Entry> journal = new HashMap<>();
    private long highestEpoch;

    Agent(Machine machine) {
        this.machine = machine;
        this.world = machine.world;
        this.life = new Life(world.agenda);
        this.subjects = new Subjects(life);
        life.after(world.dice.millis(0, 1000), this::beat);
        life.after(world.dice.millis(0, 1000), this::tellLockspaces);
    }

    // ---- its process

    void begin() {
        life.begin();
        world.trace.add(machine.name + " has its agent");
        life.after(world.dice.millis(0, 1000), this::beat);
        life.after(world.dice.millis(0, 1000), this::tellLockspaces);
    }

    void crash() {
        Map<HostLine, Integer> listening = new LinkedHashMap<>(watchers);
        powerLost();
        listening.forEach(HostLine::agentEnded);
    }

    void powerLost() {
        life.end();
        watchers.clear();
        running.clear();
        sessionEpoch = 0;
        subjects.clear();
    }

    private boolean admits(long epoch) {
        machine.highestEpochHeard = Math.max(machine.highestEpochHeard, epoch);
        if (epoch < highestEpoch) {
            return false;
        }
        if (epoch > highestEpoch) {
            highestEpoch = epoch;
            for (Map.Entry<HostLine, Integer> watcher : List.copyOf(watchers.entrySet())) {
                if (watcher.getKey().epoch() < epoch) {
                    watchers.remove(watcher.getKey());
                    watcher.getKey()
                            .answer(() -> watcher.getKey().refusedEpoch(watcher.getValue(), "a later term is known"));
                }
            }
        }
        return true;
    }

    /** What comes late over a connection that was given up must not begin: the engine may have asked since. */
    private boolean current(long epoch, long session) {
        if (epoch != sessionEpoch) {
            sessionEpoch = epoch;
            latestSession = 0;
        }
        if (session < latestSession) {
            return false;
        }
        latestSession = session;
        return true;
    }

    private String over(long epoch) {
        return "Epoch " + epoch + " is over: " + machine.name + " has seen " + highestEpoch;
    }

    // ---- reporting

    void hello(HostLine line, int connection, long session) {
        if (!admits(line.epoch())) {
            line.answer(() -> line.refusedEpoch(connection, over(line.epoch())));
            return;
        }
        if (!current(line.epoch(), session)) {
            return;
        }
        life.after(world.dice.millis(1, 30), () -> {
            boolean connected = machine.libvirt.running();
            Event.HostGreeted greeting = new Event.HostGreeted(
                    machine.id,
                    machine.self.facts(),
                    machine.bootId(),
                    connected ? machine.hypervisor.list() : List.of(),
                    connected,
                    connected ? null : "libvirtd does not answer",
                    null);
            line.answer(() -> line.greeted(connection, greeting));
        });
    }

    void watch(HostLine line, int connection) {
        if (!admits(line.epoch())) {
            line.answer(() -> line.refusedEpoch(connection, over(line.epoch())));
            return;
        }
        // A call of a connection that was given up may come after that of the next.
        watchers.merge(line, connection, Math::max);
        inventoryChanged();
    }

    boolean watchedBy(HostLine line, int connection) {
        return watchers.getOrDefault(line, 0) == connection;
    }

    void unwatch(HostLine line) {
        watchers.remove(line);
    }

    void inventoryChanged() {
        inventoryDue = true;
        life.after(world.dice.millis(1, 30), this::tellInventory);
    }

    private void tellInventory() {
        if (inventoryDue && machine.libvirt.running()) {
            inventoryDue = false;
            report(new Event.VmsListed(machine.id, machine.hypervisor.list()));
        }
    }

    private void tellLockspaces() {
        if (world.setup.leasing() == Leasing.NONE) {
            return;
        }
        boolean member = world.leases.isMember(machine);
        report(new Event.LockspacesListed(machine.id, member ? Set.of(world.names.id("store")) : Set.of()));
        life.after(LISTING, this::tellLockspaces);
    }

    private void beat() {
        boolean connected = machine.libvirt.running();
        report(new Event.HostHeard(machine.id, connected, connected ? null : "libvirtd does not answer"));
        tellInventory();
        if (world.setup.measures() && connected && ++beats % BEATS_A_MEASUREMENT == 0) {
            report(new Event.HostMeasured(machine.id, machine.hypervisor.measure(world.setup.busyPercent())));
        }
        life.after(BEAT, this::beat);
    }

    void saw(UUID vmId, VmRunState state, Event.Cause cause) {
        life.arrive(life.generation(), () -> {
            if (machine.libvirt.alive()) {
                report(new Event.VmSighted(
                        machine.id, new Event.VmSighting(vmId, world.names.of(vmId), state, true), cause, ""));
            }
        });
    }

    private void report(Event event) {
        List.copyOf(watchers.entrySet()).forEach(watcher -> watcher.getKey().report(watcher.getValue(), event));
    }

    // ---- commands

    void abort(long epoch, long session, UUID vmId) {
        if (admits(epoch) && current(epoch, session)) {
            world.checks.commandArrives(machine, epoch);
            machine.hypervisor.abort(vmId);
        }
    }

    void execute(HostLine line, long session, Effect.SendCommand effect, Consumer<Answer> answer) {
        long epoch = line.epoch();
        if (!admits(epoch)) {
            answer.accept(new Answer.Deposed(over(epoch)));
            return;
        }
        world.checks.commandArrives(machine, epoch);
        if (!current(epoch, session)) {
            answer.accept(new Answer.LateCall());
            return;
        }
        UUID id = effect.commandId();
        List<Consumer<Answer>> attached = running.get(id);
        if (attached != null) {
            attached.add(answer);
            return;
        }
        Entry known = journal.get(id);
        if (known instanceof Entry.Done(CommandOutcome outcome)) {
            answer.accept(new Answer.Ended(outcome));
            return;
        }
        List<Consumer<Answer>> answers = new ArrayList<>();
        answers.add(answer);
        running.put(id, answers);
        long limit = effect.limit().toNanos();
        life.after(limit + GRACE, () -> notInTime(id, answers));
        long until = world.agenda.nanos() + limit;
        life.after(world.dice.micros(50, 800), () -> {
            if (known instanceof Entry.Begun(AgentCommand begun)) {
                world.trace.add(machine.name + " recovers " + world.words(begun));
                machine.hypervisor.recover(begun, outcome -> ended(id, outcome));
            } else {
                journal.put(id, new Entry.Begun(effect.command()));
                run(id, effect.command(), until);
            }
        });
    }

    private void run(UUID id, AgentCommand command, long until) {
        Consumer<CommandOutcome> end = outcome -> ended(id, outcome);
        UUID subject = subject(command);
        if (subject == null) {
            work(id, command, until, end);
            return;
        }
        subjects.exclusively(
                subject,
                until - world.agenda.nanos(),
                release -> work(id, command, until, outcome -> {
                    release.run();
                    end.accept(outcome);
                }),
                () -> end.accept(new Failed(Reason.TIMED_OUT, "Another command on it ran all the time")));
    }

    private void work(UUID id, AgentCommand command, long until, Consumer<CommandOutcome> end) {
        world.checks.commandBegins(machine, id, world.words(command));
        if (running.keySet().stream().anyMatch(other -> concealed(command, other))) {
            end.accept(new Failed(Reason.CONFLICT, "It is being started or moved"));
            return;
        }
        world.trace.add(machine.name + " begins " + world.words(command));
        machine.hypervisor.run(command, until, end);
    }

    /** Whether the other command makes untrue, in a moment, that a VM is not here or stays here. */
    private boolean concealed(AgentCommand asked, UUID other) {
        if (!(journal.get(other) instanceof Entry.Begun(AgentCommand begun))) {
            return false;
        }
        UUID starting = begun instanceof AgentCommand.StartVm start ? start.vm().id() : null;
        return switch (asked) {
            case AgentCommand.QueryVm(UUID vm) ->
                vm.equals(starting)
                        || (begun instanceof AgentCommand.MigrateVm move
                                && move.vmId().equals(vm));
            case AgentCommand.StopVm(UUID vm) -> vm.equals(starting);
            case AgentCommand.ShutdownVm(UUID vm) -> vm.equals(starting);
            case AgentCommand command -> false;
        };
    }

    /** What a command needs to itself, or null for those that must get through. */
    private static @Nullable UUID subject(AgentCommand command) {
        return switch (command) {
            case AgentCommand.StartVm start -> start.vm().id();
            case AgentCommand.SuspendVm suspend -> suspend.vmId();
            case AgentCommand.MigrateVm migrate -> migrate.vmId();
            case AgentCommand.GrowVm grow -> grow.vmId();
            case AgentCommand.DeleteSavedState delete -> delete.vmId();
            case AgentCommand.PauseVm pause -> pause.vmId();
            case AgentCommand.ResumeVm resume -> resume.vmId();
            case AgentCommand.CreateDisk create -> create.diskId();
            case AgentCommand.DeleteDisk delete -> delete.diskId();
            case AgentCommand.CreateLease create -> create.vmId();
            case AgentCommand.DeleteLease delete -> delete.vmId();
            case AgentCommand.ReleaseLease release -> release.vmId();
            case AgentCommand.JoinLockspace join -> join.storageDomain().id();
            case AgentCommand.LeaveLockspace leave -> leave.storageDomain().id();
            case AgentCommand.InspectLockspace inspect -> null;
            case AgentCommand.EnsureNetwork ensure -> ensure.network().id();
            case AgentCommand.PowerControl power -> power.subjectHostId();
            case AgentCommand.TestPower test -> test.subjectHostId();
            case AgentCommand.ProbeHost probe -> null;
            case AgentCommand.UpgradeHost upgrade -> null;
            case AgentCommand.StopVm stop -> null;
            case AgentCommand.ShutdownVm shutdown -> null;
            case AgentCommand.RebootVm reboot -> null;
            case AgentCommand.ResetVm reset -> null;
            case AgentCommand.QueryVm query -> null;
            case AgentCommand.InspectStorage inspect -> null;
        };
    }

    private void ended(UUID id, CommandOutcome outcome) {
        Entry entry = journal.get(id);
        if (entry instanceof Entry.Begun(AgentCommand command)) {
            world.trace.add(machine.name + " ended " + world.words(command) + ": " + World.words(outcome));
        }
        journal.put(id, new Entry.Done(outcome));
        List<Consumer<Answer>> answers = running.remove(id);
        if (answers != null) {
            answers.forEach(answer -> answer.accept(new Answer.Ended(outcome)));
        }
    }

    /** The work goes on; whoever asks again is attached to it. */
    private void notInTime(UUID id, List<Consumer<Answer>> answers) {
        if (running.get(id) == answers) {
            List<Consumer<Answer>> waiting = List.copyOf(answers);
            answers.clear();
            waiting.forEach(answer -> answer.accept(
                    new Answer.Ended(new Failed(Reason.TIMED_OUT, "Not ended within its limit; it goes on"))));
        }
    }
}
