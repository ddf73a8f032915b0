package io.kvorum.core.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.VmControl;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** VMs under which a disk failed, when it is there again. */
@NullUnmarked
class StorageReturnTest {

    private static final UUID VM = Things.id("v");

    private static TestCluster onH1(boolean ha, OnStorageReturn behaviour) {
        HighAvailability rules =
                new HighAvailability(ha, Priority.MEDIUM, List.of(), Duration.ofMinutes(10), behaviour, null);
        Vm vm = Things.vm(Things.spec("v").with(rules));
        return TestCluster.of(3, Things.on(vm, "h1"));
    }

    private static void diskFails(TestCluster cluster) {
        cluster.host("h1").habit(AgentCommand.InspectStorage.class, Habit.FAIL);
        cluster.host("h1").guest(VM, VmRunState.PAUSED_IO_ERROR, Cause.IO_ERROR);
        assertEquals(VmState.PAUSED, cluster.vm("v").state());
    }

    private static long sent(TestCluster cluster, Class<? extends AgentCommand> type) {
        return cluster.sent.stream()
                .filter(command -> type.isInstance(command.command()))
                .count();
    }

    @Test
    void goesOnWhenItsHostReachesItsStorageAgain() {
        TestCluster cluster = onH1(false, OnStorageReturn.AUTO_RESUME);
        diskFails(cluster);
        cluster.advance(Duration.ofMinutes(5));
        assertEquals(VmState.PAUSED, cluster.vm("v").state());
        assertEquals(0, sent(cluster, AgentCommand.ResumeVm.class));

        cluster.host("h1").behave();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, sent(cluster, AgentCommand.ResumeVm.class));
        assertEquals(VmRunState.RUNNING, cluster.host("h1").vms.get(VM));
        assertTrue(cluster.codes().contains("vm.resumed"));
        cluster.assertAtRest();
    }

    @Test
    void looksAtItsStorageAfterGrowingWaits() {
        TestCluster cluster = onH1(false, OnStorageReturn.AUTO_RESUME);
        diskFails(cluster);

        cluster.advance(Duration.ofMinutes(30));

        long looks = cluster.sent.stream()
                .filter(command -> command.command() instanceof AgentCommand.InspectStorage
                        && command.hostId().equals(Things.id("h1")))
                .count();
        assertTrue(looks > 25 && looks < 45, "looked " + looks + " times in half an hour");
    }

    @Test
    void isLeftPausedIfItSaysSo() {
        TestCluster cluster = onH1(true, OnStorageReturn.LEAVE_PAUSED);
        diskFails(cluster);

        cluster.host("h1").behave();
        cluster.advance(Duration.ofMinutes(10));

        assertEquals(VmState.PAUSED, cluster.vm("v").state());
        assertEquals(0, sent(cluster, AgentCommand.ResumeVm.class));
    }

    @Test
    void isForcedOffAndRestartedIfItSaysSo() {
        TestCluster cluster = onH1(true, OnStorageReturn.KILL);
        diskFails(cluster);

        cluster.host("h1").behave();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(1, sent(cluster, AgentCommand.StopVm.class));
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, cluster.starts.get(VM));
        assertTrue(cluster.codes().contains("vm.killed"));
    }

    @Test
    void isForcedOffAndStaysDownWithoutHighAvailability() {
        TestCluster cluster = onH1(false, OnStorageReturn.KILL);
        diskFails(cluster);

        cluster.host("h1").behave();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(VmState.DOWN, cluster.vm("v").state());
        assertTrue(cluster.starts.isEmpty());
        cluster.assertAtRest();
    }

    @Test
    void aVmThatSomebodyPausedStaysPaused() {
        TestCluster cluster = onH1(true, OnStorageReturn.AUTO_RESUME);
        cluster.run(new Request.ControlVm(VM, VmControl.PAUSE));

        cluster.advance(Duration.ofMinutes(10));

        assertEquals(VmState.PAUSED, cluster.vm("v").state());
        assertEquals(0, sent(cluster, AgentCommand.ResumeVm.class));
    }

    /** Found by the simulator: that its storage answered was taken as a word of the VM. */
    @Test
    void aVmThatEndedWhileItWasToBeResumedIsRestarted() {
        TestCluster cluster = onH1(true, OnStorageReturn.AUTO_RESUME);
        diskFails(cluster);
        cluster.host("h1").behave();
        cluster.until(
                Duration.ofMinutes(2),
                c -> !c.waiting(AgentCommand.ResumeVm.class).isEmpty());
        cluster.host("h1").guest(VM, VmRunState.OFF, Cause.CRASHED);

        cluster.advance(Duration.ofMinutes(2));

        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void aNewLeaderResumesItToo() {
        TestCluster cluster = onH1(false, OnStorageReturn.AUTO_RESUME);
        diskFails(cluster);
        cluster.newLeader();
        cluster.advance(Duration.ofMinutes(1));

        cluster.host("h1").behave();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(VmState.UP, cluster.vm("v").state());
    }
}
