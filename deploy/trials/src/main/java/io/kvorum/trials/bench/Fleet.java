package io.kvorum.trials.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.EngineClient;
import io.kvorum.trials.EngineProcess;
import io.kvorum.trials.SimulatedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * One engine with real PostgreSQL and a fleet of simulated hosts that talk to it by real gRPC over loopback: how fast VMs
 * come up, what the engine takes at rest, how soon it tells what happened, and how soon the VMs of hosts that die run again.
 */
final class Fleet {

    private static final int VMS_PER_HOST = 20;
    private static final int AT_ONCE = 32;

    /** VMs that are made with a request each, at most. */
    private static final int MOST_SINGLE = 5000;

    private static final int BATCH = 100;
    private static final int BATCHES_AT_ONCE = 8;
    private static final int EVENT_SAMPLES_PER_MINUTE = 20;
    private static final long POLL_MILLIS = 10;

    /** One host of so many loses its power in the storm. */
    private static final int LOST_OF = 20;

    private static final Duration LIMIT = Duration.ofMinutes(60);
    private static final String HEAP = "4g";

    private final Path root;
    private final int hosts;
    private final int clusters;
    private final Duration rest;
    private final Random dice = new Random(1);

    Fleet(Path root, List<String> options) {
        this.root = root;
        hosts = option(options, "--hosts", 10_000);
        clusters = Math.ceilDiv(hosts, option(options, "--cluster-hosts", 100));
        rest = Duration.ofMinutes(option(options, "--minutes", 30));
    }

    private static int option(List<String> options, String name, int preset) {
        int at = options.indexOf(name);
        return at < 0 ? preset : Integer.parseInt(options.get(at + 1));
    }

    void run() throws Exception {
        Path folder = Files.createTempDirectory("kvorum-bench");
        EngineProcess configured = new EngineProcess(root, folder.resolve("engine"), 18080, 18444)
                .enrollingAt("127.0.0.1")
                .with("KVORUM_HEAP", HEAP)
                .with("KVORUM_AGENTS_HEARTBEAT_INTERVAL", "2s")
                .with("KVORUM_HA_HEARTBEAT_TIMEOUT", "6s")
                .with("KVORUM_AGENTS_STATISTICS_INTERVAL", "15s");
        try (EngineProcess process = configured) {
            process.start();
            EngineClient engine = new EngineClient(process.uri());
            engine.logIn("admin", process.adminPassword());
            engine.useToken("fleet");
            Path token = folder.resolve("token");
            SimulatedCluster.prepare(engine, hosts, clusters, token);
            long began = System.nanoTime();
            Process fleet = SimulatedCluster.start(root, folder, token, hosts, "127.0.0.1", "6g");
            try {
                awaitCount(engine, "hosts", "up", hosts);
                System.out.printf(
                        Locale.ROOT,
                        "%d hosts of %d clusters joined in %.0f s%n",
                        hosts,
                        clusters,
                        secondsSince(began));
                List<JsonNode> all = all(engine, "/hosts?limit=1000");
                givePowerSwitches(engine, all);
                start(engine);
                atRest(engine, process, folder);
                storm(engine, folder, all);
                // Last of all: a full collection stops the engine for longer than a leader may be silent.
                System.out.printf(Locale.ROOT, "fleet.heap_mb %.0f MB%n", Machine.liveHeapMb(process.pid()));
            } finally {
                fleet.destroy();
                fleet.waitFor();
            }
        }
    }

    private void givePowerSwitches(EngineClient engine, List<JsonNode> all) throws Exception {
        parallel(
                AT_ONCE,
                all.size(),
                i -> engine.put(
                        "/hosts/" + all.get(i).get("id").asText() + "/power-management",
                        Map.of(
                                "enabled",
                                true,
                                "agents",
                                List.of(Map.of(
                                        "type",
                                        "ipmilan",
                                        "address",
                                        all.get(i).get("name").asText(),
                                        "username",
                                        "admin",
                                        "password",
                                        "simulated")))));
    }

