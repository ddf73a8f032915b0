package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VMs, templates, images and hosts through the API, on simulated hosts. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class WorkTest {

    private TestFleet fleet;
    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    @Test
    void answersWorkWithTheOperationThatDoesIt() {
        String vm = fleet.vm(ApiClient.unique("worked"));

        Answer answer = api.post("/vms/" + vm + "/start").expect(202);
        JsonNode operation = api.succeeded(answer);

        assertEquals(answer.id(), operation.path("id").asText());
        assertEquals("start_vm", operation.path("type").asText());
        assertEquals("up", fleet.vmNow(vm).path("state").asText());
        fleet.remove(vm);
        api.get("/vms/" + vm).expect(404);
    }

    @Test
    void answersOnceAnOperationHasEndedIfAskedToWait() {
        String vm = fleet.vm(ApiClient.unique("awaited"));
        Answer begun = api.post("/vms/" + vm + "/start").expect(202);

        Answer ended = api.get("/operations/" + begun.id() + "?waitSeconds=20").expect(200);

        assertEquals("succeeded", ended.json().path("state").asText(), ended.text());
        Answer tooLong =
                api.get("/operations/" + begun.id() + "?waitSeconds=51").expect(400);
        assertTrue(tooLong.detail().contains("waitSeconds"), tooLong.text());
        api.get("/operations/" + UUID.randomUUID() + "?waitSeconds=1").expect(404);
        fleet.remove(vm);
    }

    @Test
    void ofTwoStartsAtOnceOneWinsAndTheOtherLearnsWhatBlocksIt() {
        String vm = fleet.vm(ApiClient.unique("raced"));

        List<Answer> answers = Stream.of(1, 2)
                .map(i -> CompletableFuture.supplyAsync(() -> api.post("/vms/" + vm + "/start")))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        Answer won = answers.stream()
                .filter(answer -> answer.status() == 202)
                .findFirst()
                .orElseThrow();
        Answer lost = answers.stream()
                .filter(answer -> answer.status() == 409)
                .findFirst()
                .orElseThrow();
        api.succeeded(won);
        assertTrue(lost.detail().contains("raced"), lost.text());
        fleet.remove(vm);
    }

    @Test
    void saysWhyNoHostTakesAVmThatIsTooLarge() {
        String vm = fleet.vm(
                ApiClient.unique("huge"), Map.of("hardware", Map.of("memoryBytes", 2 * TestFleet.MEMORY_BYTES)));

        Answer refused = api.post("/vms/" + vm + "/start").expect(409);

        JsonNode hosts = refused.json().path("explanation").path("hosts");
        assertEquals(TestFleet.HOSTS, hosts.size(), refused.text());
        for (JsonNode host : hosts) {
            assertTrue(host.path("hostName").asText().startsWith("sim-"), refused.text());
            assertFalse(host.path("filter").asText().isEmpty(), refused.text());
            assertFalse(host.path("reason").asText().isEmpty(), refused.text());
        }
        fleet.remove(vm);
    }

    @Test
    void triesAPlacementWithoutDoingAnything() {
        String vm = fleet.vm(ApiClient.unique("placed"));

        JsonNode placement = api.get("/vms/" + vm + "/placement").expect(200).json();

        assertTrue(placement.path("chosenHostId").isTextual(), placement.toString());
        assertEquals(TestFleet.HOSTS, placement.path("hosts").size());
        assertEquals("down", fleet.vmNow(vm).path("state").asText());
        fleet.remove(vm);
    }

    @Test
    void migratesToTheHostThatIsAskedForAndToNoOther() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("moved"), Map.of());

        api.post("/vms/" + vm + "/migrate", Map.of("hostId", UUID.randomUUID())).expect(404);
        Answer same = api.post("/vms/" + vm + "/migrate", Map.of("hostId", fleet.hostId("sim-0001")))
                .expect(409);
        assertTrue(same.detail().contains("runs there already"), same.text());
        api.succeeded(api.post("/vms/" + vm + "/migrate", Map.of("hostId", fleet.hostId("sim-0002"))));

        assertEquals("sim-0002", fleet.hostOf(vm));
        assertEquals(List.of(vm), fleet.simulation.vmsOn("sim-0002"));
        assertEquals(1, fleet.holders(vm));
        fleet.remove(vm);
    }

    @Test
    void refusesToMigrateToAHostThatCannotTakeIt() {
        Map<String, ?> most = Map.of("hardware", Map.of("memoryBytes", 20L << 30));
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("big"), most);
        String other = fleet.vmOn("sim-0002", ApiClient.unique("big"), most);
        String pinned = fleet.vmOn("sim-0003", ApiClient.unique("pinned"), Map.of("migration", "pinned"));
        String resting = fleet.hostId("sim-0004");
        api.succeeded(api.post("/hosts/" + resting + "/maintenance"));

        assertNotMoved(vm, "sim-0002", "MiB");
        assertNotMoved(vm, "sim-0004", "maintenance");
        assertNotMoved(pinned, "sim-0001", "pinned");

        api.succeeded(api.post("/hosts/" + resting + "/activate"));
        fleet.await("/hosts/" + resting, host -> TestFleet.is(host, "up"));
        for (String each : List.of(vm, other, pinned)) {
            fleet.remove(each);
        }
    }

    @Test
    void aHostInMaintenanceIsUpgradedAndNoOther() {
        String host = fleet.hostId("sim-0004");
        Answer refused = api.post("/hosts/" + host + "/upgrade").expect(409);
        assertTrue(refused.detail().contains("maintenance"), refused.text());
        api.post("/hosts/" + UUID.randomUUID() + "/upgrade").expect(404);

        api.succeeded(api.post("/hosts/" + host + "/maintenance"));
        JsonNode upgraded = api.succeeded(api.post("/hosts/" + host + "/upgrade"));
        assertTrue(upgraded.path("summary").asText().contains("wants a reboot"), upgraded.toString());
        api.succeeded(api.post("/hosts/" + host + "/activate"));
        fleet.await("/hosts/" + host, now -> TestFleet.is(now, "up"));
    }

    private void assertNotMoved(String vm, String to, String why) {
        String from = fleet.hostOf(vm);
        Answer refused = api.post("/vms/" + vm + "/migrate", Map.of("hostId", fleet.hostId(to)))
                .expect(409);
        assertTrue(refused.detail().contains(why), refused.text());
        assertEquals(from, fleet.hostOf(vm));
        assertTrue(TestFleet.is(fleet.vmNow(vm), "up"));
        assertEquals(1, fleet.holders(vm));
    }

    @Test
    void aMigrationThatFailsLeavesTheVmWhereItWas() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("staying"), Map.of());
        fleet.simulation.ask("fail-migration", "sim-0001");

        JsonNode failed = api.ended(api.post("/vms/" + vm + "/migrate", Map.of("hostId", fleet.hostId("sim-0002"))));

        assertEquals("failed", failed.path("state").asText(), failed.toString());
        assertEquals("sim-0001", fleet.hostOf(vm));
        assertEquals(1, fleet.holders(vm));
        fleet.remove(vm);
    }

    @Test
    void aMigrationCanBeCalledOff() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("recalled"), Map.of());
        fleet.simulation.ask("slow", "sim-0001", "1000");
        Answer migration = api.post("/vms/" + vm + "/migrate", Map.of("hostId", fleet.hostId("sim-0002")));
        fleet.await("/vms/" + vm, now -> TestFleet.is(now, "migrating"));

        api.post("/operations/" + migration.id() + "/cancel").expect(202);
        JsonNode ended = api.ended(migration);

        fleet.simulation.ask("slow", "sim-0001", "1");
        assertEquals("cancelled", ended.path("state").asText(), ended.toString());
        assertEquals("sim-0001", fleet.hostOf(vm));
        assertEquals(1, fleet.holders(vm));
        Answer late = api.post("/operations/" + migration.id() + "/cancel").expect(409);
        assertTrue(late.detail().contains("ended already"), late.text());
        api.post("/operations/" + UUID.randomUUID() + "/cancel").expect(404);
        fleet.remove(vm);
    }

    @Test
    void aStartThatFailsOnOneHostIsTriedOnAnother() {
        String vm = fleet.vm(ApiClient.unique("stubborn"));
        String first = api.get("/vms/" + vm + "/placement")
                .expect(200)
                .json()
                .path("chosenHostId")
                .asText();
        String name = api.get("/hosts/" + first).expect(200).json().path("name").asText();
        fleet.simulation.ask("fail-start", name);

        JsonNode operation = api.succeeded(api.post("/vms/" + vm + "/start"));

        assertTrue(operation.toString().contains("QEMU did not start"), operation.toString());
        assertNotEquals(name, fleet.hostOf(vm));
        assertEquals(1, fleet.holders(vm));
        fleet.remove(vm);
    }

    @Test
    void keepsATemplateThatAVmStandsOn() {
        String name = ApiClient.unique("linked");
        Map<String, Object> body = Map.of("name", name, "clusterId", fleet.clusterId, "templateId", fleet.templateId);
        String vm = TestFleet.subject(api.succeeded(api.post("/vms", body)));

        Answer template = api.delete("/templates/" + fleet.templateId).expect(409);
        assertTrue(template.detail().contains(name), template.text());

        fleet.remove(vm);
        api.get("/templates/" + fleet.templateId).expect(200);
    }

    @Test
    void keepsAnImageThatATemplateStandsOnAndDeletesItAfterwards() {
        String name = ApiClient.unique("standing");
        String image = fleet.image(name);
        String template = fleet.template(name, image);

        Answer refused = api.delete("/images/" + image).expect(409);
        assertTrue(refused.detail().contains("Template " + name), refused.text());
        api.get("/images/" + image).expect(200);

        api.succeeded(api.delete("/templates/" + template));
        api.succeeded(api.delete("/images/" + image));
        api.get("/images/" + image).expect(404);
    }

    @Test
    void keepsARunningVm() {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("running"), Map.of());

        Answer refused = api.delete("/vms/" + vm).expect(409);

        assertTrue(refused.detail().contains("up"), refused.text());
        assertEquals(1, fleet.holders(vm));
        fleet.remove(vm);
    }

    @Test
    void refusesAnImageWhoseBytesAreNotTheAnnouncedOnes() {
        String query = "name=" + ApiClient.unique("corrupt") + "&format=raw&storageDomainId=" + fleet.storageDomainId
                + "&sha256=" + "0".repeat(64);

        Answer answer = api.upload(query, new byte[1 << 16]).expect(400);

        assertTrue(answer.text().contains("SHA-256"), answer.text());
    }

    @Test
    void createsOneVmForOneKey() {
        Map<String, Object> body = fleet.vmBody(ApiClient.unique("keyed"));
        String key = UUID.randomUUID().toString();

        String first =
                api.post("/vms", body, "Idempotency-Key", key).expect(202).id();
        Answer second = api.post("/vms", body, "Idempotency-Key", key).expect(202);

        assertEquals(first, second.id());
        String vm = api.succeeded(second).path("subject").path("id").asText();
        fleet.remove(vm);
    }

    @Test
    void startsOnceUnderOneKeyThoughAskedAgainLater() {
        String vm = fleet.vm(ApiClient.unique("asked-twice"));
        String key = UUID.randomUUID().toString();

        JsonNode first = api.succeeded(api.post("/vms/" + vm + "/start", Map.of(), "Idempotency-Key", key)
                .expect(202));
        Answer again = api.post("/vms/" + vm + "/start", Map.of(), "Idempotency-Key", key);

        assertEquals(first.path("id").asText(), again.expect(202).id());
        api.post("/vms/" + vm + "/start").expect(409);
        fleet.remove(vm);
    }

    @Test
    void changesAVmOnlyAsItWasSeen() {
        String vm = fleet.vm(ApiClient.unique("changed"));
        String seen = api.get("/vms/" + vm).expect(200).header("ETag");
        String renamed = ApiClient.unique("renamed");

        api.patch("/vms/" + vm, Map.of("name", renamed), "If-Match", seen).expect(200);
        Answer stale = api.patch("/vms/" + vm, Map.of("name", "stale"), "If-Match", seen)
                .expect(412);

        assertFalse(stale.detail().isEmpty(), stale.text());
        assertEquals(renamed, fleet.vmNow(vm).path("name").asText());
        fleet.remove(vm);
    }

    @Test
    void tellsListenersOfAChange() throws IOException {
        HttpURLConnection changes =
                (HttpURLConnection) ApiClient.uri("/api/v1/changes").toURL().openConnection();
        api.authorize(changes);
        changes.setReadTimeout(20_000);
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(changes.getInputStream(), StandardCharsets.UTF_8))) {
            awaitLine(lines, "hello");
            String id = api.post("/data-centers", Map.of("name", ApiClient.unique("told")))
                    .expect(201)
                    .id();

            String line = awaitLine(lines, id);

            assertTrue(line.contains("\"kind\":\"data_center\""), line);
        } finally {
            changes.disconnect();
        }
    }

    private static String awaitLine(BufferedReader lines, String part) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.contains(part)) {
            line = lines.readLine();
        }
        assertTrue(line != null, "The stream ended without " + part);
        return String.valueOf(line);
    }
}
