package io.kvorum.core.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.FencingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What is asked and waited for before a silent host is powered off. */
@NullUnmarked
class FencingPolicyTest {

    private static final UUID VM = Things.id("v");

    private static TestCluster cluster(FencingPolicy policy, int hosts) {
        Cluster cluster = Things.cluster(Cluster.SchedulingPolicy.DEFAULT, policy);
        Vm vm = Things.on(Things.ha("v"), "h1");
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), cluster, Things.store(), Things.network(), vm));
        for (int i = 1; i <= hosts; i++) {
            all.add(Things.host("h" + i));
        }
        return new TestCluster(Settings.DEFAULT, all);
    }

    private static FencingPolicy policy(int silentPercent, boolean skip, int graceSeconds, boolean switchOn) {
        return new FencingPolicy(true, silentPercent, skip, Duration.ofSeconds(graceSeconds), switchOn, true, false);
    }

    private static long switchedOff(TestCluster cluster) {
        return switched(cluster, PowerAction.OFF);
    }

    private static long switched(TestCluster cluster, PowerAction action) {
        return cluster.sent.stream()
                .filter(command ->
                        command.command() instanceof AgentCommand.PowerControl control && control.action() == action)
                .count();
    }

    private static List<String> asked(TestCluster cluster) {
        return cluster.sent.stream()
                .filter(command -> command.command() instanceof AgentCommand.ProbeHost)
                .map(command -> cluster.host(command.hostId()).self().name())
                .toList();
    }

    private static Set<String> log(TestCluster cluster, String code) {
        return cluster.log.stream()
                .filter(entry -> entry.code().equals(code))
                .map(entry -> entry.message())
                .collect(Collectors.toSet());
    }

    @Test
    void aHostThatOthersReachIsNotFencedAndTheLogSaysSoOnce() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 5);

        cluster.host("h1").cutFromEngine = true;
        cluster.advance(Duration.ofMinutes(20));

        assertEquals(0, switchedOff(cluster));
        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("h1").state());
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        assertEquals(
                1,
                cluster.codes().stream()
                        .filter("host.cut_off_from_engine"::equals)
                        .count());
    }

    @Test
    void whereHundredsAreMissedNotAllAreAskedForAtOnce() {
        TestCluster cluster = cluster(policy(50, true, 300, true), 1000);

        for (int i = 1; i <= 400; i++) {
            cluster.host("h" + i).cutFromEngine = true;
        }
        cluster.until(Duration.ofMinutes(1), c -> c.hostState("h400").state() == HostState.NON_RESPONSIVE);

        long open = cluster.openOperations().stream()
                .filter(operation -> operation.request() instanceof Request.ProbeHost)
                .count();
        assertTrue(open <= 602, open + " questions are open");
        assertTrue(asked(cluster).stream().noneMatch(name -> Integer.parseInt(name.substring(1)) <= 400));

        cluster.advance(Duration.ofMinutes(2));
        assertEquals(0, switchedOff(cluster), "All are reached by others, once it is their turn to be asked for");
    }

    @Test
    void aNewLeaderDoesNotWaitForTheQuestionsOfTheOldOne() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 5);
        cluster.hosts().forEach(host -> host.habit(AgentCommand.ProbeHost.class, Habit.MUTE));
        cluster.host("h1").cut = true;
        cluster.until(
                Duration.ofMinutes(1),
                c -> !c.waiting(AgentCommand.ProbeHost.class).isEmpty());

        cluster.newLeader();

        assertTrue(cluster.openOperations().stream()
                .noneMatch(operation -> operation.request() instanceof Request.ProbeHost));
        assertTrue(cluster.ended.values().stream()
                .filter(operation -> operation.request() instanceof Request.ProbeHost)
                .allMatch(operation -> operation.state() == OperationState.CANCELLED));
    }

    @Test
    void anAgentThatComesBackInTimeKeepsItsHostFromBeingFenced() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);

        cluster.host("h1").agentAway = true;
        cluster.advance(Duration.ofSeconds(20));
        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("h1").state());
        assertTrue(log(cluster, "host.not_fenced").iterator().next().contains("only its agent"));
        cluster.host("h1").agentAway = false;
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(0, switchedOff(cluster));
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertEquals(List.of("h1"), cluster.whereRuns("v"));
        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void anAgentThatStaysAwayDoesNotKeepItsHostForEver() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);

        cluster.host("h1").agentAway = true;
        cluster.until(Duration.ofSeconds(20), c -> c.hostState("h1").state() == HostState.NON_RESPONSIVE);
        cluster.advance(HostLiveness.AGENT_GRACE.minusSeconds(2));
        assertEquals(0, switchedOff(cluster));
        cluster.advance(Duration.ofSeconds(30));

        assertTrue(switchedOff(cluster) > 0);
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertFalse(cluster.whereRuns("v").contains("h1"));
    }

    @Test
    void asksThreeOthersAtOnceAndThenAfterGrowingWaits() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 5);

        cluster.host("h1").cutFromEngine = true;
        cluster.until(Duration.ofSeconds(20), c -> !asked(c).isEmpty());
        assertEquals(List.of("h2", "h3", "h4"), asked(cluster));
        cluster.advance(Duration.ofMinutes(2));
        int first = asked(cluster).size();
        cluster.advance(Duration.ofMinutes(10));

        int later = asked(cluster).size() - first;
        assertTrue(later >= 3 * 9 && later <= 3 * 11, later + " in the ten minutes after that");
    }

    @Test
    void aHostThatDiesAfterOthersReachedItIsFencedThen() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);
        cluster.host("h1").cutFromEngine = true;
        cluster.advance(Duration.ofMinutes(5));
        assertEquals(0, switchedOff(cluster));

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(2));

        assertTrue(switchedOff(cluster) > 0);
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, cluster.starts.get(VM));
    }

    @Test
    void aHostThatIsHeardAgainKeepsItsVms() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);
        cluster.host("h1").cutFromEngine = true;
        cluster.advance(Duration.ofMinutes(3));

        cluster.host("h1").cutFromEngine = false;
        cluster.advance(Duration.ofSeconds(20));

        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertTrue(cluster.starts.isEmpty());
        cluster.assertAtRest();
    }

    @Test
    void oneYesOutweighsThoseThatDoNotAnswer() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);
        cluster.host("h2").habit(AgentCommand.ProbeHost.class, Habit.SWALLOW);
        cluster.host("h3").habit(AgentCommand.ProbeHost.class, Habit.FAIL);

        cluster.host("h1").cutFromEngine = true;
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(0, switchedOff(cluster));
    }

    @Test
    void othersThatNeverAnswerHoldAFenceUpForLittleOnly() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);
        cluster.hosts().forEach(host -> host.habit(AgentCommand.ProbeHost.class, Habit.SWALLOW));

        cluster.host("h1").losePower();
        cluster.until(Duration.ofSeconds(9), c -> switchedOff(c) > 0);
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(VmState.UP, cluster.vm("v").state());
    }

    @Test
    void withoutThatRuleNobodyIsAskedAndTheHostIsFenced() {
        TestCluster cluster = cluster(policy(50, false, 180, true), 4);

        cluster.host("h1").cutFromEngine = true;
        cluster.until(Duration.ofSeconds(9), c -> switchedOff(c) > 0);

        assertTrue(asked(cluster).isEmpty());
    }

    @Test
    void theShareOfSilentHostsThatStopsFencingIsThePolicys() {
        TestCluster cluster = cluster(policy(20, true, 180, true), 5);
        TestCluster bold = cluster(policy(100, true, 180, true), 5);
        for (TestCluster each : List.of(cluster, bold)) {
            List.of("h1", "h2", "h3", "h4").forEach(host -> each.host(host).cut = true);
            each.advance(Duration.ofMinutes(2));
        }

        assertEquals(0, switchedOff(cluster));
        assertTrue(log(cluster, "host.not_fenced").stream().anyMatch(words -> words.contains("4 of 5 hosts")));
        assertTrue(switchedOff(bold) > 0);
    }

    @Test
    void aHostThatWasSwitchedOnIsGivenTimeToStart() {
        TestCluster cluster = cluster(policy(50, true, 300, true), 3);
        cluster.run(new Request.MaintainHost(Things.id("h3")));
        cluster.host("h3").losePower();
        cluster.host("h3").cut = true;
        Operation on = cluster.run(new Request.PowerHost(Things.id("h3"), PowerTask.ON));
        assertEquals(OperationState.SUCCEEDED, on.state());
        cluster.run(new Request.ActivateHost(Things.id("h3")));

        cluster.advance(Duration.ofMinutes(4));
        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("h3").state());
        assertEquals(0, switchedOff(cluster));
        assertTrue(log(cluster, "host.not_fenced").stream().anyMatch(words -> words.contains("starting")));

        cluster.advance(Duration.ofMinutes(2));
        assertTrue(switchedOff(cluster) > 0);
    }

    @Test
    void aHostThatWasUpSinceIsFencedAtOnce() {
        TestCluster cluster = cluster(policy(50, true, 3600, true), 3);
        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(2), c -> switched(c, PowerAction.ON) > 0);
        cluster.until(Duration.ofMinutes(2), c -> c.hostState("h1").state() == HostState.UP);
        long before = switchedOff(cluster);

        cluster.host("h1").losePower();
        cluster.until(Duration.ofSeconds(15), c -> switchedOff(c) > before);
    }

    @Test
    void aFencedHostStaysOffIfThePolicySaysSo() {
        TestCluster cluster = cluster(policy(50, true, 180, false), 3);

        cluster.host("h1").losePower();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(0, switched(cluster, PowerAction.ON));
        assertFalse(cluster.host("h1").powered);
        assertEquals(HostState.DOWN, cluster.hostState("h1").state());
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertTrue(log(cluster, "operation.succeeded").stream().anyMatch(words -> words.contains("stays off")));
    }

    @Test
    void theAnswersOfOthersAreThereOnceTheHostIsInDoubt() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);

        cluster.host("h1").losePower();
        cluster.until(Duration.ofSeconds(20), c -> c.hostState("h1").state() == HostState.NON_RESPONSIVE);
        assertEquals(3, asked(cluster).size());
        cluster.until(Duration.ofMillis(1500), c -> switchedOff(c) > 0);

        assertEquals(3, asked(cluster).size());
    }

    @Test
    void aHostThatIsHeardAgainInTimeLeavesNoTrace() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);

        for (int hiccup = 1; hiccup <= 2; hiccup++) {
            int before = asked(cluster).size();
            cluster.host("h1").cutFromEngine = true;
            cluster.until(Duration.ofSeconds(4), c -> asked(c).size() > before);
            cluster.host("h1").cutFromEngine = false;
            cluster.advance(Duration.ofSeconds(10));
        }

        assertEquals(6, asked(cluster).size());
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        assertTrue(log(cluster, "host.cut_off_from_engine").isEmpty());
    }

    @Test
    void aFencedHostRestsWithoutPowerWhileItsVmsAreRestarted() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 3);

        cluster.host("h1").losePower();
        cluster.until(Duration.ofMinutes(1), c -> c.vm("v").state() == VmState.UP && switchedOff(c) > 0);
        assertEquals(0, switched(cluster, PowerAction.ON));
        cluster.newLeader();
        cluster.advance(Settings.DEFAULT.powerOffRest().minusSeconds(2));
        assertEquals(0, switched(cluster, PowerAction.ON));
        cluster.advance(Duration.ofMinutes(1));

        assertEquals(1, switched(cluster, PowerAction.ON));
        assertEquals(HostState.UP, cluster.hostState("h1").state());
        cluster.assertAtRest();
    }

    @Test
    void aNewLeaderAsksAnew() {
        TestCluster cluster = cluster(FencingPolicy.DEFAULT, 4);
        cluster.host("h1").cutFromEngine = true;
        cluster.advance(Duration.ofSeconds(30));

        cluster.newLeader();
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(0, switchedOff(cluster));
        assertEquals(VmState.UNKNOWN, cluster.vm("v").state());
    }
}