    /** Some with a request each, the others in batches, the way somebody makes so many. */
    private void start(EngineClient engine) throws Exception {
        List<String> clusterIds = all(engine, "/clusters?limit=1000").stream()
                .map(cluster -> cluster.get("id").asText())
                .toList();
        int vms = hosts * VMS_PER_HOST;
        int few = Math.min(vms / 4, MOST_SINGLE);
        int single = few + (vms - few) % BATCH;
        double singleRate = timed(
                engine,
                single,
                single,
                () -> parallel(
                        AT_ONCE, single, i -> engine.post("/vms", vm(i, clusterIds.get(i % clusterIds.size())))));
        System.out.printf(Locale.ROOT, "fleet.single_starts_per_s %.0f VMs/s%n", singleRate);
        int batches = (vms - single) / BATCH;
        double rate = timed(
                engine,
                batches * BATCH,
                single + batches * BATCH,
                () -> parallel(
                        BATCHES_AT_ONCE,
                        batches,
                        batch -> engine.succeed(
                                engine.post("/vms/batch-create", Map.of("vms", batch(single, batch, clusterIds))),
                                LIMIT)));
        System.out.printf(Locale.ROOT, "fleet.starts_per_s %.0f VMs/s%n", rate);
    }

    private interface Task {
        void run() throws Exception;
    }

    /** How many VMs a second, until so many run in all. */
    private static double timed(EngineClient engine, int started, int running, Task task) throws Exception {
        long began = System.nanoTime();
        task.run();
        awaitCount(engine, "vms", "running", running);
        double seconds = secondsSince(began);
        System.out.printf(Locale.ROOT, "%d VMs were made and started in %.0f s%n", started, seconds);
        return started / seconds;
    }

    private static List<Map<String, Object>> batch(int first, int batch, List<String> clusterIds) {
        return IntStream.range(0, BATCH)
                .mapToObj(i -> vm(first + batch * BATCH + i, clusterIds.get(batch % clusterIds.size())))
                .toList();
    }

    private static Map<String, Object> vm(int number, String clusterId) {
        return Map.of(
                "name",
                String.format(Locale.ROOT, "vm-%06d", number),
                "clusterId",
                clusterId,
                "hardware",
                Map.of("memoryBytes", 1L << 30),
                "highAvailability",
                Map.of("enabled", true),
                "start",
                true);
    }

    /** Statistics, heartbeats, now and then a guest that crashes, and an operator and a script that look. */
    private void atRest(EngineClient engine, EngineProcess process, Path folder) throws Exception {
        Map<String, List<Double>> answers = new TreeMap<>();
        List<Double> events = new ArrayList<>();
        double cpuBefore = Machine.cpuSeconds(process.pid());
        long began = System.nanoTime();
        for (int round = 0; secondsSince(began) < rest.toSeconds(); round++) {
            call(engine, round, answers);
            if (round % (60_000 / 200 / EVENT_SAMPLES_PER_MINUTE) == 0) {
                events.add(crash(engine, folder));
            }
            Thread.sleep(200);
        }
        List<Double> all = answers.values().stream().flatMap(List::stream).toList();
        double cores = (Machine.cpuSeconds(process.pid()) - cpuBefore) / secondsSince(began);
        System.out.printf(
                Locale.ROOT,
                "at rest for %.0f s: %d calls, %d events; resident %.0f MB%n",
                secondsSince(began),
                all.size(),
                events.size(),
                Machine.residentMb(process.pid()));
        answers.forEach((question, times) -> System.out.printf(
                Locale.ROOT,
                "  %-32s p50 %.0f ms, p99 %.0f ms%n",
                question,
                Machine.percentile(times, 50),
                Machine.percentile(times, 99)));
        System.out.printf(Locale.ROOT, "fleet.cpu_cores %.2f cores%n", cores);
        System.out.printf(Locale.ROOT, "fleet.api_p99_ms %.0f ms%n", Machine.percentile(all, 99));
        System.out.printf(Locale.ROOT, "fleet.event_p99_ms %.0f ms%n", Machine.percentile(events, 99));
        int silent =
                engine.get("/events?code=host.silent&limit=1000").get("items").size();
        System.out.printf(Locale.ROOT, "fleet.false_deaths %d hosts%n", silent);
    }

