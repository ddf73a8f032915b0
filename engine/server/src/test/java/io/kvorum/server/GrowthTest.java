package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VMs that are given more while they run, on simulated hosts of 16 CPUs and 32 GiB. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class GrowthTest {

    private static final long GIB = 1L << 30;

    private TestFleet fleet;
    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    private static Map<String, Object> growing(int maxSockets, long maxMemoryBytes) {
        return Map.of(
                "hardware",
                Map.of(
                        "memoryBytes",
                        GIB,
                        "growth",
                        Map.of("maxSockets", maxSockets, "maxMemoryBytes", maxMemoryBytes)));
    }

    private Answer resize(String vm, int sockets, long memoryBytes) {
        return api.patch("/vms/" + vm, Map.of("hardware", Map.of("sockets", sockets, "memoryBytes", memoryBytes)));
    }

    private JsonNode lastChange(String vm) {
        JsonNode operations = api.get("/operations?subjectId=" + vm + "&sort=-createdAt")
                .expect(200)
                .json();
        return StreamSupport.stream(operations.path("items").spliterator(), false)
                .filter(operation -> operation.path("type").asText().equals("change_vm"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void growsWhileItRuns() {
        String vm = fleet.vmOn("sim-0002", ApiClient.unique("grown"), growing(4, 4 * GIB));

        JsonNode hardware = resize(vm, 3, 2 * GIB).expect(200).json().path("hardware");

        assertEquals(3, hardware.path("sockets").asInt());
        assertEquals(2 * GIB, hardware.path("memoryBytes").asLong());
        assertEquals(2 * GIB, hardware.path("guaranteedMemoryBytes").asLong());
        assertEquals(4, hardware.path("growth").path("maxSockets").asInt());
        assertEquals("up", fleet.vmNow(vm).path("state").asText());
        JsonNode operation = lastChange(vm);
        assertEquals("succeeded", operation.path("state").asText());
        assertEquals(
                List.of("memory 1024 → 2048 MiB", "virtual CPUs 1 → 3"),
                StreamSupport.stream(operation.path("steps").spliterator(), false)
                        .map(step -> step.path("name").asText())
                        .toList());
        JsonNode events =
                api.get("/events?code=vm.grown&subjectId=" + vm).expect(200).json();
        assertEquals(1, events.path("items").size(), events.toString());
        api.succeeded(api.post("/vms/" + vm + "/migrate", Map.of("hostId", fleet.hostId("sim-0003"))));
        assertEquals(200, resize(vm, 4, 4 * GIB).status());
        fleet.remove(vm);
    }

    @Test
    void saysWhyItDoesNotGrow() {
        String vm = fleet.vmOn("sim-0002", ApiClient.unique("kept"), growing(0, 64 * GIB));

        Answer noRoom = resize(vm, 1, 40 * GIB).expect(409);
        assertTrue(noRoom.detail().contains("sim-0002"), noRoom.text());
        assertTrue(noRoom.detail().contains("Memory: The VM needs 40960 MiB"), noRoom.text());
        Answer smaller = resize(vm, 1, GIB / 2).expect(409);
        assertTrue(smaller.detail().contains("cannot become smaller"), smaller.text());
        Answer cpus = resize(vm, 2, GIB).expect(409);
        assertTrue(cpus.detail().contains("1 sockets"), cpus.text());
        Answer beyond = resize(vm, 1, 65 * GIB).expect(400);
        ConfigurationTest.assertField(beyond, "hardware.growth.maxMemoryBytes", "from 69793218560");
        Answer room = api.patch("/vms/" + vm, Map.of("hardware", Map.of("growth", Map.of("maxSockets", 8))))
                .expect(409);
        assertTrue(room.detail().contains("must be down"), room.text());
        assertEquals(GIB, fleet.vmNow(vm).path("hardware").path("memoryBytes").asLong());
        fleet.remove(vm);
    }

    @Test
    void whatIsNotSaidOfItsRoomStaysAndNothingMakesItNone() {
        String vm = fleet.vm(ApiClient.unique("roomy"), growing(4, 4 * GIB));

        JsonNode changed = api.patch("/vms/" + vm, Map.of("hardware", Map.of("growth", Map.of("maxSockets", 8))))
                .expect(200)
                .json();
        assertEquals(
                8, changed.path("hardware").path("growth").path("maxSockets").asInt());
        assertEquals(
                4 * GIB,
                changed.path("hardware").path("growth").path("maxMemoryBytes").asLong());
        JsonNode none = api.patch(
                        "/vms/" + vm,
                        Map.of("hardware", Map.of("growth", Map.of("maxSockets", 0, "maxMemoryBytes", 0))))
                .expect(200)
                .json();
        assertTrue(none.path("hardware").path("growth").isNull(), none.toString());
        fleet.remove(vm);
    }

    @Test
    void whatWasNotPluggedInIsNotThere() {
        String vm = fleet.vmOn("sim-0004", ApiClient.unique("unplugged"), growing(4, 4 * GIB));
        fleet.simulation.ask("fail-growth", "sim-0004");

        Answer failed = resize(vm, 1, 2 * GIB);

        assertTrue(failed.status() >= 400, failed.text());
        assertTrue(failed.detail().contains("Nothing was plugged in"), failed.text());
        assertEquals(GIB, fleet.vmNow(vm).path("hardware").path("memoryBytes").asLong());
        resize(vm, 1, 2 * GIB).expect(200);
        fleet.remove(vm);
    }
}
