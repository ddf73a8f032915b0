package io.kvorum.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.lifecycle.StateTable.Transition;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.operations.Request.VmControl;
import io.kvorum.core.testing.FakeHost;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.TestCluster.Step;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Every row of the tables is walked by what really happens: a row that nothing walks should not be there. */
@NullUnmarked
class LifecycleCoverageTest {

    private static final UUID VM = Things.id("v");
    private static final UUID H1 = Things.id("h1");

    private final Set<Step<VmState>> vmSteps = new HashSet<>();
    private final Set<Step<HostState>> hostSteps = new HashSet<>();

    private void note(TestCluster... clusters) {
        for (TestCluster cluster : clusters) {
            vmSteps.addAll(cluster.vmSteps);
            hostSteps.addAll(cluster.hostSteps);
        }
    }

    private static TestCluster up(Entity... more) {
        Entity[] all = new Entity[more.length + 1];
        all[0] = Things.on(Things.vm("v"), "h1");
        System.arraycopy(more, 0, all, 1, more.length);
        return TestCluster.of(3, all);
    }

    private static void seconds(TestCluster cluster, int seconds) {
        cluster.advance(Duration.ofSeconds(seconds));
    }

    private static void die(TestCluster cluster) {
        cluster.host("h1").losePower();
        seconds(cluster, 60);
    }

    @Test
    void everyRowOfTheVmTableIsWalked() {
        ordinaryLife();
        refusals();
        pausedOnesAreSeenSo();
        deaths();
        for (Request request : List.<Request>of(
                new Request.StopVm(VM, false), new Request.SuspendVm(VM), new Request.MigrateVm(VM, Things.id("h2")))) {
            hostDiesDuring(request);
            nobodyAnswers(request);
        }

        assertEquals(
                List.of(),
                Lifecycles.VM.rows().stream()
                        .filter(row -> row.from() != row.to() && !vmSteps.contains(new Step<>(row.from(), row.to())))
                        .map(Transition::toString)
                        .toList());
    }

    private void ordinaryLife() {
        TestCluster cluster = TestCluster.of(3);
        cluster.run(new Request.CreateVm(VM, Things.spec("v"), true, false));
        cluster.run(new Request.StartVm(VM, null));
        cluster.run(new Request.MigrateVm(VM, null));
        cluster.run(new Request.ControlVm(VM, VmControl.PAUSE));
        cluster.run(new Request.ControlVm(VM, VmControl.RESUME));
        cluster.run(new Request.SuspendVm(VM));
        cluster.run(new Request.StartVm(VM, null));
        cluster.run(new Request.ControlVm(VM, VmControl.PAUSE));
        cluster.run(new Request.SuspendVm(VM));
        cluster.run(new Request.StartVm(VM, null));
        cluster.run(new Request.StopVm(VM, false));
        cluster.run(new Request.StartVm(VM, null));
        cluster.run(new Request.SuspendVm(VM));
        cluster.run(new Request.DeleteVm(VM));
        note(cluster);
    }

    private void refusals() {
        TestCluster cluster = up();
        cluster.hosts().forEach(host -> {
            host.habit(AgentCommand.ShutdownVm.class, Habit.FAIL);
            host.habit(AgentCommand.SuspendVm.class, Habit.FAIL);
            host.habit(AgentCommand.StartVm.class, Habit.FAIL);
            host.habit(AgentCommand.DeleteDisk.class, Habit.FAIL);
        });
        cluster.run(new Request.StopVm(VM, false));
        cluster.run(new Request.SuspendVm(VM));
        cluster.hosts().forEach(host -> host.habit(AgentCommand.SuspendVm.class, Habit.OBEY));
        cluster.run(new Request.SuspendVm(VM));
        cluster.run(new Request.StartVm(VM, null));
        cluster.hosts().forEach(host -> host.habit(AgentCommand.StartVm.class, Habit.OBEY));
        cluster.run(new Request.StartVm(VM, null));
        cluster.run(new Request.StopVm(VM, true));
        cluster.hosts().forEach(host -> host.habit(AgentCommand.StartVm.class, Habit.FAIL));
        cluster.run(new Request.StartVm(VM, null));
        cluster.run(new Request.DeleteVm(VM));
        note(cluster);
    }

    private void pausedOnesAreSeenSo() {
        for (Request request : List.<Request>of(new Request.SuspendVm(VM), new Request.MigrateVm(VM, null))) {
            TestCluster cluster = up();
            FakeHost host = cluster.host("h1");
            host.habit(AgentCommand.SuspendVm.class, Habit.INTERRUPT);
            host.habit(AgentCommand.MigrateVm.class, Habit.INTERRUPT);
            UUID id = cluster.submit(request);
            cluster.advance(Duration.ofMillis(200));
            host.guest(VM, VmRunState.PAUSED, Cause.PAUSED);
            cluster.until(Duration.ofMinutes(1), c -> c.ended.containsKey(id));
            note(cluster);
        }
        TestCluster starting = TestCluster.of(1, Things.vm("v"));
        starting.host("h1").habit(AgentCommand.StartVm.class, Habit.INTERRUPT);
        starting.submit(new Request.StartVm(VM, null));
        starting.advance(Duration.ofMillis(200));
        starting.host("h1").guest(VM, VmRunState.PAUSED, Cause.PAUSED);
        seconds(starting, 10);
        TestCluster doubt = up();
        doubt.run(new Request.ControlVm(VM, VmControl.PAUSE));
        doubt.host("h1").cut = true;
        doubt.host("h1").bmcBroken = true;
        seconds(doubt, 60);
        doubt.host("h1").cut = false;
        seconds(doubt, 60);
        note(starting, doubt);
    }

