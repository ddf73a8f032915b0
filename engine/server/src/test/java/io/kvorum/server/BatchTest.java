package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many VMs with one request. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class BatchTest {

    private TestFleet fleet;
    private ApiClient api;

    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    private Map<String, Object> vm(String name, long memoryBytes, boolean start) {
        return Map.of(
                "name",
                name,
                "clusterId",
                fleet.clusterId,
                "hardware",
                Map.of("memoryBytes", memoryBytes),
                "start",
                start);
    }

    private Answer create(boolean allOrNothing, List<Map<String, Object>> vms) {
        return api.post("/vms/batch-create", Map.of("vms", vms, "allOrNothing", allOrNothing));
    }

    private List<String> vmsOf(JsonNode operation, String type) {
        List<String> ids = new ArrayList<>();
        api.get("/operations?limit=1000&parentId=" + operation.path("id").asText())
                .expect(200)
                .json()
                .path("items")
                .forEach(child -> {
                    assertEquals("succeeded", child.path("state").asText(), child.toString());
                    if (child.path("type").asText().equals(type)) {
                        ids.add(child.path("subject").path("id").asText());
                    }
                });
        return ids;
    }

    @Test
    void makesAndStartsThemAsOneOperation() {
        String name = ApiClient.unique("many");
        Answer accepted = create(
                false,
                IntStream.range(0, 5)
                        .mapToObj(i -> vm(name + "-" + i, 64L << 20, i > 0))
                        .toList());
        accepted.expect(202);

        JsonNode operation = api.succeeded(accepted);

        assertEquals("create_vms", operation.path("type").asText());
        assertEquals("4 VMs run.", operation.path("summary").asText());
        List<String> made = vmsOf(operation, "create_vm");
        assertEquals(5, made.size());
        assertEquals(4, vmsOf(operation, "start_vm").size());

        JsonNode started = api.succeeded(
                api.post("/vms/batch-start", Map.of("vmIds", made)).expect(202));
        assertEquals("5 VMs run.", started.path("summary").asText());
        assertEquals(1, vmsOf(started, "start_vm").size());
        made.forEach(fleet::remove);
    }

    @Test
    void aWrongFieldOfOneRefusesAllByItsPath() {
        String name = ApiClient.unique("wrong");

        Answer inCore = create(false, List.of(vm(name + "-1", 64L << 20, true), vm(name + "-1", 1, true)))
                .expect(400);
        Answer inApi = create(false, List.of(vm(name + "-1", 64L << 20, true), Map.of("name", name + "-2")))
                .expect(400);

        assertTrue(inCore.text().contains("vms[1].name"), inCore.text());
        assertTrue(inCore.text().contains("vms[1].hardware.memoryBytes"), inCore.text());
        assertTrue(inApi.text().contains("vms[1].clusterId"), inApi.text());
        assertEquals(0, api.get("/vms?q=" + name).json().path("items").size());
    }

    @Test
    void allOrNothingNamesWhoHasNoHost() {
        String name = ApiClient.unique("whole");

        Answer refused = create(
                        true,
                        List.of(vm(name + "-1", 64L << 20, true), vm(name + "-2", 2 * TestFleet.MEMORY_BYTES, true)))
                .expect(409);

        assertTrue(refused.detail().contains("room for 1 of 2 VMs"), refused.text());
        assertTrue(refused.detail().contains(name + "-2"), refused.text());
        assertEquals(0, api.get("/vms?q=" + name).json().path("items").size());
    }

    @Test
    void refusesWhatIsNoBatch() {
        api.post("/vms/batch-create", Map.of("vms", List.of())).expect(400);
        api.post("/vms/batch-create", Map.of()).expect(400);
        api.post("/vms/batch-start", Map.of("vmIds", List.of(UUID.randomUUID())))
                .expect(404);
        Answer tooMany = api.post(
                        "/vms/batch-start",
                        Map.of(
                                "vmIds",
                                IntStream.range(0, 501)
                                        .mapToObj(i -> UUID.randomUUID())
                                        .toList()))
                .expect(400);
        assertTrue(tooMany.text().contains("1 to 500"), tooMany.text());
    }
}
