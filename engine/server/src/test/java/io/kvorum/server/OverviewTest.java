package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What hosts have and use together, added up by the engine. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class OverviewTest {

    private TestFleet fleet;
    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    @Test
    void theHostsOfAClusterAreAddedUp() {
        JsonNode capacity = fleet.await(
                "/clusters/" + fleet.clusterId + "/capacity",
                now -> now.path("hostsMeasured").asInt() == TestFleet.HOSTS);

        assertEquals(TestFleet.HOSTS, capacity.path("hosts").asInt());
        assertEquals(TestFleet.HOSTS, capacity.path("hostsUp").asInt());
        assertEquals(
                TestFleet.HOSTS * TestFleet.CPUS, capacity.path("cpuThreads").asInt());
        assertEquals(
                TestFleet.HOSTS * TestFleet.MEMORY_BYTES,
                capacity.path("memoryBytes").asLong());
        double cpu = capacity.path("cpuUsage").asDouble(-1);
        assertTrue(cpu >= 0 && cpu <= 1, capacity.toString());
        assertTrue(capacity.path("memoryUsedBytes").isNumber(), capacity.toString());

        JsonNode overview = api.get("/overview").expect(200).json();
        assertTrue(
                overview.path("capacity").path("cpuThreads").asInt() >= TestFleet.HOSTS * TestFleet.CPUS,
                overview.toString());
        assertTrue(overview.path("complaints").isArray(), overview.toString());
        assertTrue(overview.path("complainedOf").isInt(), overview.toString());
    }

    @Test
    void aClusterWithoutHostsHasNothingAndOneThatIsNotThereIsNotFound() {
        String empty = api.post(
                        "/clusters", Map.of("name", ApiClient.unique("empty"), "dataCenterId", fleet.dataCenterId))
                .expect(201)
                .id();
        JsonNode capacity =
                api.get("/clusters/" + empty + "/capacity").expect(200).json();
        assertEquals(0, capacity.path("hosts").asInt(-1));
        assertTrue(
                capacity.path("cpuUsage").isNull() || capacity.path("cpuUsage").isMissingNode());
        api.delete("/clusters/" + empty).expect(204);
        api.get("/clusters/" + UUID.randomUUID() + "/capacity").expect(404);
    }
}
