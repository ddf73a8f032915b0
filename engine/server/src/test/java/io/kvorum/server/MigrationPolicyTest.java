package io.kvorum.server;

import static io.kvorum.server.ConfigurationTest.assertField;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How VMs travel is configuration of their cluster, and of a VM where it has its own. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class MigrationPolicyTest {

    private TestFleet fleet;
    private ApiClient api;

    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    private String cluster() {
        JsonNode dataCenter = api.post("/data-centers", Map.of("name", ApiClient.unique("dc")))
                .expect(201)
                .json();
        return api.post(
                        "/clusters",
                        Map.of(
                                "name",
                                ApiClient.unique("cluster"),
                                "dataCenterId",
                                dataCenter.path("id").asText()))
                .expect(201)
                .json()
                .path("id")
                .asText();
    }

    @Test
    void aClusterSaysHowItsVmsTravel() {
        String path = "/clusters/" + cluster();
        JsonNode before = api.get(path).expect(200).json().path("migrationPolicy");
        assertEquals("minimal_downtime", before.path("policy").asText());
        assertTrue(before.path("encrypted").asBoolean());

        api.patch(path, Map.of("migrationPolicy", Map.of("policy", "post_copy", "bandwidthMibPerSecond", 400)))
                .expect(200);

        JsonNode after = api.get(path).expect(200).json().path("migrationPolicy");
        assertEquals("post_copy", after.path("policy").asText());
        assertEquals(400, after.path("bandwidthMibPerSecond").asInt());
        assertTrue(after.path("encrypted").asBoolean());
        assertField(
                api.patch(path, Map.of("migrationPolicy", Map.of("parallelConnections", 4)))
                        .expect(400),
                "migrationPolicy.parallelConnections",
                "post_copy");
    }

    @Test
    void aVmHasItsOwnUntilItIsToldToTravelAsItsClusterSays() {
        String id =
                fleet.vm(ApiClient.unique("traveller"), Map.of("migrationPolicy", Map.of("policy", "very_large_vms")));
        String path = "/vms/" + id;
        assertEquals(
                "very_large_vms",
                api.get(path)
                        .expect(200)
                        .json()
                        .path("migrationPolicy")
                        .path("policy")
                        .asText());

        api.patch(path, Map.of("migrationPolicy", Map.of("policy", ""))).expect(200);

        assertTrue(api.get(path).expect(200).json().path("migrationPolicy").isNull());
        fleet.remove(id);
    }

    @Test
    void anOperationTellsWhatItsMigrationCameTo() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("measured"), Map.of());

        JsonNode done = api.succeeded(api.post("/vms/" + vm + "/migrate", Map.of("hostId", fleet.hostId("sim-0002"))));

        JsonNode figures = done.path("migration");
        assertTrue(figures.path("downtimeMillis").asLong() > 0, done.toString());
        assertTrue(figures.path("totalMillis").asLong() > 0, done.toString());
        assertTrue(figures.path("transferredBytes").asLong() > 0, done.toString());
        assertTrue(done.path("summary").asText().contains("MiB copied"), done.toString());
        fleet.remove(vm);
    }
}
