package io.kvorum.server;

import static io.kvorum.server.ConfigurationTest.assertField;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Affinity groups, fault domains, seats on NUMA nodes, wishes for hosts and scheduling policies, from the API to the hosts. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class SchedulingTest {

    private TestFleet fleet;
    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    private String group(String vmRule, String level, String... vmIds) {
        List<Map<String, String>> members =
                java.util.Arrays.stream(vmIds).map(id -> Map.of("vmId", id)).toList();
        return api.post(
                        "/affinity-groups",
                        Map.of(
                                "name", ApiClient.unique("group"),
                                "clusterId", fleet.clusterId,
                                "vmRule", vmRule,
                                "level", level,
                                "members", members))
                .expect(201)
                .id();
    }

    @Test
    void vmsThatBelongApartRunApartAndThePlacementSaysWhy() {
        String one = fleet.vm(ApiClient.unique("apart"));
        String other = fleet.vm(ApiClient.unique("apart"));
        String group = group("hard_anti_affinity", "host", one, other);
        api.succeeded(api.post("/vms/" + one + "/start"));
        String taken = fleet.hostOf(one);

        JsonNode placement = api.get("/vms/" + other + "/placement").expect(200).json();
        JsonNode refused = host(placement, taken);
        assertEquals("VmAffinityGroups", refused.path("filter").asText());
        assertTrue(refused.path("reason").asText().contains("must not share a host"), refused.toString());
        api.succeeded(api.post("/vms/" + other + "/start"));
        assertNotEquals(taken, fleet.hostOf(other));

        JsonNode read = api.get("/affinity-groups/" + group).expect(200).json();
        assertEquals(2, read.path("members").size());
        fleet.remove(other);
        assertEquals(
                1,
                api.get("/affinity-groups/" + group)
                        .expect(200)
                        .json()
                        .path("members")
                        .size());
        fleet.remove(one);
        api.delete("/affinity-groups/" + group).expect(204);
    }

    @Test
    void aVmRunsOnlyOnHostsThatHaveItsLabels() {
        String vm = fleet.vm(ApiClient.unique("licensed"));
        String host = fleet.hostId("sim-0002");
        ApiClient.Answer refused = api.post(
                        "/affinity-labels", Map.of("name", ApiClient.unique("licence"), "vmIds", List.of(vm)))
                .expect(400);
        assertField(refused, "vmIds", "leaves no host");
        String label = api.post(
                        "/affinity-labels",
                        Map.of("name", ApiClient.unique("licence"), "vmIds", List.of(vm), "hostIds", List.of(host)))
                .expect(201)
                .id();

        JsonNode placement = api.get("/vms/" + vm + "/placement").expect(200).json();
        assertEquals("Label", host(placement, "sim-0001").path("filter").asText());
        assertEquals("chosen", host(placement, "sim-0002").path("verdict").asText());
        api.succeeded(api.post("/vms/" + vm + "/start"));
        assertEquals("sim-0002", fleet.hostOf(vm));

        fleet.remove(vm);
        JsonNode left = api.get("/affinity-labels/" + label).expect(200).json();
        assertEquals(0, left.path("vmIds").size());
        assertEquals(host, left.path("hostIds").get(0).asText());
        api.delete("/affinity-labels/" + label).expect(204);
    }

    @Test
    void aQuotaIsKept() {
        String quota = api.post(
                        "/quotas",
                        Map.of(
                                "name",
                                ApiClient.unique("quota"),
                                "dataCenterId",
                                api.get("/clusters/" + fleet.clusterId)
                                        .expect(200)
                                        .json()
                                        .path("dataCenterId")
                                        .asText(),
                                "vcpus",
                                1,
                                "clusters",
                                List.of(Map.of("clusterId", fleet.clusterId, "memoryBytes", 1L << 40))))
                .expect(201)
                .id();
        String one = fleet.vm(ApiClient.unique("counted"));
        String other = fleet.vm(ApiClient.unique("counted"));
        for (String vm : List.of(one, other)) {
            api.patch("/vms/" + vm, Map.of("quotaId", quota, "hardware", Map.of("sockets", 1, "coresPerSocket", 1)))
                    .expect(200);
        }
        api.succeeded(api.post("/vms/" + one + "/start"));
        ApiClient.Answer refused = api.post("/vms/" + other + "/start").expect(409);
        assertTrue(refused.detail().contains("allows 1 virtual CPUs, 1 are used"), refused.text());
        assertEquals("quota", refused.json().path("blocker").path("kind").asText());
        JsonNode usage = api.get("/quotas/" + quota + "/usage").expect(200).json();
        assertEquals(1, usage.path("vcpus").asInt());
        assertEquals(
                fleet.clusterId, usage.path("clusters").get(0).path("clusterId").asText());

        api.patch("/vms/" + other, Map.of("quotaId", "")).expect(200);
        api.succeeded(api.post("/vms/" + other + "/start"));
        fleet.remove(one);
        fleet.remove(other);
        api.delete("/quotas/" + quota).expect(204);
    }

    @Test
    void aGuestKeepsItsMachine() {
        String vm = fleet.vm(ApiClient.unique("machine"));
        assertField(
                api.patch("/vms/" + vm, Map.of("hardware", Map.of("emulatedMachine", "pc")))
                        .expect(400),
                "hardware.emulatedMachine",
                "q35");
        api.patch("/vms/" + vm, Map.of("hardware", Map.of("emulatedMachine", "pc-q35-9.9")))
                .expect(200);
        JsonNode placement = api.get("/vms/" + vm + "/placement").expect(200).json();
        assertEquals(
                "Emulated-Machine", host(placement, "sim-0001").path("filter").asText());

        api.patch("/vms/" + vm, Map.of("hardware", Map.of("emulatedMachine", "", "invariantTsc", true)))
                .expect(200);
        api.succeeded(api.post("/vms/" + vm + "/start"));
        assertEquals(
                "pc-q35-7.2",
                api.get("/vms/" + vm).expect(200).json().path("machine").asText());
        JsonNode facts =
                api.get("/hosts/" + fleet.hostId("sim-0001")).expect(200).json().path("facts");
        assertEquals("pc-q35-7.2", facts.path("machineAliases").path("q35").asText());
        assertEquals(3_000_000_000L, facts.path("tsc").path("hertz").asLong());
        fleet.remove(vm);
    }

    @Test
    void aVmThatRunsIsExplainedAsIfItRanNowhere() {
        String vm = fleet.vm(ApiClient.unique("afresh"));
        api.succeeded(api.post("/vms/" + vm + "/start", Map.of("hostId", fleet.hostId("sim-0002"))));

        JsonNode next = api.get("/vms/" + vm + "/placement").expect(200).json();
        assertEquals("Migration", host(next, "sim-0002").path("filter").asText());
        JsonNode afresh =
                api.get("/vms/" + vm + "/placement?afresh=true").expect(200).json();
        JsonNode here = host(afresh, "sim-0002");
        assertNotEquals("refused", here.path("verdict").asText());
        assertFalse(here.path("scores").isEmpty());
        assertEquals("sim-0002", fleet.hostOf(vm));
        fleet.remove(vm);
    }

    @Test
    void tellsWhereTheNextVmWouldGoOrAllThatIsMissing() {
        String path = "/clusters/" + fleet.clusterId + "/placement?memoryBytes=";
        JsonNode fits = api.get(path + (1L << 30) + "&cpus=2").expect(200).json();
        assertFalse(fits.path("chosenHostId").isNull());

        JsonNode none = api.get(path + (15L << 40) + "&cpus=512").expect(200).json();
        assertTrue(none.path("chosenHostId").isNull());
        assertTrue(none.path("summary").asText().contains("The least stands against sim-"), none.toString());
        JsonNode refused = host(none, "sim-0003");
        assertEquals("CPU", refused.path("filter").asText());
        assertEquals(
                "Memory", refused.path("further").path(0).path("filter").asText(), "what else is missing: " + refused);

        assertField(api.get(path + "1").expect(400), "hardware.memoryBytes", "MiB");
        api.get(path + (1L << 30) + "&networkId=nonsense").expect(404);
        assertField(
                api.get("/clusters/" + java.util.UUID.randomUUID() + "/placement")
                        .expect(400),
                "clusterId",
                "no such cluster");
    }

    @Test
    void namesTheRulesThatVmsBreakWhereTheyRun() {
        String one = fleet.vm(ApiClient.unique("broken"));
        String other = fleet.vm(ApiClient.unique("broken"));
        for (String vm : List.of(one, other)) {
            api.succeeded(api.post("/vms/" + vm + "/start", Map.of("hostId", fleet.hostId("sim-0001"))));
        }
        String group = group("hard_anti_affinity", "host", one, other);

        JsonNode broken = api.get("/affinity-groups/broken-rules?clusterId=" + fleet.clusterId)
                .expect(200)
                .json();
        assertEquals(2, broken.size(), broken.toString());
        assertEquals(group, broken.path(0).path("groupId").asText());
        assertTrue(broken.path(0).path("hard").asBoolean());
        assertTrue(broken.path(0).path("reason").asText().contains("shares its host"), broken.toString());

        fleet.remove(other);
        assertEquals(
                0,
                api.get("/affinity-groups/broken-rules?clusterId=" + fleet.clusterId)
                        .expect(200)
                        .json()
                        .size());
        assertField(api.get("/affinity-groups/broken-rules").expect(400), "clusterId", "");
        fleet.remove(one);
        api.delete("/affinity-groups/" + group).expect(204);
    }

    @Test
    void aRackCountsAsOnePlace() {
        String one = fleet.vm(ApiClient.unique("rack"));
        String other = fleet.vm(ApiClient.unique("rack"));
        String group = group("hard_anti_affinity", "fault_domain", one, other);
        for (int i = 1; i <= TestFleet.HOSTS; i++) {
            String host = fleet.hostId("sim-000" + i);
            JsonNode changed = api.patch("/hosts/" + host, Map.of("faultDomain", i < 4 ? "rack-a" : "rack-b"))
                    .expect(200)
                    .json();
            assertEquals(
                    i < 4 ? "rack-a" : "rack-b", changed.path("faultDomain").asText());
        }
        api.succeeded(api.post("/vms/" + one + "/start", Map.of("hostId", fleet.hostId("sim-0001"))));

        JsonNode placement = api.get("/vms/" + other + "/placement").expect(200).json();
        assertEquals(
                "VmAffinityGroups", host(placement, "sim-0003").path("filter").asText());
        api.succeeded(api.post("/vms/" + other + "/start"));
        assertEquals("sim-0004", fleet.hostOf(other));

        assertField(
                api.patch("/hosts/" + fleet.hostId("sim-0001"), Map.of("faultDomain", "a b"))
                        .expect(400),
                "faultDomain",
                "1 to 64");
        for (int i = 1; i <= TestFleet.HOSTS; i++) {
            api.patch("/hosts/" + fleet.hostId("sim-000" + i), Map.of("faultDomain", ""))
                    .expect(200);
        }
        fleet.remove(one);
        fleet.remove(other);
        api.delete("/affinity-groups/" + group).expect(204);
    }

    @Test
    void groupsThatContradictEachOtherAreNamed() {
        String one = fleet.vm(ApiClient.unique("torn"));
        String other = fleet.vm(ApiClient.unique("torn"));
        String together = group("hard_affinity", "host", one, other);
        String name = api.get("/affinity-groups/" + together)
                .expect(200)
                .json()
                .path("name")
                .asText();

        Map<String, Object> apart = Map.of(
                "name",
                ApiClient.unique("apart"),
                "clusterId",
                fleet.clusterId,
                "vmRule",
                "hard_anti_affinity",
                "members",
                List.of(Map.of("vmId", one), Map.of("vmId", other)));
        assertField(api.post("/affinity-groups", apart).expect(400), "members", name);
        assertField(
                api.post("/affinity-groups", Map.of("name", "g", "clusterId", fleet.clusterId, "vmRule", "near"))
                        .expect(400),
                "vmRule",
                "hard_affinity");
        fleet.remove(one);
        fleet.remove(other);
        api.delete("/affinity-groups/" + together).expect(204);
    }

    @Test
    void aVmWithCpusOfItsOwnIsGivenThemAndKeepsOthersOff() {
        String vm = fleet.vm(
                ApiClient.unique("seated"),
                Map.of(
                        "hardware",
                        Map.of("memoryBytes", 2L << 30, "coresPerSocket", 4, "dedicatedCpus", true),
                        "hosts",
                        Map.of("only", List.of(fleet.hostId("sim-0002")))));
        assertEquals(1, fleet.vmNow(vm).path("hardware").path("numaNodes").asInt());
        JsonNode placement = api.get("/vms/" + vm + "/placement").expect(200).json();
        assertEquals("PinToHost", host(placement, "sim-0001").path("filter").asText());
        if (fleet.vmNow(vm).path("seat").isEmpty()
                && host(placement, "sim-0002").path("verdict").asText().equals("refused")) {
            assertEquals(
                    "CpuPinning", host(placement, "sim-0002").path("filter").asText());
            return; // Another test's VM shares that host's CPUs just now.
        }
        api.succeeded(api.post("/vms/" + vm + "/start"));

        JsonNode seat = fleet.vmNow(vm).path("seat");
        assertEquals(4, seat.path(0).path("cpus").size(), seat.toString());
        String other = fleet.vm(ApiClient.unique("floating"));
        JsonNode refused =
                host(api.get("/vms/" + other + "/placement").expect(200).json(), "sim-0002");
        assertEquals("CpuPinning", refused.path("filter").asText());
        fleet.remove(vm);
        fleet.remove(other);
    }

    @Test
    void aPolicyOfAnOperatorDecides() {
        JsonNode units = api.get("/scheduling-units").expect(200).json();
        assertTrue(units.path("units").size() > 25);
        assertEquals(7, units.path("builtInPolicies").size());
        String policy = api.post(
                        "/scheduling-policies",
                        Map.of(
                                "name",
                                ApiClient.unique("packed"),
                                "filters",
                                List.of("GuestLimit"),
                                "weights",
                                Map.of("OptimalForMemoryPowerSaving", 3),
                                "parameters",
                                Map.of("MaxGuests", 40)))
                .expect(201)
                .id();
        JsonNode changed = api.patch("/clusters/" + fleet.clusterId, Map.of("customPolicyId", policy))
                .expect(200)
                .json();
        assertEquals(policy, changed.path("customPolicyId").asText());
        api.delete("/scheduling-policies/" + policy).expect(409);

        String vm = fleet.vm(ApiClient.unique("packed"));
        JsonNode placement = api.get("/vms/" + vm + "/placement").expect(200).json();
        for (JsonNode host : placement.path("hosts")) {
            if (!host.path("verdict").asText().equals("refused")) {
                assertEquals(
                        List.of("OptimalForMemoryPowerSaving"),
                        host.path("scores").findValuesAsText("weight"));
            }
        }
        fleet.remove(vm);
        api.patch("/clusters/" + fleet.clusterId, Map.of("customPolicyId", "")).expect(200);
        api.delete("/scheduling-policies/" + policy).expect(204);
    }

    @Test
    void saysWhatIsWrongWithAPolicy() {
        assertField(
                api.post("/scheduling-policies", Map.of("name", "p", "weights", Map.of("Speed", 1)))
                        .expect(400),
                "weights",
                "OptimalForCpuEvenDistribution");
        assertField(
                api.post("/scheduling-policies", Map.of("name", "p", "weights", Map.of("Packing", 0)))
                        .expect(400),
                "weights.Packing",
                "more than 0");
        assertField(
                api.post(
                                "/scheduling-policies",
                                Map.of(
                                        "name",
                                        "p",
                                        "weights",
                                        Map.of("Packing", 1),
                                        "parameters",
                                        Map.of("VCpuToPhysicalCpuRatio", 65)))
                        .expect(400),
                "parameters.VCpuToPhysicalCpuRatio",
                "from 1.0 to 64.0");
        assertField(
                api.post(
                                "/scheduling-policies",
                                Map.of("name", "p", "filters", List.of("Memory"), "weights", Map.of("Packing", 1)))
                        .expect(400),
                "filters",
                "always counts");
    }

    private static JsonNode host(JsonNode placement, String name) {
        for (JsonNode host : placement.path("hosts")) {
            if (host.path("hostName").asText().equals(name)) {
                return host;
            }
        }
        assertFalse(true, "no host " + name + " in " + placement);
        return placement;
    }
}
