package io.kvorum.server;

import static io.kvorum.server.ConfigurationTest.assertField;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.agroal.api.AgroalDataSource;
import io.kvorum.agent.fencing.FenceAgents;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.PowerAction;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BMCs of hosts: what they may be, that they are reached, and that their passwords are told to nobody else. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class PowerManagementTest {

    private static final String PASSWORD = "S3cret-of-the-BMC";

    private final CapturedLog logged = new CapturedLog();

    private TestFleet fleet;
    private ApiClient api;

    @Inject
    AgroalDataSource dataSource;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
        logged.listen();
    }

    @AfterEach
    void stopListening() {
        logged.close();
    }

    @Test
    void usesTheBmcsPasswordButShowsStoresAndLogsItNowhere() throws SQLException {
        String host = fleet.hostId("sim-0003");

        Answer changed = powerManagement(host, "sim-0003").expect(200);
        JsonNode asked = api.succeeded(api.post("/hosts/" + host + "/fence", Map.of("action", "status")));
        powerManagement(host, "bmc-that-is-not-there").expect(200);
        JsonNode failed = api.ended(api.post("/hosts/" + host + "/fence", Map.of("action", "status")));

        assertTrue(asked.path("summary").asText().contains("on"), asked.toString());
        assertEquals("failed", failed.path("state").asText(), failed.toString());
        assertFalse(changed.text().contains(PASSWORD), changed.text());
        for (String path : List.of(
                "/hosts",
                "/hosts/" + host,
                "/operations?subjectId=" + host,
                "/operations/" + failed.path("id").asText(),
                "/events?limit=200",
                "/tree",
                "/status")) {
            assertFalse(api.get(path).expect(200).text().contains(PASSWORD), path);
        }
        assertTrue(stored("host").contains("operator"));
        for (String table : List.of("host", "operation", "event_log")) {
            assertFalse(stored(table).contains(PASSWORD), "PostgreSQL knows the password, in table " + table);
        }
        assertTrue(
                logged.contains(failed.path("id").asText()),
                () -> "The log does not tell of the operation: " + logged.lines());
        assertFalse(logged.contains(PASSWORD), "The engine logs the password");
        assertFalse(fleet.simulation.log().contains(PASSWORD), "The agent logs the password");
    }

    @Test
    void testsEveryAgentThroughEveryProxyBeforeItIsStored() throws SQLException {
        String host = fleet.hostId("sim-0002");
        JsonNode before = api.get("/hosts/" + host).expect(200).json().path("powerManagement");
        List<Map<String, String>> agents = List.of(
                Map.of("type", "ipmilan", "address", "sim-0002", "username", "operator", "password", PASSWORD),
                Map.of("type", "ipmilan", "address", "bmc-that-is-not-there", "password", PASSWORD));

        JsonNode end = api.ended(api.post(
                "/hosts/" + host + "/power-management/test",
                Map.of("enabled", true, "use", "together", "agents", agents)));

        assertEquals("failed", end.path("state").asText(), end.toString());
        assertEquals(4, end.path("steps").size(), end.toString());
        assertEquals("done", end.path("steps").path(0).path("state").asText());
        assertEquals("failed", end.path("steps").path(2).path("state").asText());
        assertTrue(end.path("steps").path(2).path("detail").asText().contains("bmc-that-is-not-there"));
        assertFalse(end.toString().contains(PASSWORD), "The operation shows the password");
        assertFalse(stored("operation").contains(PASSWORD), "PostgreSQL knows the password");
        assertEquals(before, api.get("/hosts/" + host).expect(200).json().path("powerManagement"));
    }

    @Test
    void refusesToTestWhatCouldNotBeStored() {
        Answer answer = api.post(
                "/hosts/" + fleet.hostId("sim-0002") + "/power-management/test",
                Map.of(
                        "enabled",
                        true,
                        "agents",
                        List.of(Map.of(
                                "type",
                                "ipmilan",
                                "address",
                                "sim-0002",
                                "options",
                                Map.of("login_timeout", "1\naction=off")))));

        JsonNode end = answer.status() == 202 ? api.ended(answer) : answer.json();
        assertTrue(end.toString().contains("login_timeout"), end.toString());
        assertFalse("succeeded".equals(end.path("state").asText()), end.toString());
    }

    @Test
    void keepsAPasswordThatIsLeftOutButSendsItToNoOtherBmc() {
        String host = fleet.hostId("sim-0003");
        powerManagement(host, "sim-0003").expect(200);

        JsonNode kept = power(host, Map.of("type", "ipmilan", "address", "sim-0003", "username", "other"))
                .expect(200)
                .json();
        Answer other = power(host, Map.of("type", "ipmilan", "address", "bmc-of-somebody-else"))
                .expect(400);

        assertTrue(
                kept.path("powerManagement")
                        .path("agents")
                        .path(0)
                        .path("passwordSet")
                        .asBoolean(),
                kept.toString());
        assertField(other, "agents[0].password", "another BMC");
    }

    @ParameterizedTest
    @CsvSource({"type,apc,ipmilan", "address,-x,DNS name", "port,0,from 1 to 65535", "port,65536,from 1 to 65535"})
    void saysWhatIsWrongWithPowerManagement(String field, String value, String limit) {
        Map<String, Object> agent = new HashMap<>(Map.of("type", "ipmilan", "address", "bmc-1"));
        agent.put(field, field.equals("port") ? Integer.valueOf(value) : value);

        Answer answer = api.put(
                        "/hosts/" + fleet.hostId("sim-0002") + "/power-management",
                        Map.of("enabled", true, "agents", List.of(agent)))
                .expect(400);

        assertField(answer, "powerManagement.agents[0]." + field, limit);
    }

    /** Otherwise it would come out when a host is to be fenced. */
    @ParameterizedTest
    @ValueSource(strings = {"ipmilan", "redfish", "ilo4", "ilo5", "idrac"})
    void allowsTheOptionsThatTheAgentsAllow(String type) {
        Answer engine = power(
                        fleet.hostId("sim-0002"),
                        Map.of("type", type, "address", "bmc-1", "options", Map.of("bogus", "1")))
                .expect(400);
        PowerControl command = PowerControl.newBuilder()
                .setAction(PowerAction.POWER_ACTION_STATUS)
                .setAgent(PowerAgent.newBuilder().setType(type).putOptions("bogus", "1"))
                .build();
        CommandFailure agent = assertThrows(
                CommandFailure.class,
                () -> new FenceAgents()
                        .control(
                                command,
                                new CommandContext("c", "o", System.nanoTime() + 5_000_000_000L, progress -> {})));

        assertEquals(allowed(String.valueOf(agent.getMessage())), allowed(engine.text()));
    }

    /** The list in square brackets at the end of such a message. */
    private static String allowed(String message) {
        Matcher list = Pattern.compile("allowed(?: are|:) (\\[[^\\]]+\\])").matcher(message);
        assertTrue(list.find(), message);
        return list.group(1);
    }

    private Answer powerManagement(String host, String address) {
        return power(host, Map.of("type", "ipmilan", "address", address, "username", "operator", "password", PASSWORD));
    }

    private Answer power(String host, Map<String, ?> agent) {
        return api.put("/hosts/" + host + "/power-management", Map.of("enabled", true, "agents", List.of(agent)));
    }

    /** Every row of a table as text. */
    private String stored(String table) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select string_agg(t::text, ' ') from " + table + " t");
                ResultSet rows = statement.executeQuery()) {
            assertTrue(rows.next());
            return String.valueOf(rows.getString(1));
        }
    }
}
