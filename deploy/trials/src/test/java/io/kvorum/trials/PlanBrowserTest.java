package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Plans of moves in headless Chromium, against the real engine with simulated hosts: the lab's libvirt hosts share one machine's
 * CPUs, so that none of them can be relieved.
 */
class PlanBrowserTest {

    private static final int HOSTS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String BUSY_HOST = "sim-0001";

    @Test
    void reviewsAPlanAndMakesRulesAndPolicies() throws Exception {
        Path root = Path.of(System.getProperty("source.root"));
        Path folder = Files.createTempDirectory("kvorum-plans");
        try (EngineProcess process = new EngineProcess(root, folder.resolve("engine"), 18090, 18454)
                .enrollingAt("127.0.0.1")
                .with("KVORUM_HISTORY_STEP", "10s")) {
            process.start();
            EngineClient engine = new EngineClient(process.uri());
            engine.logIn("admin", process.adminPassword());
            Path token = folder.resolve("token");
            SimulatedCluster.prepare(engine, HOSTS, token);
            Process fleet = SimulatedCluster.start(root, folder, token, HOSTS, "127.0.0.1", "256m");
            try {
                engine.until(
                        HOSTS + " hosts to be up",
                        LIMIT,
                        () -> engine.get("/status"),
                        status -> status.get("hosts").get("up").asInt() == HOSTS);
                Browser.tests(process, "screenshots-scheduling", "scheduling");
                overload(engine, root, folder);
                Browser.tests(process, "screenshots-plans", "plans");
            } finally {
                fleet.destroy();
                fleet.waitFor();
            }
        }
    }

    /** Three busy VMs on one host, 94 % of its CPUs, in a cluster whose plans are reviewed: two should move. */
    private static void overload(EngineClient engine, Path root, Path folder) throws Exception {
        String cluster = Cluster.id(engine.get("/clusters").get("items").get(0));
        engine.patch(
                "/clusters/" + cluster,
                Map.of(
                        "highUtilizationPercent",
                        50,
                        "cpuOverCommitDurationMinutes",
                        0,
                        "balancing",
                        Map.of("mode", "review", "aggressiveness", 1)));
        String host = hostId(engine);
        List<String> vms = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Map<String, Object> hardware = Map.of("coresPerSocket", 20, "memoryBytes", 4L << 30);
            JsonNode made = engine.succeed(
                    engine.post("/vms", Map.of("name", "busy-" + i, "clusterId", cluster, "hardware", hardware)),
                    LIMIT);
            String vm = made.get("subject").get("id").asText();
            engine.succeed(engine.post("/vms/" + vm + "/start", Map.of("hostId", host)), LIMIT);
            vms.add(vm);
        }
        for (String vm : vms) {
            Process load = new ProcessBuilder(
                            root.resolve("host-agent/src/main/sh/kvorum-agent").toString(),
                            "fleet",
                            folder.resolve("fleet").toString(),
                            "load",
                            BUSY_HOST,
                            vm,
                            "1")
                    .inheritIO()
                    .start();
            assertEquals(0, load.waitFor());
        }
    }

    private static String hostId(EngineClient engine) throws Exception {
        for (JsonNode host : engine.get("/hosts").get("items")) {
            if (host.get("name").asText().equals(BUSY_HOST)) {
                return Cluster.id(host);
            }
        }
        throw new AssertionError("No host " + BUSY_HOST);
    }
}
