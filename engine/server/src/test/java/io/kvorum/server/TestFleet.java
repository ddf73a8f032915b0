package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Four simulated hosts that joined the engine of the tests once, and what VMs on them need. */
final class TestFleet {

    static final int HOSTS = 4;
    static final int CPUS = 16;
    static final long MEMORY_BYTES = 32L << 30;
    private static @Nullable TestFleet only;

    final ApiClient api = ApiClient.admin();
    final FleetProcess simulation;
    final String dataCenterId;
    final String clusterId;
    final String networkId;
    final String storageDomainId;
    final String imageId;
    final String templateId;

    private TestFleet() throws Exception {
        dataCenterId =
                api.post("/data-centers", Map.of("name", "fleet")).expect(201).id();
        clusterId = api.post("/clusters", Map.of("name", "fleet", "dataCenterId", dataCenterId))
                .expect(201)
                .id();
        networkId = api.post(
                        "/networks",
                        Map.of("name", "fleet", "dataCenterId", dataCenterId, "kind", "bridge", "bridge", "br0"))
                .expect(201)
                .id();
        simulation = FleetProcess.start(
                ApiClient.dataDir().resolve("fleet"),
                joinToken(HOSTS),
                "--hosts",
                Integer.toString(HOSTS),
                "--cpus",
                Integer.toString(CPUS),
                "--memory-gib",
                Long.toString(MEMORY_BYTES >> 30),
                "--time-scale",
                "100");
        await("/hosts", page -> count(page, "up") == HOSTS);
        storageDomainId = api.post(
                        "/storage-domains",
                        Map.of(
                                "name",
                                "fleet",
                                "dataCenterId",
                                dataCenterId,
                                "kind",
                                "shared_folder",
                                "path",
                                "/srv/kvorum"))
                .expect(201)
                .id();
        await("/storage-domains/" + storageDomainId, domain -> is(domain, "active"));
        imageId = image("fleet");
        templateId = template("fleet", imageId);
    }

    static synchronized TestFleet get() {
        TestFleet known = only;
        if (known == null) {
            try {
                known = new TestFleet();
                only = known;
            } catch (Exception e) {
                throw new AssertionError("The simulated hosts did not join: " + e.getMessage(), e);
            }
        }
        return known;
    }

    String joinToken(int uses) {
        return api.post("/join-tokens", Map.of("clusterId", clusterId, "uses", uses))
                .expect(201)
                .json()
                .path("token")
                .asText();
    }

    String image(String name) {
        return api.upload("name=" + name + "&format=raw&storageDomainId=" + storageDomainId, new byte[1 << 20])
                .expect(201)
                .id();
    }

    String template(String name, String ofImage) {
        return subject(api.succeeded(
                api.post("/templates", Map.of("name", name, "dataCenterId", dataCenterId, "imageId", ofImage))));
    }

    /** The body for a VM with a disk of its own and a network card. */
    Map<String, Object> vmBody(String name) {
        Map<String, Object> body = new HashMap<>();
        body.put("name", name);
        body.put("clusterId", clusterId);
        body.put("hardware", Map.of("memoryBytes", 1L << 30));
        body.put("disks", List.of(Map.of("sizeBytes", 1L << 30, "storageDomainId", storageDomainId)));
        body.put("nics", List.of(Map.of("networkId", networkId)));
        return body;
    }

    /** A VM that is down. */
    String vm(String name) {
        return vm(name, Map.of());
    }

    String vm(String name, Map<String, ?> more) {
        Map<String, Object> body = vmBody(name);
        body.putAll(more);
        return subject(api.succeeded(api.post("/vms", body)));
    }

    /** A VM that runs on that host. */
    String vmOn(String host, String name, Map<String, ?> more) {
        String id = vm(name, more);
        api.succeeded(api.post("/vms/" + id + "/start", Map.of("hostId", hostId(host))));
        return id;
    }

    void remove(String vmId) {
        if (!is(vmNow(vmId), "down")) {
            api.ended(api.post("/vms/" + vmId + "/force-off"));
        }
        api.succeeded(api.delete("/vms/" + vmId));
    }

    String hostId(String name) {
        for (JsonNode host : api.all("/hosts", 100)) {
            if (host.path("name").asText().equals(name)) {
                return host.path("id").asText();
            }
        }
        throw new AssertionError("No host " + name);
    }

    String hostOf(String vmId) {
        return api.get("/hosts/" + vmNow(vmId).path("hostId").asText())
                .expect(200)
                .json()
                .path("name")
                .asText();
    }

    /** On how many hosts the VM really runs. */
    long holders(String vmId) {
        return IntStream.rangeClosed(1, HOSTS)
                .filter(number -> simulation.vmsOn("sim-000" + number).contains(vmId))
                .count();
    }

    JsonNode vmNow(String id) {
        return api.get("/vms/" + id).expect(200).json();
    }

    JsonNode await(String path, Predicate<JsonNode> condition) {
        long deadline = System.nanoTime() + 40_000_000_000L;
        while (true) {
            JsonNode now = api.get(path).expect(200).json();
            if (condition.test(now)) {
                return now;
            }
            assertTrue(System.nanoTime() - deadline < 0, () -> path + " stays " + now);
            ApiClient.pause();
        }
    }

    static String subject(JsonNode operation) {
        return operation.path("subject").path("id").asText();
    }

    static boolean is(JsonNode thing, String state) {
        return thing.path("state").asText().equals(state);
    }

    private static long count(JsonNode page, String state) {
        long count = 0;
        for (JsonNode item : page.path("items")) {
            count += is(item, state) ? 1 : 0;
        }
        return count;
    }
}
