package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.Host.AgentUse;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class HostRulesTest {
    private final TestCluster cluster = TestCluster.of(2, Things.vm("v"));

    private void refuses(Request request, String field, String value, String words) {
        Operation end = cluster.run(request);
        assertEquals(OperationState.REFUSED, end.state(), () -> request + " was not refused");
        FieldProblem problem = end.problem().errors().stream()
                .filter(error -> error.field().equals(field))
                .findFirst()
                .orElseThrow(() -> new AssertionError(field + " is not among " + end.problem()));
        assertEquals(value, problem.value());
        assertTrue(problem.message().contains(words), problem.message());
    }

    private static Request create(ConfigObject object) {
        return new Request.Configure(object, 0);
    }

    private static Request register(String id, HostSpec spec, String machine) {
        return new Request.RegisterHost(Things.id(id), spec, Things.facts(machine), Instant.EPOCH);
    }

    private static HostSpec spec(String name, String address, int port, PowerManagement power) {
        return new HostSpec(name, Things.CLUSTER, address, port, power);
    }

    @Test
    void aHostIsRegisteredOnce() {
        HostSpec good = spec("n", "n.example", 1, PowerManagement.NONE);

        refuses(register("n", good, "h1"), "facts.hardwareId", "hw-h1", "registered as h1");
        refuses(register("n", spec("H1", "n.example", 1, PowerManagement.NONE), "n"), "name", "H1", "Another host");
        refuses(
                register("n", spec("n", "H1.example", 8443, PowerManagement.NONE), "n"),
                "address",
                "H1.example",
                "h1 is there");
        refuses(register("n", spec("n", "-x", 0, PowerManagement.NONE), "n"), "address", "-x", "DNS name");
        refuses(register("n", spec("n", "-x", 0, PowerManagement.NONE), "n"), "port", "0", "1 to 65535");
        assertEquals(
                OperationState.SUCCEEDED, cluster.run(register("n", good, "n")).state());
        assertEquals(
                Problem.Type.CONFLICT,
                cluster.run(register("n", good, "n")).problem().type());
    }

    @Test
    void powerAgentsAreChecked() {
        PowerAgent unknown = new PowerAgent("magic", "-x", 0, "a\nb", "", Map.of());
        PowerAgent ipmi =
                new PowerAgent("ipmilan", "bmc-1", 623, "", "", Map.of("ssl_insecure", "1", "cipher", "$(x)"));
        PowerAgent redfish = new PowerAgent("redfish", "bmc-1", 443, "", "", Map.of("cipher", "3"));

        assertPowerRefused(unknown, "type", "address", "port", "username");
        assertPowerRefused(ipmi, "options", "options.cipher");
        assertPowerRefused(redfish, "options");
    }

    private void assertPowerRefused(PowerAgent agent, String... fields) {
        Request request = new Request.ChangeHost(
                Things.id("h1"),
                spec("h1", "h1.example", 8443, new PowerManagement(true, AgentUse.ONE_OF, List.of(agent))),
                null);
        Operation end = cluster.run(request);
        assertEquals(
                Stream.of(fields)
                        .map(field -> "powerManagement.agents[0]." + field)
                        .sorted()
                        .toList(),
                end.problem().errors().stream()
                        .map(FieldProblem::field)
                        .sorted()
                        .toList());
    }

    @Test
    void aHostChangesItsClusterOnlyInMaintenance() {
        UUID other = Things.id("c2");
        cluster.run(create(Cluster.named(other, "c2", Things.DATA_CENTER)));
        HostSpec moved = new HostSpec("h1", other, "h1.example", 8443, Things.power(1));

        Operation early = cluster.run(new Request.ChangeHost(Things.id("h1"), moved, null));
        cluster.run(new Request.MaintainHost(Things.id("h1")));
        Operation then = cluster.run(new Request.ChangeHost(Things.id("h1"), moved, null));

        assertEquals(Problem.Type.CONFLICT, early.problem().type());
        assertEquals(OperationState.SUCCEEDED, then.state());
    }
}
