package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a cluster is balanced is its configuration; plans are read and reviewed. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class BalancingTest {

    private ApiClient api;
    private String clusterId = "";

    @BeforeEach
    void makeACluster() {
        api = ApiClient.admin();
        JsonNode dataCenter = api.post("/data-centers", Map.of("name", ApiClient.unique("dc")))
                .expect(201)
                .json();
        clusterId = api.post(
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
    void aClusterSaysHowItIsBalanced() {
        JsonNode before = api.get("/clusters/" + clusterId).expect(200).json().path("balancing");
        assertEquals("automatic", before.path("mode").asText());
        assertEquals(1, before.path("aggressiveness").asInt());

        api.patch("/clusters/" + clusterId, Map.of("balancing", Map.of("mode", "review", "aggressiveness", 4)))
                .expect(200);

        JsonNode after = api.get("/clusters/" + clusterId).expect(200).json().path("balancing");
        assertEquals("review", after.path("mode").asText());
        assertEquals(4, after.path("aggressiveness").asInt());
        assertEquals(before.path("criticalPercent"), after.path("criticalPercent"));
    }

    @Test
    void settingsOutOfRangeAreRefusedByName() {
        JsonNode problem = api.patch(
                        "/clusters/" + clusterId,
                        Map.of("balancing", Map.of("aggressiveness", 6, "migrationsPerHost", 0)))
                .expect(400)
                .json();
        assertTrue(problem.toString().contains("balancing.aggressiveness"), problem.toString());
        assertTrue(problem.toString().contains("balancing.migrationsPerHost"), problem.toString());
        api.patch("/clusters/" + clusterId, Map.of("balancing", Map.of("mode", "sometimes")))
                .expect(400);
    }

    @Test
    void everyNumberIsServedWithItsRangeAndTheDefaultThatANewClusterHas() {
        JsonNode settings = api.get("/scheduling-units").expect(200).json().path("clusterSettings");
        JsonNode made = api.get("/clusters/" + clusterId).expect(200).json();

        assertTrue(settings.size() > 10, settings.toString());
        for (JsonNode setting : settings) {
            String name = setting.path("name").asText();
            JsonNode value = made.at("/" + name.replace('.', '/'));
            assertEquals(setting.path("defaultValue").asLong(-1), value.asLong(-2), name);
            assertTrue(setting.path("minimum").asLong() <= value.asLong(), name);
            assertTrue(setting.path("maximum").asLong() >= value.asLong(), name);
            assertFalse(setting.path("title").asText().isEmpty(), name);
        }
    }

    @Test
    void disksNetworksAndPressureHaveThresholdsOfTheirOwn() {
        String path = "/clusters/" + clusterId;
        JsonNode before = api.get(path).expect(200).json().path("balancing");
        assertEquals(80, before.path("networkHighPercent").asInt());
        assertEquals(0, before.path("diskLimitBytesPerSecond").asLong());
        assertEquals(60, before.path("cpuPressureHighPercent").asInt());
        assertEquals(70, before.path("efficiencyLowPercent").asInt());

        api.patch(
                        path,
                        Map.of(
                                "balancing",
                                Map.of("diskLimitBytesPerSecond", 2_000_000_000L, "efficiencyLowPercent", 0)))
                .expect(200);
        JsonNode after = api.get(path).expect(200).json().path("balancing");
        assertEquals(2_000_000_000L, after.path("diskLimitBytesPerSecond").asLong());
        assertEquals(0, after.path("efficiencyLowPercent").asInt());
        assertEquals(60, after.path("cpuPressureHighPercent").asInt());

        String problem = api.patch(
                        path,
                        Map.of(
                                "balancing",
                                Map.of(
                                        "diskLimitBytesPerSecond", -1,
                                        "cpuPressureHighPercent", 0,
                                        "networkHighPercent", 101)))
                .expect(400)
                .json()
                .toString();
        for (String field : List.of("diskLimitBytesPerSecond", "cpuPressureHighPercent", "networkHighPercent")) {
            assertTrue(problem.contains("balancing." + field), problem);
        }
    }

    @Test
    void aClusterSaysHowItSavesPower() {
        String path = "/clusters/" + clusterId;
        JsonNode before = api.get(path).expect(200).json().path("powerSaving");
        assertEquals(20, before.path("lowUtilizationPercent").asInt());
        assertEquals(0, before.path("hostsInReserve").asInt());
        assertFalse(before.path("enableAutomaticHostPowerManagement").asBoolean(true));

        api.patch(
                        path,
                        Map.of(
                                "schedulingPolicy",
                                "power_saving",
                                "powerSaving",
                                Map.of("hostsInReserve", 1, "enableAutomaticHostPowerManagement", true)))
                .expect(200);

        JsonNode after = api.get(path).expect(200).json().path("powerSaving");
        assertEquals(20, after.path("lowUtilizationPercent").asInt());
        assertEquals(1, after.path("hostsInReserve").asInt());
        assertTrue(after.path("enableAutomaticHostPowerManagement").asBoolean());
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("lowUtilizationPercent", 101),
                Map.of("lowUtilizationPercent", 80),
                Map.of("hostsInReserve", -1))) {
            String problem = api.patch(path, Map.of("powerSaving", wrong))
                    .expect(400)
                    .json()
                    .toString();
            assertTrue(
                    problem.contains("powerSaving." + wrong.keySet().iterator().next()), problem);
        }
    }

    @Test
    void aPolicyMayHaveASchedule() {
        String path = "/clusters/" + clusterId;
        Map<String, Object> always = Map.of(
                "days",
                List.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
                "from",
                "00:00",
                "to",
                "00:00",
                "policy",
                "performance");
        JsonNode scheduled = api.patch(
                        path,
                        Map.of(
                                "schedulingPolicy",
                                "density",
                                "policySchedule",
                                Map.of("timeZone", "Europe/Berlin", "windows", List.of(always))))
                .expect(200)
                .json();
        assertEquals("density", scheduled.path("schedulingPolicy").asText());
        assertEquals("performance", scheduled.path("policyInForce").asText());
        assertEquals(
                "00:00",
                scheduled
                        .path("policySchedule")
                        .path("windows")
                        .path(0)
                        .path("from")
                        .asText());

        JsonNode renamed =
                api.patch(path, Map.of("description", "the same")).expect(200).json();
        assertEquals(scheduled.path("policySchedule"), renamed.path("policySchedule"));
        JsonNode without = api.patch(path, Map.of("policySchedule", Map.of("windows", List.of())))
                .expect(200)
                .json();
        assertEquals("density", without.path("policyInForce").asText());
        assertTrue(without.path("policySchedule").isMissingNode()
                || without.path("policySchedule").isNull());

        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("timeZone", "Europe/Nowhere", "windows", List.of(always)),
                Map.of("windows", List.of(always, always)),
                Map.of("timeZone", "UTC"),
                Map.of("windows", List.of(Map.of("days", List.of("someday"), "from", "1:00", "to", "02:00"))))) {
            String problem = api.patch(path, Map.of("policySchedule", wrong))
                    .expect(400)
                    .json()
                    .toString();
            assertTrue(problem.contains("policySchedule."), problem);
        }
    }

    @Test
    void plansAreListedByClusterAndState() {
        JsonNode page = api.get("/balancing-plans?clusterId=" + clusterId + "&state=proposed")
                .expect(200)
                .json();
        assertEquals(0, page.path("items").size());
        api.get("/balancing-plans?state=perhaps").expect(400);
    }

    @Test
    void aPlanThatIsNotThereIsNotFound() {
        String plan = "/balancing-plans/" + UUID.randomUUID();
        api.get(plan).expect(404);
        api.post(plan + "/approve").expect(404);
        api.post(plan + "/reject").expect(404);
        api.delete(plan + "/moves/" + UUID.randomUUID()).expect(404);
        api.post(plan + "/pause").expect(404);
        api.post(plan + "/resume").expect(404);
        api.post(plan + "/abort").expect(404);
    }

    @Test
    void aRollingMaintenanceThatMakesNoSenseIsRefused() {
        String path = "/clusters/" + clusterId + "/rolling-maintenance";
        api.post("/clusters/" + UUID.randomUUID() + "/rolling-maintenance", Map.of())
                .expect(404);
        api.post(path, Map.of()).expect(409);
        api.post(path, Map.of("task", "repaint")).expect(400);
        String problem = api.post(path, Map.of("hostsAtOnce", 0, "hostIds", List.of(UUID.randomUUID())))
                .expect(400)
                .json()
                .toString();
        assertTrue(problem.contains("hostsAtOnce") && problem.contains("hostIds"), problem);
    }
}
