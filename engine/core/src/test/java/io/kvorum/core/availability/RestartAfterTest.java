package io.kvorum.core.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.operations.Request;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** VMs that are restarted after others, and what is said of restarts that fail. */
@NullUnmarked
class RestartAfterTest {

    private static HighAvailability after(Priority priority, Duration limit, String... others) {
        List<UUID> ids = Stream.of(others).map(Things::id).toList();
        return new HighAvailability(true, priority, ids, limit, OnStorageReturn.AUTO_RESUME, null);
    }

    private static Vm ha(String name, Priority priority, Duration limit, String... others) {
        return Things.vm(Things.spec(name).with(after(priority, limit, others)));
    }

    private static Vm ha(String name, Priority priority, String... others) {
        return ha(name, priority, Duration.ofMinutes(10), others);
    }

    private static List<String> started(TestCluster cluster) {
        return messages(cluster, "vm.started").stream()
                .map(words -> words.split(" ")[1])
                .toList();
    }

    private static List<String> messages(TestCluster cluster, String code) {
        return cluster.log.stream()
                .filter(entry -> entry.code().equals(code))
                .map(LogEntry::message)
                .toList();
    }

    private static List<String> order(Vm... vms) {
        return RestartOrder.of(List.of(vms)).stream().map(Vm::name).toList();
    }

    @Test
    void whatOthersWaitForComesBeforeThemWhateverItsPriority() {
        assertEquals(
                List.of("db", "mail", "log", "app", "web"),
                order(
                        ha("web", Priority.HIGH, "app", "db"),
                        ha("app", Priority.LOW, "db"),
                        ha("log", Priority.LOW),
                        ha("mail", Priority.MEDIUM),
                        ha("db", Priority.LOW)));
    }

    @Test
    void aCircleThatGotInAllTheSameHangsNothing() {
        assertEquals(
                3,
                order(ha("a", Priority.LOW, "b"), ha("b", Priority.LOW, "c"), ha("c", Priority.LOW, "a"))
                        .size());
    }

    @Test
    void restartsAVmOnlyWhenThoseBeforeItAreUp() {
        TestCluster cluster = TestCluster.of(
                3,
                Things.on(ha("web", Priority.HIGH, "app"), "h1"),
                Things.on(ha("app", Priority.MEDIUM, "db"), "h1"),
                Things.on(ha("db", Priority.LOW), "h1"));

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(List.of("db", "app", "web"), started(cluster));
        assertEquals(2, messages(cluster, "vm.restart_waits").size());
        assertTrue(messages(cluster, "vm.restart_wait_over").isEmpty());
        cluster.assertAtRest();
    }

    @Test
    void doesNotWaitForAVmThatSomebodySwitchedOff() {
        TestCluster cluster =
                TestCluster.of(3, Things.on(ha("web", Priority.HIGH, "db"), "h1"), ha("db", Priority.LOW));

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(List.of("web"), started(cluster));
        assertTrue(messages(cluster, "vm.restart_waits").isEmpty());
    }

