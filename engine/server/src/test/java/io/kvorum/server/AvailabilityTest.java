package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.agroal.api.AgroalDataSource;
import io.kvorum.server.ApiClient.Answer;
import io.kvorum.server.leadership.Terms;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hosts die, are cut off, crash their guests; leaders lose their term: and what becomes of the VMs. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class AvailabilityTest {

    private static final String DYING = "sim-0004";
    private static final Map<String, ?> HIGHLY_AVAILABLE =
            Map.of("highAvailability", Map.of("enabled", true, "priority", "high"));

    private TestFleet fleet;
    private ApiClient api;
    private String dyingId = "";

    @Inject
    AgroalDataSource dataSource;

    @Inject
    Terms terms;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
        dyingId = fleet.hostId(DYING);
        powerManagement(true);
    }

    @AfterEach
    void bringTheHostBack() {
        fleet.simulation.ask("power-on", DYING);
        fleet.simulation.ask("heal", DYING);
        fleet.await("/hosts/" + dyingId, host -> TestFleet.is(host, "up"));
        // A fence rests before it switches the host on again, and has it to itself until then.
        fleet.await(
                "/operations?subjectId=" + dyingId + "&state=running",
                page -> page.path("items").isEmpty());
        powerManagement(false);
    }

    @Test
    void restartsHighlyAvailableVmsElsewhereOnceAndReportsTheOthersDown() {
        String important = fleet.vmOn(DYING, ApiClient.unique("important"), HIGHLY_AVAILABLE);
        String ordinary = fleet.vmOn(DYING, ApiClient.unique("ordinary"), Map.of());

        fleet.simulation.ask("power-off", DYING);

        fleet.await(
                "/vms/" + important,
                vm -> TestFleet.is(vm, "up") && !vm.path("hostId").asText().equals(dyingId));
        fleet.await("/vms/" + ordinary, vm -> TestFleet.is(vm, "down"));
        assertNotEquals(DYING, fleet.hostOf(important));
        assertEquals(1, fleet.holders(important));
        assertEquals(0, fleet.holders(ordinary));
        assertTrue(told("host.down", dyingId) > 0, "Nobody was told that the host was fenced");
        remove(important, ordinary);
    }

    @Test
    void aHostThatIsCutOffIsFencedBeforeItsVmRunsElsewhere() {
        String important = fleet.vmOn(DYING, ApiClient.unique("isolated"), HIGHLY_AVAILABLE);

        fleet.simulation.ask("cut", DYING);

        fleet.await(
                "/vms/" + important,
                vm -> TestFleet.is(vm, "up") && !vm.path("hostId").asText().equals(dyingId));
        assertEquals(1, fleet.holders(important));
        remove(important);
    }

    @Test
    void withoutAWayToProveItsDeathAHostsVmStartsNowhereElseUntilItIsHeardAgain() {
        powerManagement(false);
        String important = fleet.vmOn(DYING, ApiClient.unique("doubtful"), HIGHLY_AVAILABLE);

        fleet.simulation.ask("cut", DYING);

        fleet.await("/vms/" + important, vm -> TestFleet.is(vm, "unknown"));
        CompletableFuture<Answer> start = CompletableFuture.supplyAsync(() -> api.post("/vms/" + important + "/start"));
        Answer wrongName = api.post("/hosts/" + dyingId + "/confirm-down", Map.of("hostName", "sim-0001"))
                .expect(400);
        assertTrue(wrongName.text().contains(DYING), wrongName.text());
        assertEquals(1, fleet.holders(important));

        fleet.simulation.ask("heal", DYING);

        Answer refused = start.join().expect(409);
        assertTrue(refused.detail().contains("cannot be started"), refused.text());
        assertEquals(1, told("operation.refused", important), "It was refused, but not once");
        fleet.await("/vms/" + important, vm -> TestFleet.is(vm, "up"));
        assertEquals(DYING, fleet.hostOf(important));
        remove(important);
    }

    @Test
    void restartsAHighlyAvailableVmThatCrashesAndLeavesAnotherDown() {
        String important = fleet.vmOn(DYING, ApiClient.unique("crashing"), HIGHLY_AVAILABLE);
        String ordinary = fleet.vmOn(DYING, ApiClient.unique("fallen"), Map.of());

        fleet.simulation.ask("crash", DYING, important);
        fleet.simulation.ask("crash", DYING, ordinary);

        fleet.await("/vms/" + ordinary, vm -> TestFleet.is(vm, "down"));
        fleet.await("/vms/" + important, vm -> TestFleet.is(vm, "up") && fleet.holders(important) == 1);
        assertEquals(0, fleet.holders(ordinary));
        remove(important, ordinary);
    }

    @Test
    void guestsOutliveTheirAgent() {
        String vm = fleet.vmOn(DYING, ApiClient.unique("outliving"), Map.of());

        fleet.simulation.ask("restart-agent", DYING);

        api.succeeded(api.post("/vms/" + vm + "/pause"));
        api.succeeded(api.post("/vms/" + vm + "/resume"));
        assertEquals(DYING, fleet.hostOf(vm));
        assertEquals(1, fleet.holders(vm));
        remove(vm);
    }

    @Test
    void theNextTermFinishesWhatAnEarlierOneBegan() throws SQLException {
        String vm = fleet.vm(ApiClient.unique("inherited"));
        fleet.simulation.ask("slow", DYING, "100");
        Answer start = api.post("/vms/" + vm + "/start", Map.of("hostId", dyingId));
        long before = terms.currentEpoch();

        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("update term set epoch = epoch + 1, leader = 'another'");
        }
        JsonNode operation = api.succeeded(start);

        assertTrue(terms.currentEpoch() > before + 1, "No new term began");
        assertEquals("start_vm", operation.path("type").asText());
        fleet.simulation.ask("slow", DYING, "1");
        assertEquals("up", fleet.vmNow(vm).path("state").asText());
        assertEquals(1, fleet.holders(vm));
        remove(vm);
    }

    private void powerManagement(boolean enabled) {
        Map<String, ?> bmc = Map.of("type", "ipmilan", "address", DYING, "password", "secret");
        api.put("/hosts/" + dyingId + "/power-management", Map.of("enabled", enabled, "agents", List.of(bmc)))
                .expect(200);
    }

    /** How often this was told of that. */
    private int told(String code, String subjectId) {
        int times = 0;
        for (JsonNode event : api.get("/events?limit=200").expect(200).json().path("items")) {
            if (event.path("code").asText().equals(code)
                    && TestFleet.subject(event).equals(subjectId)) {
                times++;
            }
        }
        return times;
    }

    private void remove(String... vms) {
        for (String vm : vms) {
            assertFalse(vm.isEmpty());
            fleet.remove(vm);
        }
    }
}
