package io.kvorum.server;

import static io.kvorum.server.ConfigurationTest.assertField;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sizes that have names, from the API to the VMs that have them. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class InstanceTypeTest {

    private static final long GIB = 1L << 30;

    private TestFleet fleet;
    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    private String type(int cores, long memory, long guaranteed) {
        return api.post(
                        "/instance-types",
                        Map.of(
                                "name",
                                ApiClient.unique("type"),
                                "coresPerSocket",
                                cores,
                                "memoryBytes",
                                memory,
                                "guaranteedMemoryBytes",
                                guaranteed))
                .expect(201)
                .id();
    }

    /** Without sizes of its own. */
    private Map<String, Object> body(String name, String type) {
        Map<String, Object> body = fleet.vmBody(name);
        body.remove("hardware");
        body.put("instanceTypeId", type);
        return body;
    }

    private static void hasSize(JsonNode vm, int cores, long memory, long guaranteed) {
        JsonNode hardware = vm.path("hardware");
        assertEquals(1, hardware.path("sockets").asInt());
        assertEquals(cores, hardware.path("coresPerSocket").asInt());
        assertEquals(memory, hardware.path("memoryBytes").asLong());
        assertEquals(guaranteed, hardware.path("guaranteedMemoryBytes").asLong());
    }

    @Test
    void aVmGetsTheSizeOfItsTypeAndKeepsToIt() {
        String small = type(2, 2 * GIB, GIB);
        String large = type(4, 3 * GIB, 3 * GIB);
        String name = ApiClient.unique("typed");
        Map<String, Object> body = body(name, small);
        body.put("templateId", fleet.templateId);
        String vm = TestFleet.subject(api.succeeded(api.post("/vms", body)));
        assertEquals(small, fleet.vmNow(vm).path("instanceTypeId").asText());
        hasSize(fleet.vmNow(vm), 2, 2 * GIB, GIB);

        assertField(
                api.patch("/vms/" + vm, Map.of("hardware", Map.of("memoryBytes", 4 * GIB)))
                        .expect(400),
                "hardware.memoryBytes",
                "has 2147483648");
        api.succeeded(api.post("/vms/" + vm + "/start"));
        Answer running =
                api.patch("/vms/" + vm, Map.of("instanceTypeId", large)).expect(409);
        assertTrue(running.detail().contains("it must be down"), running.text());
        api.ended(api.post("/vms/" + vm + "/force-off"));
        hasSize(
                api.patch("/vms/" + vm, Map.of("instanceTypeId", large))
                        .expect(200)
                        .json(),
                4,
                3 * GIB,
                3 * GIB);
        JsonNode free = api.patch(
                        "/vms/" + vm, Map.of("instanceTypeId", "", "hardware", Map.of("memoryBytes", 4 * GIB)))
                .expect(200)
                .json();
        assertTrue(free.path("instanceTypeId").isNull());
        hasSize(free, 4, 4 * GIB, 4 * GIB);
        assertField(
                api.patch("/vms/" + vm, Map.of("instanceTypeId", "large")).expect(400),
                "instanceTypeId",
                "id of an instance type");

        fleet.remove(vm);
        api.delete("/instance-types/" + small).expect(204);
        api.delete("/instance-types/" + large).expect(204);
    }

    @Test
    void aTypeStaysAsItIsWhileVmsNameIt() {
        String type = type(1, GIB, GIB);
        String name = ApiClient.unique("typed");
        String vm = TestFleet.subject(api.succeeded(api.post("/vms", body(name, type))));

        JsonNode read = api.get("/instance-types/" + type).expect(200).json();
        assertEquals(1, read.path("vmCount").asInt());
        assertEquals(1, read.path("sockets").asInt());
        List<JsonNode> named = api.all("/vms?instanceTypeId=" + type, 10);
        assertEquals(
                List.of(name),
                named.stream().map(found -> found.path("name").asText()).toList());
        assertField(
                api.patch("/instance-types/" + type, Map.of("memoryBytes", 2 * GIB))
                        .expect(400),
                "memoryBytes",
                "Make another type");
        assertEquals(
                "for tests",
                api.patch("/instance-types/" + type, Map.of("description", "for tests", "memoryBytes", GIB))
                        .expect(200)
                        .json()
                        .path("description")
                        .asText());
        Answer used = api.delete("/instance-types/" + type).expect(409);
        assertTrue(used.detail().contains("is used by the VM " + name), used.text());
        assertEquals(vm, used.json().path("blocker").path("id").asText());

        fleet.remove(vm);
        api.delete("/instance-types/" + type).expect(204);
    }

    @Test
    void sizesThatAreGivenTooMustBeThoseOfTheType() {
        String type = type(2, 2 * GIB, 2 * GIB);
        Map<String, Object> right = body(ApiClient.unique("typed"), type);
        right.put("hardware", Map.of("memoryBytes", 2 * GIB, "tpm", true));
        Map<String, Object> wrong = body(ApiClient.unique("typed"), type);
        wrong.put("hardware", Map.of("coresPerSocket", 3));

        assertField(
                api.post("/vms/batch-create", Map.of("vms", List.of(right, wrong)))
                        .expect(400),
                "vms[1].hardware.coresPerSocket",
                "has 2");
        String dryRun = "/clusters/" + fleet.clusterId + "/placement?instanceTypeId=" + type;
        assertFalse(api.get(dryRun).expect(200).json().path("chosenHostId").isNull());
        assertField(api.get(dryRun + "&memoryBytes=" + GIB).expect(400), "hardware.memoryBytes", "has 2147483648");
        api.succeeded(api.post("/vms/batch-create", Map.of("vms", List.of(right))));

        String vm =
                api.all("/vms?instanceTypeId=" + type, 10).getFirst().path("id").asText();
        hasSize(fleet.vmNow(vm), 2, 2 * GIB, 2 * GIB);
        assertTrue(fleet.vmNow(vm).path("hardware").path("tpm").asBoolean());
        fleet.remove(vm);
        api.delete("/instance-types/" + type).expect(204);
    }

    @Test
    void tellsHowManyMoreWouldFitAndWhyNoMore() {
        String type = type(2, 10 * GIB, GIB);
        String path = "/clusters/" + fleet.clusterId + "/room?instanceTypeId=";

        JsonNode room = api.get(path + type).expect(200).json();

        int more = 0;
        for (JsonNode host : room.path("hosts")) {
            int fit = host.path("more").asInt();
            assertTrue(fit >= 1 && fit <= 3, host.toString());
            more += fit;
        }
        assertEquals(more, room.path("more").asInt());
        assertTrue(more > 0 && more <= 3 * TestFleet.HOSTS, room.toString());
        assertFalse(room.path("atLeast").asBoolean());
        Map<String, Integer> refused = new HashMap<>();
        for (JsonNode refusal : room.path("refusals")) {
            refused.put(refusal.path("filter").asText(), refusal.path("hosts").asInt());
            assertTrue(refusal.path("example").asText().startsWith("sim-"), refusal.toString());
        }
        assertEquals(
                TestFleet.HOSTS,
                refused.values().stream().mapToInt(hosts -> hosts).sum());
        assertTrue(refused.containsKey("Memory"), refused.toString());

        assertField(api.get("/clusters/" + fleet.clusterId + "/room").expect(400), "instanceTypeId", "missing");
        assertField(api.get(path + UUID.randomUUID()).expect(400), "instanceTypeId", "no such instance type");
        api.get("/clusters/" + UUID.randomUUID() + "/room?instanceTypeId=" + type)
                .expect(404);
        api.delete("/instance-types/" + type).expect(204);
    }
}
