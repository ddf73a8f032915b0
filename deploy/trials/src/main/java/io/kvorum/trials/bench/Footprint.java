package io.kvorum.trials.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.Cluster;
import io.kvorum.trials.EngineClient;
import io.kvorum.trials.EngineProcess;
import io.kvorum.trials.Lab;
import io.kvorum.trials.SimulatedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Resident memory of the parts, at rest and under a fleet; and how soon the engine answers after its start. */
final class Footprint {

    private static final int HOSTS = 100;
    private static final int VMS = 2000;
    private static final int AT_ONCE = 16;
    private static final Duration REST = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path root;

    Footprint(Path root) {
        this.root = root;
    }

    void run() throws Exception {
        Path folder = Files.createTempDirectory("kvorum-bench");
        double agent = agentMb(folder.resolve("real"));
        Path data = folder.resolve("engine");
        try (EngineProcess process = new EngineProcess(root, data, 18080, 18444).enrollingAt("127.0.0.1")) {
            System.out.printf(
                    Locale.ROOT,
                    "first start, with an empty database: %.1f s%n",
                    process.start().toMillis() / 1e3);
            Thread.sleep(REST);
            System.out.printf(
                    Locale.ROOT,
                    "at rest: engine %.0f MB resident, PostgreSQL %.0f MB%n",
                    Machine.residentMb(process.pid()),
                    Machine.proportionalMb(data.toString() + "/postgres"));
            fleet(process, folder);
            process.close();
            double first = process.start().toMillis() / 1e3;
            System.out.printf(Locale.ROOT, "footprint.first_request_s %.2f s%n", first);
            System.out.printf(Locale.ROOT, "footprint.agent_mb %.0f MB%n", agent);
        }
    }

    private void fleet(EngineProcess process, Path folder) throws Exception {
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
            long began = System.nanoTime();
            startVms(engine);
            System.out.printf(
                    Locale.ROOT,
                    "%d VMs made and started on %d simulated hosts in %.0f s%n",
                    VMS,
                    HOSTS,
                    (System.nanoTime() - began) / 1e9);
            Thread.sleep(REST);
            System.out.printf(Locale.ROOT, "footprint.engine_mb %.0f MB%n", Machine.residentMb(process.pid()));
            System.out.printf(
                    Locale.ROOT,
                    "footprint.postgres_mb %.0f MB%n",
                    Machine.proportionalMb(folder.resolve("engine") + "/postgres"));
        } finally {
            fleet.destroy();
            fleet.waitFor();
        }
    }

    private static void startVms(EngineClient engine) throws Exception {
        String cluster = engine.get("/clusters").get("items").get(0).get("id").asText();
        try (ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<JsonNode>> all = new ArrayList<>();
            for (int i = 0; i < VMS; i++) {
                Map<String, Object> vm = Map.of(
                        "name",
                        "vm-" + i,
                        "clusterId",
                        cluster,
                        "hardware",
                        Map.of("memoryBytes", 1L << 30),
                        "start",
                        true);
                all.add(executor.submit(() -> engine.post("/vms", vm)));
            }
            for (Future<JsonNode> one : all) {
                one.get();
            }
        }
        engine.until(
                VMS + " VMs to run",
                LIMIT,
                () -> engine.get("/status"),
                status -> status.get("vms").get("running").asInt() == VMS);
    }

    /** Of a real agent on a lab host that runs a VM. */
    private double agentMb(Path data) throws Exception {
        Lab lab = new Lab(root, Path.of("/var/lib/kvorum-lab"));
        try (EngineProcess process = new EngineProcess(root, data, 18080, 18444)) {
            process.start();
            EngineClient engine = new EngineClient(process.uri());
            engine.logIn("admin", process.adminPassword());
            Cluster cluster = new Cluster(engine, lab);
            Path token = data.resolve("token");
            cluster.describe(1, token);
            lab.run("up", "1", "--token-file", token.toString());
            cluster.awaitHosts(1);
            cluster.fill();
            cluster.vm("bench", false, true);
            Thread.sleep(REST);
            return agentPids().stream().mapToDouble(Footprint::resident).max().orElseThrow();
        } finally {
            lab.run("down");
        }
    }

    private static List<Long> agentPids() throws IOException {
        return Machine.pids("kvorum-host-agent").stream()
                .filter(pid -> resident(pid) > 20)
                .toList();
    }

    private static double resident(long pid) {
        try {
            return Machine.residentMb(pid);
        } catch (IOException e) {
            return 0;
        }
    }
}
