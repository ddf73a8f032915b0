package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data centers, clusters, networks and storage domains, and the words for what they may not be. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class ConfigurationTest {

    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        api = ApiClient.admin();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data-centers",
                "clusters",
                "networks",
                "storage-domains",
                "affinity-groups",
                "affinity-labels",
                "quotas",
                "instance-types",
                "scheduling-policies"
            })
    void isMadeChangedAndRemoved(String kind) {
        Map<String, Object> body = good(kind);
        String id = api.post("/" + kind, body).expect(201).id();
        Answer read = api.get("/" + kind + "/" + id).expect(200);
        assertEquals(body.get("name"), read.json().path("name").asText());
        String tag = read.header("ETag");
        assertEquals("\"1\"", tag);

        String renamed = ApiClient.unique("renamed");
        JsonNode changed = api.patch("/" + kind + "/" + id, Map.of("name", renamed), "If-Match", tag)
                .expect(200)
                .json();
        assertEquals(renamed, changed.path("name").asText());

        Answer stale = api.patch("/" + kind + "/" + id, Map.of("name", "stale"), "If-Match", tag)
                .expect(412);
        assertEquals("urn:kvorum:problem:stale", stale.json().path("type").asText());
        api.delete("/" + kind + "/" + id, "If-Match", tag).expect(412);

        api.delete("/" + kind + "/" + id).expect(204);
        api.get("/" + kind + "/" + id).expect(404);
        api.delete("/" + kind + "/" + id).expect(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data-centers",
                "clusters",
                "networks",
                "storage-domains",
                "affinity-groups",
                "affinity-labels",
                "quotas",
                "instance-types",
                "scheduling-policies",
                "hosts",
                "vms",
                "templates",
                "images",
                "operations"
            })
    void namesWhatIsNotThere(String kind) {
        String id = UUID.randomUUID().toString();

        Answer answer = api.get("/" + kind + "/" + id).expect(404);

        assertEquals("urn:kvorum:problem:not-found", answer.json().path("type").asText());
        assertTrue(answer.detail().contains(id), answer.text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data-centers    | name | \"\" | 1 to 64",
                "data-centers    | name | null | missing",
                "data-centers    | name | \"-begins-wrong\" | letter or digit",
                "data-centers    | name | \"has space\" | 1 to 64",
                "data-centers    | description | 5000 | At most 4096",
                "clusters        | name | \"a/b\" | 1 to 64",
                "clusters        | description | 5000 | At most 4096",
                "clusters        | dataCenterId | \"00000000-0000-0000-0000-000000000001\" | no such data center",
                "clusters        | dataCenterId | null | missing",
                "clusters        | dataCenterId | \"no-id\" | an id such as",
                "clusters        | schedulingPolicy | \"best\" | evenly_distributed",
                "clusters        | highUtilizationPercent | 0 | from 1 to 100",
                "clusters        | highUtilizationPercent | 101 | from 1 to 100",
                "clusters        | highUtilizationPercent | \"many\" | whole number",
                "clusters        | cpuOverCommitDurationMinutes | -1 | from 0 to 1440",
                "clusters        | cpuOverCommitDurationMinutes | 1441 | from 0 to 1440",
                "clusters        | memoryOvercommitPercent | 99 | from 100 to 400",
                "clusters        | memoryOvercommitPercent | 401 | from 100 to 400",
                "clusters        | cpuModel | \"<x/>\" | CPU model",
                "clusters        | customPolicyId | \"x\" | id of a scheduling policy",
                "clusters        | customPolicyId | \"00000000-0000-0000-0000-000000000001\" | no such scheduling policy",
                "networks        | name | \"\" | 1 to 64",
                "networks        | kind | \"vlan\" | bridge",
                "networks        | kind | null | missing",
                "networks        | bridge | \"waytoolongforlinux\" | 1 to 15",
                "networks        | bridge | null | missing",
                "networks        | subnet | \"10.0.0.0/24\" | Only NAT",
                "networks        | dataCenterId | \"00000000-0000-0000-0000-000000000001\" | no such data center",
                "instance-types  | name | \"a b\" | 1 to 64",
                "instance-types  | description | 5000 | At most 4096",
                "instance-types  | sockets | 0 | from 1 to 512",
                "instance-types  | sockets | 513 | from 1 to 512",
                "instance-types  | coresPerSocket | 0 | from 1 to 512",
                "instance-types  | threadsPerCore | 9 | from 1 to 8",
                "instance-types  | memoryBytes | null | missing",
                "instance-types  | memoryBytes | 1048576 | from 33554432",
                "instance-types  | memoryBytes | 33554433 | whole MiB",
                "instance-types  | guaranteedMemoryBytes | 1073741825 | from 0 to 1073741824",
                "storage-domains | name | \"\" | 1 to 64",
                "storage-domains | kind | \"tape\" | shared_folder",
                "storage-domains | path | \"relative\" | absolute path",
                "storage-domains | path | \"/a/../b\" | absolute path",
                "storage-domains | path | \"/a//b\" | absolute path",
                "storage-domains | path | \"/a b\" | absolute path",
                "storage-domains | path | 5000 | at most 1024",
                "storage-domains | path | null | missing",
                "storage-domains | dataCenterId | \"00000000-0000-0000-0000-000000000001\" | no such data center",
                "storage-domains | hostId | \"00000000-0000-0000-0000-000000000001\" | belongs to no single host"
            })
    void saysWhichFieldIsWrongAndWhatWouldBeRight(String kind, String field, String value, String limit)
            throws Exception {
        Map<String, Object> body = good(kind);
        Object wrong = value.equals("5000")
                ? (field.equals("path") ? "/" : "") + "x".repeat(5000)
                : ApiClient.JSON.readValue(value, Object.class);
        body.put(field, wrong);

        Answer answer = api.post("/" + kind, body).expect(400);

        assertField(answer, field, limit);
    }

    @ParameterizedTest
    @CsvSource({
        "stopWhenSilentPercent,0,from 1 to 100",
        "stopWhenSilentPercent,101,from 1 to 100",
        "startingGraceSeconds,-1,from 0 to 3600",
        "startingGraceSeconds,3601,from 0 to 3600"
    })
    void refusesFencingPoliciesThatAreNone(String field, int value, String limit) {
        Map<String, Object> body = good("clusters");
        body.put("fencing", Map.of(field, value));

        assertField(api.post("/clusters", body).expect(400), "fencing." + field, limit);
    }

    @Test
    void fencesCautiouslyWhereNothingIsSaidAndKeepsWhatIsSaid() {
        String id = api.post("/clusters", good("clusters")).expect(201).id();

        JsonNode fencing = api.patch("/clusters/" + id, Map.of("fencing", Map.of("switchOnAfterFence", false)))
                .expect(200)
                .json()
                .path("fencing");

        assertEquals(50, fencing.path("stopWhenSilentPercent").asInt());
        assertEquals(180, fencing.path("startingGraceSeconds").asInt());
        assertEquals(true, fencing.path("skipIfReachableThroughOthers").asBoolean());
        assertEquals(false, fencing.path("switchOnAfterFence").asBoolean(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "192.168.1.0", "192.168.1.1/24", "300.1.1.0/24", "10.0.0.0/7", "10.0.0.0/31"})
    void refusesSubnetsThatAreNone(String subnet) {
        Map<String, Object> body = good("networks");
        body.put("kind", "nat");
        body.put("subnet", subnet);

        assertField(api.post("/networks", body).expect(400), "subnet", "IPv4 subnet");
    }

    @Test
    void refusesANameThatIsTakenWhateverItsCase() {
        Map<String, Object> body = good("data-centers");
        api.post("/data-centers", body).expect(201);
        body.put("name", String.valueOf(body.get("name")).toUpperCase(java.util.Locale.ROOT));

        assertField(api.post("/data-centers", body).expect(400), "name", "Another data center has this name.");
    }

    @Test
    void keepsWhatOthersStandOn() {
        Map<String, Object> cluster = good("clusters");
        api.post("/clusters", cluster).expect(201);

        Answer answer =
                api.delete("/data-centers/" + cluster.get("dataCenterId")).expect(409);

        assertTrue(answer.detail().contains(String.valueOf(cluster.get("name"))), answer.text());
    }

    @Test
    void ignoresOrRefusesUnknownFieldsButNeverFails() {
        Map<String, Object> body = good("data-centers");
        body.put("surprise", 1);

        int status = api.post("/data-centers", body).status();

        assertTrue(status == 201 || status == 400, "Status " + status);
    }

    @ParameterizedTest
    @CsvSource({"limit=0,limit", "limit=1001,limit", "sort=size,sort", "cursor=x,cursor", "cursor=eA,cursor"})
    void refusesWrongListParameters(String query, String field) {
        assertField(api.get("/vms?" + query).expect(400), field, "");
        if (!field.equals("sort")) {
            assertField(api.get("/events?" + query).expect(400), field, "");
        }
    }

    @Test
    void pagesShowEverythingOnceThoughMoreIsAdded() {
        String prefix = ApiClient.unique("paged");
        Set<String> first = new HashSet<>();
        for (int i = 0; i < 7; i++) {
            first.add(api.post("/data-centers", Map.of("name", prefix + "-" + i))
                    .expect(201)
                    .id());
        }
        for (String sort : List.of("name", "-name", "createdAt", "-createdAt")) {
            List<String> seen = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = api.get("/data-centers?limit=2&q=" + prefix + "&sort=" + sort
                                + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                        .expect(200)
                        .json();
                page.path("items").forEach(item -> seen.add(item.path("id").asText()));
                cursor = page.path("nextCursor").isTextual()
                        ? page.path("nextCursor").asText()
                        : "";
                api.post("/data-centers", Map.of("name", ApiClient.unique(prefix)))
                        .expect(201);
            } while (!cursor.isEmpty());

            assertEquals(seen.size(), new HashSet<>(seen).size(), "Something was shown twice by " + sort);
            assertTrue(seen.containsAll(first), "Something was left out by " + sort);
        }
    }

    @Test
    void doesTheSameRequestUnderOneKeyOnce() {
        String key = UUID.randomUUID().toString();
        Map<String, Object> body = good("data-centers");

        String once = api.post("/data-centers", body, "Idempotency-Key", key)
                .expect(201)
                .id();
        String twice = api.post("/data-centers", body, "Idempotency-Key", key)
                .expect(201)
                .id();

        assertEquals(once, twice);
        assertEquals(1, api.all("/operations?subjectId=" + once, 100).size());
        body.put("name", ApiClient.unique("other"));
        Answer other = api.post("/data-centers", body, "Idempotency-Key", key).expect(409);
        assertTrue(other.detail().contains(key), other.text());
    }

    @Test
    void refusesAKeyThatIsTooLong() {
        Answer answer = api.post("/data-centers", good("data-centers"), "Idempotency-Key", "k".repeat(129))
                .expect(400);

        assertField(answer, "Idempotency-Key", "1 to 128");
    }

    @Test
    void listsOperationsByStateTypeAndSubject() {
        String id = api.post("/data-centers", good("data-centers")).expect(201).id();

        assertEquals(
                1,
                api.all("/operations?subjectId=" + id + "&state=succeeded&type=configure", 100)
                        .size());
        assertEquals(
                0, api.all("/operations?subjectId=" + id + "&state=failed", 100).size());
        assertEquals(
                0,
                api.all("/operations?subjectId=" + id + "&type=start_vm", 100).size());
    }

    @Test
    void countsForPrometheus() {
        String metrics = api.get("//metrics").expect(200).text();

        assertTrue(metrics.lines().anyMatch(line -> line.startsWith("kvorum_")), "No metric of Kvorum's own");
    }

    private Map<String, Object> good(String kind) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", ApiClient.unique("good"));
        if (kind.equals("scheduling-policies")) {
            body.put("weights", Map.of("Packing", 1));
        } else if (kind.equals("instance-types")) {
            body.put("memoryBytes", 1L << 30);
        } else if (kind.equals("affinity-groups")) {
            body.put("vmRule", "affinity");
            body.put(
                    "clusterId",
                    api.post("/clusters", good("clusters")).expect(201).id());
        } else if (!kind.equals("data-centers") && !kind.equals("affinity-labels")) {
            body.put(
                    "dataCenterId",
                    api.post("/data-centers", Map.of("name", ApiClient.unique("home")))
                            .expect(201)
                            .id());
        }
        if (kind.equals("networks")) {
            body.putAll(Map.of("kind", "bridge", "bridge", "br7"));
        } else if (kind.equals("storage-domains")) {
            body.putAll(Map.of("kind", "shared_folder", "path", "/srv/test"));
        }
        return body;
    }

    static void assertField(Answer answer, String field, String words) {
        assertTrue(answer.header("Content-Type").startsWith("application/problem+json"), answer.text());
        JsonNode errors = answer.json().path("errors");
        assertFalse(errors.isEmpty(), answer.text());
        boolean found = false;
        for (JsonNode error : errors) {
            found |= error.path("field").asText().equals(field)
                    && error.path("message").asText().contains(words);
        }
        assertTrue(found, answer.text());
    }
}