    private void deaths() {
        TestCluster paused = up();
        paused.run(new Request.ControlVm(VM, VmControl.PAUSE));
        paused.run(new Request.StopVm(VM, true));
        TestCluster silent = up();
        silent.host("h1").bmcBroken = true;
        silent.host("h1").cut = true;
        seconds(silent, 60);
        silent.host("h1").cut = false;
        seconds(silent, 60);
        TestCluster dead = up();
        die(dead);
        TestCluster crashed = up();
        crashed.host("h1").guest(VM, VmRunState.CRASHED, Cause.CRASHED);
        seconds(crashed, 10);
        TestCluster start = TestCluster.of(1, Things.vm("v"));
        start.host("h1").habit(AgentCommand.StartVm.class, Habit.SWALLOW);
        start.run(new Request.StartVm(VM, null));
        note(paused, silent, dead, crashed, start);
    }

    private void hostDiesDuring(Request request) {
        TestCluster cluster = up();
        cluster.hosts().forEach(host -> {
            host.habit(AgentCommand.ShutdownVm.class, Habit.SWALLOW);
            host.habit(AgentCommand.SuspendVm.class, Habit.SWALLOW);
            host.habit(AgentCommand.MigrateVm.class, Habit.SWALLOW);
        });
        cluster.submit(request);
        seconds(cluster, 1);
        die(cluster);
        note(cluster);
    }

    private void nobodyAnswers(Request request) {
        TestCluster cluster = up();
        cluster.hosts().forEach(host -> {
            host.habit(AgentCommand.ShutdownVm.class, Habit.SWALLOW);
            host.habit(AgentCommand.SuspendVm.class, Habit.SWALLOW);
            host.habit(AgentCommand.MigrateVm.class, Habit.SWALLOW);
            host.habit(AgentCommand.QueryVm.class, Habit.SWALLOW);
        });
        cluster.run(request);
        note(cluster);
    }

    @Test
    void everyRowOfTheHostTableIsWalked() {
        joining();
        silence();
        withoutHypervisor();
        powerAndMaintenance();

        assertEquals(
                List.of(),
                Lifecycles.HOST.rows().stream()
                        .filter(row -> !hostSteps.contains(new Step<>(row.from(), row.to())))
                        .map(Transition::toString)
                        .toList());
    }

    private TestCluster joins(boolean answers, boolean hypervisor) {
        TestCluster cluster = TestCluster.of(2);
        cluster.addMachine(Things.host("new"));
        cluster.host("new").cut = !answers;
        cluster.host("new").hypervisorUp = hypervisor;
        cluster.host("new").bmcBroken = true;
        cluster.run(new Request.RegisterHost(
                Things.id("new"), Things.host("new").spec(), Things.facts("new"), Instant.EPOCH));
        return cluster;
    }

    private void joining() {
        TestCluster well = joins(true, true);
        seconds(well, 5);
        TestCluster half = joins(true, false);
        seconds(half, 5);
        half.host("new").cut = true;
        seconds(half, 30);
        half.host("new").cut = false;
        seconds(half, 5);
        TestCluster confirmed = joins(false, true);
        confirmed.run(new Request.ConfirmHostDown(Things.id("new"), "new"));
        TestCluster silent = joins(false, true);
        seconds(silent, 80);
        silent.run(new Request.ConfirmHostDown(Things.id("new"), "new"));
        note(well, half, confirmed, silent);
    }

    private void silence() {
        TestCluster fenced = up();
        die(fenced);
        TestCluster inTime = up();
        inTime.host("h1").cutFromEngine = true;
        inTime.until(Duration.ofSeconds(10), c -> c.hostState("h1").state() == HostState.NON_RESPONSIVE);
        inTime.host("h1").cutFromEngine = false;
        seconds(inTime, 10);
        TestCluster late = up();
        late.hosts().forEach(host -> host.habit(AgentCommand.PowerControl.class, Habit.SWALLOW));
        late.host("h1").cut = true;
        late.until(Duration.ofSeconds(10), c -> c.hostState("h1").state() == HostState.FENCING);
        late.host("h1").cut = false;
        seconds(late, 10);
        TestCluster failed = up();
        failed.host("h1").bmcBroken = true;
        die(failed);
        failed.run(new Request.ConfirmHostDown(H1, "h1"));
        note(fenced, inTime, late, failed);
    }

    private void withoutHypervisor() {
        TestCluster back = up();
        back.host("h1").hypervisorUp = false;
        seconds(back, 5);
        back.host("h1").hypervisorUp = true;
        seconds(back, 5);
        TestCluster off = TestCluster.of(2);
        off.host("h1").hypervisorUp = false;
        seconds(off, 5);
        off.run(new Request.PowerHost(H1, PowerTask.OFF));
        TestCluster maintained = up();
        maintained.host("h1").hypervisorUp = false;
        seconds(maintained, 5);
        maintained.run(new Request.MaintainHost(H1));
        note(back, off, maintained);
    }

    private void powerAndMaintenance() {
        TestCluster idle = TestCluster.of(2);
        idle.run(new Request.PowerHost(H1, PowerTask.OFF));
        idle.run(new Request.MaintainHost(H1));
        idle.run(new Request.ActivateHost(H1));
        TestCluster drained = up();
        UUID first = drained.submit(new Request.MaintainHost(H1));
        seconds(drained, 1);
        drained.cancel(first);
        seconds(drained, 10);
        drained.run(new Request.MaintainHost(H1));
        TestCluster dies = up();
        dies.submit(new Request.MaintainHost(H1));
        seconds(dies, 1);
        die(dies);
        note(idle, drained, dies);
    }
}
