package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The inventory a level at a time, and found by parts of names. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class TreeTest {

    private ApiClient api;
    private String clusterId;
    private String vmId;
    private String vmName;

    @BeforeEach
    void aClusterWithAVmOnNoHost() {
        api = ApiClient.admin();
        String dataCenter = api.post("/data-centers", Map.of("name", ApiClient.unique("tree")))
                .expect(201)
                .id();
        clusterId = api.post("/clusters", Map.of("name", ApiClient.unique("tree"), "dataCenterId", dataCenter))
                .expect(201)
                .id();
        vmName = ApiClient.unique("Half_50");
        vmId = api.post(
                        "/vms",
                        Map.of("name", vmName, "clusterId", clusterId, "hardware", Map.of("memoryBytes", 1 << 30)))
                .expect(202)
                .json()
                .path("subject")
                .path("id")
                .asText();
    }

    @Test
    void tellsOfClustersHowManyAndOfEachWhich() {
        JsonNode cluster = StreamSupport.stream(
                        api.get("/tree").expect(200).json().path("dataCenters").spliterator(), false)
                .flatMap(dataCenter ->
                        StreamSupport.stream(dataCenter.path("clusters").spliterator(), false))
                .filter(one -> one.path("id").asText().equals(clusterId))
                .findFirst()
                .orElseThrow();
        assertEquals(0, cluster.path("hostCount").asInt());
        assertEquals(1, cluster.path("vmCount").asInt());

        JsonNode branch = api.get("/tree/clusters/" + clusterId).expect(200).json();
        assertEquals(0, branch.path("hosts").size());
        assertEquals(vmId, branch.path("vms").path(0).path("id").asText());
        api.get("/tree/clusters/" + UUID.randomUUID()).expect(404);
        api.get("/tree/hosts/" + UUID.randomUUID()).expect(404);
    }

    @Test
    void findsByAPartOfTheNameWhateverTheCaseAndTakesItAsItIsWritten() {
        String part = vmName.substring(2, 7).toUpperCase(Locale.ROOT);
        JsonNode found = api.get("/tree/search?q=" + part).expect(200).json();
        assertTrue(found.path("complete").asBoolean());
        assertTrue(StreamSupport.stream(found.path("vms").spliterator(), false)
                .anyMatch(vm -> vm.path("id").asText().equals(vmId)));
        JsonNode none = api.get("/tree/search?q=half%25").expect(200).json();
        assertEquals(0, none.path("vms").size());
        assertEquals(
                "q",
                api.get("/tree/search").expect(400).json().at("/errors/0/field").asText());
    }
}