    @Test
    void waitsForOneThatCannotStartUpToItsLimitAndThenGoesOn() {
        Vm big = Things.vm(Things.spec("db", true, Priority.LOW, Vm.MigrationMode.PINNED, 2 * Things.GIB));
        TestCluster cluster = TestCluster.of(
                3, Things.on(big, "h1"), Things.on(ha("web", Priority.HIGH, Duration.ofMinutes(3), "db"), "h1"));
        cluster.hosts().forEach(host -> host.habit(AgentCommand.StartVm.class, Habit.FAIL));

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(2));
        assertTrue(cluster.sent.stream()
                .noneMatch(command -> command.command() instanceof AgentCommand.StartVm start
                        && start.vm().name().equals("web")));
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(1, messages(cluster, "vm.restart_wait_over").size());
        assertTrue(messages(cluster, "vm.restart_wait_over").getFirst().contains("waited 3 min for db"));
        assertTrue(cluster.sent.stream()
                .anyMatch(command -> command.command() instanceof AgentCommand.StartVm start
                        && start.vm().name().equals("web")));
    }

    @Test
    void eachFailedAttemptSaysWhatRefusedItAndWhenTheNextOneIs() {
        TestCluster cluster = TestCluster.of(2, Things.on(Things.ha("v"), "h1"));
        cluster.host("h2").habit(AgentCommand.StartVm.class, Habit.FAIL);
        cluster.host("h1").habit(AgentCommand.StartVm.class, Habit.FAIL);

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(5));

        List<String> said = messages(cluster, "vm.restart_failed");
        assertTrue(said.size() >= 3, () -> "said " + said);
        assertTrue(
                said.getFirst().startsWith("Attempt 1 to restart VM v failed. The next one is in 2 s"), said::getFirst);
        assertTrue(said.getFirst().contains("It was told to fail."), said::getFirst);
        assertTrue(
                said.get(1).startsWith("Attempt 2 to restart VM v failed. The next one is in 4 s"), () -> said.get(1));

        cluster.host("h2").behave();
        cluster.host("h1").behave();
        cluster.advance(Duration.ofMinutes(6));
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void aHostThatComesUpEndsTheWait() {
        TestCluster cluster = TestCluster.of(2, Things.on(Things.ha("v"), "h1"));
        cluster.host("h2").habit(AgentCommand.StartVm.class, Habit.FAIL);
        cluster.host("h1").bmcBroken = true;
        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(1), c -> c.hostState("h1").state().inDoubt());
        cluster.run(new Request.ConfirmHostDown(Things.id("h1"), "h1"));
        cluster.advance(Duration.ofMinutes(30));
        int before = messages(cluster, "vm.restart_failed").size();

        cluster.host("h1").bootAgain();
        cluster.until(Duration.ofSeconds(10), c -> c.vm("v").state() == VmState.UP);

        assertTrue(before > 5);
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
    }

    @Test
    void refusesACircleAndNamesIt() {
        TestCluster cluster = TestCluster.of(
                1, ha("web", Priority.LOW), ha("app", Priority.LOW, "web"), ha("db", Priority.LOW, "app"));

        Operation end = change(cluster, "web", "db");

        assertEquals(OperationState.REFUSED, end.state());
        FieldProblem problem = end.problem().errors().getFirst();
        assertEquals("highAvailability.restartAfter", problem.field());
        assertTrue(problem.message().contains("web after db after app after web"), problem::message);
        assertTrue(cluster.vm("web").spec().highAvailability().restartAfter().isEmpty());
    }

    @Test
    void refusesItselfStrangersAndDoubles() {
        TestCluster cluster = TestCluster.of(1, ha("web", Priority.LOW), ha("db", Priority.LOW));

        assertEquals("A VM cannot wait for itself.", refused(cluster, "web"));
        assertEquals("There is no such VM.", refused(cluster, "nobody"));
        assertEquals("It is named twice.", refused(cluster, "db", "db"));
        assertEquals(OperationState.SUCCEEDED, change(cluster, "web", "db").state());
    }

    @Test
    void nobodyWaitsForAVmThatWasDeleted() {
        TestCluster cluster = TestCluster.of(1, ha("web", Priority.LOW, "db"), ha("db", Priority.LOW));

        cluster.run(new Request.DeleteVm(Things.id("db")));

        assertFalse(cluster.vm("web").spec().highAvailability().restartAfter().contains(Things.id("db")));
        assertEquals(OperationState.SUCCEEDED, change(cluster, "web").state());
    }

    private static String refused(TestCluster cluster, String... others) {
        return change(cluster, "web", others).problem().errors().getFirst().message();
    }

    private static Operation change(TestCluster cluster, String vm, String... others) {
        VmSpec spec = cluster.vm(vm).spec();
        return cluster.run(new Request.ChangeVm(
                Things.id(vm), spec.with(after(Priority.LOW, Duration.ofMinutes(10), others)), null));
    }
}