    /** Notes how long one list or one object takes, in ms, by what was asked. */
    private void call(EngineClient engine, int round, Map<String, List<Double>> answers)
            throws IOException, InterruptedException {
        int vm = dice.nextInt(hosts * VMS_PER_HOST);
        String path = switch (round % 7) {
            case 0 -> "/vms?limit=100";
            case 1 -> String.format(Locale.ROOT, "/vms?q=vm-%06d", vm);
            case 2 -> "/hosts?limit=100";
            case 3 -> "/operations?limit=100";
            case 4 -> "/events?limit=100";
            case 5 -> "/status";
            default -> "/vms?limit=100&sort=-createdAt";
        };
        long began = System.nanoTime();
        engine.get(path);
        answers.computeIfAbsent(path.replaceFirst("vm-[0-9]+", "…"), question -> new ArrayList<>())
                .add(secondsSince(began) * 1e3);
    }

    /** From the crash of a guest until the API tells that it does not run, or runs again, in ms. */
    private double crash(EngineClient engine, Path folder) throws IOException, InterruptedException {
        String host = String.format(Locale.ROOT, "sim-%04d", 1 + dice.nextInt(hosts));
        List<String> vms = SimulatedCluster.ask(folder, "vms", host).lines().toList();
        if (vms.isEmpty()) {
            return 0;
        }
        String path = "/vms/" + vms.get(dice.nextInt(vms.size()));
        String revision = engine.get(path).get("startedAt").asText();
        long began = System.nanoTime();
        SimulatedCluster.ask(folder, "crash", host, path.substring(5));
        while (true) {
            JsonNode vm = engine.get(path);
            if (!vm.get("state").asText().equals("up")
                    || !vm.get("startedAt").asText().equals(revision)) {
                return secondsSince(began) * 1e3;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void storm(EngineClient engine, Path folder, List<JsonNode> all) throws Exception {
        Set<String> lost = new HashSet<>();
        while (lost.size() < hosts / LOST_OF) {
            lost.add(all.get(dice.nextInt(all.size())).get("name").asText());
        }
        long orphans = 0;
        for (String host : lost) {
            orphans += SimulatedCluster.ask(folder, "vms", host).lines().count();
        }
        int running = hosts * VMS_PER_HOST;
        awaitCount(engine, "vms", "running", running);
        long began = System.nanoTime();
        for (String host : lost) {
            SimulatedCluster.ask(folder, "power-off", host);
        }
        engine.until(
                "the hosts to be missed",
                LIMIT,
                () -> engine.get("/status"),
                status -> status.get("vms").get("running").asInt() < running);
        awaitCount(engine, "vms", "running", running);
        double seconds = secondsSince(began);
        System.out.printf(Locale.ROOT, "%d hosts lost power, with %d VMs%n", lost.size(), orphans);
        System.out.printf(Locale.ROOT, "fleet.storm_s %.1f s%n", seconds);
    }

    private static void awaitCount(EngineClient engine, String what, String which, int count)
            throws InterruptedException {
        engine.until(
                count + " " + what + " " + which,
                LIMIT,
                () -> engine.get("/status"),
                status -> status.get(what).get(which).asInt() == count);
    }

    private static List<JsonNode> all(EngineClient engine, String path) throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page = engine.get(path + cursor);
            page.get("items").forEach(all::add);
            if (page.get("nextCursor").isNull()) {
                return all;
            }
            cursor = "&cursor=" + page.get("nextCursor").asText();
        }
    }

    private interface Call {
        void make(int index) throws Exception;
    }

    private static void parallel(int atOnce, int count, Call call) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(atOnce)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int worker = 0; worker < atOnce; worker++) {
                int first = worker;
                workers.add(executor.submit(() -> {
                    for (int i = first; i < count; i += atOnce) {
                        call.make(i);
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
