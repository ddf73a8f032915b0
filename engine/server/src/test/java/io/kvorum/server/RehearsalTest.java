package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settings are tried on the loads that were recorded, over the API; the tests' engine records in steps of two seconds. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class RehearsalTest {

    private TestFleet fleet;
    private String path = "";

    @BeforeEach
    void fleet() {
        fleet = TestFleet.get();
        path = "/clusters/" + fleet.clusterId + "/rehearsals";
    }

    private JsonNode ended(String id) {
        return fleet.await(path + "/" + id, run -> !run.path("state").asText().equals("running"));
    }

    /** Begins one once there is something recorded, and none runs. */
    private JsonNode begin(Map<String, ?> body) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (true) {
            ApiClient.Answer answer = fleet.api.post(path, body);
            if (answer.status() != 409 || System.nanoTime() > deadline) {
                return answer.expect(202).json();
            }
            ApiClient.pause();
        }
    }

    @Test
    void settingsAreTriedBesideThoseInUseAndNothingIsDone() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("rehearsed"), Map.of());
        JsonNode before =
                fleet.api.get("/clusters/" + fleet.clusterId).expect(200).json();
        JsonNode begun = begin(Map.of(
                "schedulingPolicy",
                "power_saving",
                "highUtilizationPercent",
                70,
                "balancing",
                Map.of("mode", "review"),
                "powerSaving",
                Map.of("lowUtilizationPercent", 30)));
        assertEquals(
                before.path("highUtilizationPercent").asInt(),
                begun.path("thresholdPercent").asInt());

        JsonNode run = ended(begun.path("id").asText());
        assertEquals("done", run.path("state").asText(), run.toString());
        assertEquals(100, run.path("progressPercent").asInt());
        JsonNode inUse = run.path("inUse");
        JsonNode proposed = run.path("proposed");
        assertEquals(
                before.path("schedulingPolicy").asText(),
                inUse.path("settings").path("schedulingPolicy").asText());
        assertEquals(
                "power_saving",
                proposed.path("settings").path("schedulingPolicy").asText());
        assertEquals(
                70, proposed.path("settings").path("highUtilizationPercent").asInt());
        for (JsonNode side : new JsonNode[] {inUse, proposed}) {
            JsonNode outcome = side.path("outcome");
            assertTrue(outcome.path("kwh").asDouble() > 0, run.toString());
            assertTrue(outcome.path("hostHoursOn").asDouble() > 0, run.toString());
            assertFalse(outcome.path("timeline").isEmpty(), run.toString());
            assertEquals(0, outcome.path("overThresholdSeconds").asInt(), run.toString());
        }
        assertFalse(run.path("assumptions").isEmpty());
        assertEquals(
                before,
                fleet.api.get("/clusters/" + fleet.clusterId).expect(200).json());

        assertTrue(fleet.api
                .get(path)
                .expect(200)
                .json()
                .toString()
                .contains(run.path("id").asText()));
        fleet.api.delete(path + "/" + run.path("id").asText()).expect(204);
        fleet.api.get(path + "/" + run.path("id").asText()).expect(404);
        fleet.remove(vm);
    }

    private ApiClient.Answer trace(String query, String text) {
        return fleet.api.send(
                "POST", "/rehearsal-traces" + query, BodyPublishers.ofString(text), "Content-Type", "text/csv");
    }

    @Test
    void settingsAreTriedOnATrace() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("traced"), Map.of());
        JsonNode trace = trace("?name=a+day&stepSeconds=60", "a,b\n" + "50,20\n".repeat(30))
                .expect(201)
                .json();
        assertEquals(2, trace.path("columns").asInt());
        assertEquals(30, trace.path("steps").asInt());
        String id = trace.path("id").asText();

        JsonNode run = ended(begin(Map.of("traceId", id, "from", "2030-01-01T00:00:00Z"))
                .path("id")
                .asText());

        assertEquals("done", run.path("state").asText(), run.toString());
        assertEquals("a day", run.path("trace").asText());
        assertEquals("2030-01-01T00:30:00Z", run.path("to").asText());
        assertTrue(run.path("assumptions").toString().contains("columns"), run.toString());
        assertTrue(run.path("inUse").path("outcome").path("highestLoad").asDouble() > 0, run.toString());

        assertTrue(fleet.api.get("/rehearsal-traces").expect(200).text().contains(id));
        fleet.api.delete("/rehearsal-traces/" + id).expect(204);
        fleet.api.delete("/rehearsal-traces/" + id).expect(404);
        assertTrue(
                fleet.api.post(path, Map.of("traceId", id)).expect(400).text().contains("traceId"));
        fleet.remove(vm);
    }

    @Test
    void aTraceThatIsNoneIsRefusedByItsLine() {
        assertTrue(trace("", "1,2\n3,many\n").expect(400).text().contains("Line 2, column 2"));
        assertTrue(trace("?stepSeconds=1", "1\n2\n").expect(400).text().contains("stepSeconds"));
        String id = trace("", "1\n2\n").expect(201).id();
        assertTrue(fleet.api
                .post(path, Map.of("traceId", id, "hours", 3))
                .expect(400)
                .text()
                .contains("hours"));
        assertTrue(fleet.api
                .post(path, Map.of("traceId", id, "from", "+99999-01-01T00:00:00Z"))
                .expect(400)
                .text()
                .contains("from"));
        fleet.api.delete("/rehearsal-traces/" + id).expect(204);
    }

    @Test
    void whatCannotBeTriedIsRefusedByName() {
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("hours", 0),
                Map.of("hours", 10_000),
                Map.of("schedulingPolicy", "perhaps"),
                Map.of("highUtilizationPercent", 101),
                Map.of("from", "2100-01-01T00:00:00Z"),
                Map.of("to", "2026-01-01T00:00:00Z"))) {
            String field = wrong.keySet().iterator().next();
            String problem = fleet.api.post(path, wrong).expect(400).json().toString();
            assertTrue(problem.contains(field), problem);
        }
        fleet.api.post(path, Map.of("balancing", Map.of("aggressiveness", 9))).expect(400);
        fleet.api
                .post("/clusters/" + UUID.randomUUID() + "/rehearsals", Map.of())
                .expect(404);
        fleet.api.get(path + "/" + UUID.randomUUID()).expect(404);
    }

    @Test
    void aClusterWithoutRecordedLoadsHasNothingToRehearse() {
        String empty = fleet.api
                .post("/clusters", Map.of("name", ApiClient.unique("empty"), "dataCenterId", fleet.dataCenterId))
                .expect(201)
                .id();
        String problem = fleet.api
                .post("/clusters/" + empty + "/rehearsals", Map.of())
                .expect(409)
                .json()
                .toString();
        assertTrue(problem.contains("No loads"), problem);
    }
}
