package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.AgentUse;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Several power agents of a host, in turn or together, and their test. */
@NullUnmarked
class PowerAgentsTest {

    private static final UUID DUAL = Things.id("dual");

    private static TestCluster dual() {
        Host host = Things.twoSupplies(Things.host("dual"));
        return TestCluster.of(2, host, Things.on(Things.ha("v"), "dual"));
    }

    private static List<String> switched(TestCluster cluster) {
        return cluster.sent.stream()
                .filter(command -> command.command() instanceof AgentCommand.PowerControl)
                .map(command -> (AgentCommand.PowerControl) command.command())
                .map(control -> control.action() + " " + control.powerAgentIndex())
                .toList();
    }

    private static PowerAgent agent(String type, String username, Map<String, String> options) {
        return new PowerAgent(type, "bmc.example", 623, username, "sealed", options);
    }

    private static Operation test(TestCluster cluster, PowerAgent... agents) {
        return cluster.run(new Request.TestPowerManagement(
                Things.id("h1"), new PowerManagement(true, AgentUse.ONE_OF, List.of(agents))));
    }

    @Test
    void agentsThatWorkTogetherAreAllOffBeforeAnyIsOnAgain() {
        TestCluster cluster = dual();

        cluster.host("dual").losePower();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(List.of("OFF 0", "OFF 1", "ON 0", "ON 1"), switched(cluster));
        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, cluster.starts.get(Things.id("v")));
        assertTrue(cluster.host("dual").suppliesOff.isEmpty());
    }

    @Test
    void oneSupplyThatStaysOnProvesNothing() {
        TestCluster cluster = dual();
        cluster.host("dual").brokenAgents.add(1);

        cluster.host("dual").cut = true;
        cluster.advance(Duration.ofMinutes(5));

        assertEquals(HostState.NON_RESPONSIVE, cluster.hostState("dual").state());
        assertEquals(List.of("dual"), cluster.whereRuns("v"));
        assertTrue(cluster.starts.isEmpty());
        assertTrue(cluster.codes().contains("host.fence_failed"));
        assertFalse(switched(cluster).contains("ON 0"));
    }

    @Test
    void theOthersAreLeftAloneIfTheFirstCannotBeSwitchedOff() {
        TestCluster cluster = dual();
        cluster.host("dual").brokenAgents.add(0);

        cluster.host("dual").cut = true;
        cluster.advance(Duration.ofMinutes(5));

        assertFalse(switched(cluster).contains("OFF 1"));
        assertTrue(cluster.host("dual").powered);
    }

    @Test
    void aNewLeaderGoesOnWithTheAgentsThatAreLeft() {
        TestCluster cluster = dual();
        cluster.host("dual").losePower();
        cluster.until(Duration.ofSeconds(30), c -> switched(c).contains("OFF 1"));

        cluster.newLeader();
        cluster.advance(Duration.ofMinutes(2));

        assertEquals(VmState.UP, cluster.vm("v").state());
        assertEquals(1, switched(cluster).stream().filter("OFF 0"::equals).count());
    }

    @Test
    void theirStateIsOnWhileOneOfThemIsOn() {
        TestCluster cluster = dual();
        cluster.host("dual").suppliesOff.add(0);

        Operation end = cluster.run(new Request.PowerHost(DUAL, PowerTask.STATUS));

        assertEquals("The power of host dual is on.", end.summary());
        assertEquals(2, end.steps().size());
    }

    @Test
    void theTestAsksEveryAgentThroughEveryProxyAndSwitchesNothing() {
        TestCluster cluster = TestCluster.of(3);

        Operation end = test(cluster, agent("ipmilan", "admin", Map.of()), agent("redfish", "admin", Map.of()));

        assertEquals(OperationState.SUCCEEDED, end.state());
        assertEquals(
                List.of(
                        "power status by agent 1 through h2",
                        "power status by agent 1 through h3",
                        "power status by agent 2 through h2",
                        "power status by agent 2 through h3"),
                end.steps().stream().map(Step::name).toList());
        assertTrue(switched(cluster).stream().noneMatch(action -> !action.startsWith(PowerAction.STATUS.name())));
        assertTrue(cluster.host("h1").powered);
    }

    @Test
    void theTestSaysWhichAgentFailedAndWhy() {
        TestCluster cluster = TestCluster.of(2);

        Operation end = test(cluster, agent("ipmilan", "admin", Map.of()), agent("ipmilan", "wrong", Map.of()));

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(
                end.problem()
                        .detail()
                        .contains("power status by agent 2 through h2: It refused the user name or the password."),
                () -> end.problem().detail());
        assertTrue(end.problem().detail().contains("What answered: power status by agent 1 through h2: on."));
    }

    @Test
    void theTestRefusesWhatCouldNotBeStoredEither() {
        TestCluster cluster = TestCluster.of(2);

        for (PowerAgent wrong : List.of(
                agent("dummy", "admin", Map.of()),
                agent("ipmilan", "admin\naction=off", Map.of()),
                agent("ipmilan", "admin", Map.of("passwd_script", "/bin/sh")),
                agent("ipmilan", "admin", Map.of("ipmitool_path", "/bin/sh")),
                agent("redfish", "admin", Map.of("cipher", "3")),
                agent("ipmilan", "admin", Map.of("login_timeout", "1\naction=off")),
                agent("ipmilan", "admin", Map.of("login_timeout", "$(reboot)")))) {
            assertEquals(OperationState.REFUSED, test(cluster, wrong).state(), () -> "accepted " + wrong);
        }
        assertEquals(OperationState.REFUSED, test(cluster).state());
        assertTrue(cluster.sent.stream().noneMatch(command -> command.command() instanceof AgentCommand.TestPower));
    }

    @Test
    void theTestSaysThatNobodyIsThereToAsk() {
        TestCluster cluster = TestCluster.of(1);

        Operation end = test(cluster, agent("ipmilan", "admin", Map.of()));

        assertEquals(OperationState.REFUSED, end.state());
        assertTrue(end.problem().detail().contains("No other host"));
    }
}
