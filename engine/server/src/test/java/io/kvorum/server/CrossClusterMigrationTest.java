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
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VMs that change their cluster, running or not; sim-0004 is the only host of the other one meanwhile. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class CrossClusterMigrationTest {

    private static final String HOST = "sim-0004";

    private TestFleet fleet;
    private ApiClient api;
    private String other;
    private String name;

    @BeforeEach
    void anotherClusterHasAHost() {
        fleet = TestFleet.get();
        api = fleet.api;
        name = ApiClient.unique("other");
        other = api.post("/clusters", Map.of("name", name, "dataCenterId", fleet.dataCenterId))
                .expect(201)
                .id();
        moveHost(other);
    }

    @AfterEach
    void allIsAsBefore() {
        moveHost(fleet.clusterId);
        api.delete("/clusters/" + other).expect(204);
    }

    private void moveHost(String clusterId) {
        String host = "/hosts/" + fleet.hostId(HOST);
        api.succeeded(api.post(host + "/maintenance"));
        api.patch(host, Map.of("clusterId", clusterId)).expect(200);
        api.succeeded(api.post(host + "/activate"));
        fleet.await(host, now -> TestFleet.is(now, "up"));
    }

    private String clusterOf(String vm) {
        return fleet.vmNow(vm).path("clusterId").asText();
    }

    @Test
    void aVmThatRunsGoesThereAndComesBack() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("crossing"), Map.of());
        String migrate = "/vms/" + vm + "/migrate";

        api.post(migrate, Map.of("clusterId", UUID.randomUUID())).expect(404);
        Answer unnamed = api.post(migrate, Map.of("hostId", fleet.hostId(HOST))).expect(409);
        assertTrue(unnamed.detail().contains("belongs to cluster " + name), unnamed.text());
        assertTrue(unnamed.detail().contains("clusterId " + other), unnamed.text());
        assertEquals(fleet.clusterId, clusterOf(vm));

        JsonNode done = api.succeeded(api.post(migrate, Map.of("clusterId", other, "hostId", fleet.hostId(HOST))));

        assertTrue(done.path("summary").asText().contains("to " + HOST + " of cluster " + name), done.toString());
        assertEquals(HOST, fleet.hostOf(vm));
        assertEquals(other, clusterOf(vm));
        assertEquals(1, fleet.holders(vm));
        JsonNode there = api.get("/vms?clusterId=" + other).expect(200).json().path("items");
        assertEquals(vm, there.path(0).path("id").asText());

        api.succeeded(api.post(migrate, Map.of("clusterId", fleet.clusterId)));
        assertEquals(fleet.clusterId, clusterOf(vm));
        assertEquals(1, fleet.holders(vm));
        fleet.remove(vm);
    }

    @Test
    void aVmThatIsDownChangesItsClusterUnlessAGroupHoldsIt() {
        String vm = fleet.vm(ApiClient.unique("member"));
        String group = api.post(
                        "/affinity-groups",
                        Map.of(
                                "name",
                                ApiClient.unique("group"),
                                "clusterId",
                                fleet.clusterId,
                                "vmRule",
                                "affinity",
                                "members",
                                List.of(Map.of("vmId", vm))))
                .expect(201)
                .id();

        Answer held = api.patch("/vms/" + vm, Map.of("clusterId", other)).expect(409);
        assertTrue(held.detail().contains("affinity groups"), held.text());
        api.delete("/affinity-groups/" + group).expect(204);
        api.patch("/vms/" + vm, Map.of("clusterId", other)).expect(200);
        api.succeeded(api.post("/vms/" + vm + "/start"));

        assertEquals(HOST, fleet.hostOf(vm));
        Answer running =
                api.patch("/vms/" + vm, Map.of("clusterId", fleet.clusterId)).expect(409);
        assertTrue(running.detail().contains("cluster"), running.text());
        fleet.remove(vm);
    }
}
