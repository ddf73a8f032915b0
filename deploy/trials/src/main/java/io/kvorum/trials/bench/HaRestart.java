package io.kvorum.trials.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.Cluster;
import io.kvorum.trials.EngineClient;
import io.kvorum.trials.EngineProcess;
import io.kvorum.trials.Guest;
import io.kvorum.trials.Lab;
import io.kvorum.trials.Lab.GuestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * From the power cut of a real lab host to the first tick of its VM on another, and where that time goes: detection,
 * fence, verification, placement and start, boot. At the engine's default settings. Then the same without any BMC, by a lease.
 * The guest is one that ticks from its boot sector: seconds that an emulated kernel needs to boot are not the manager's.
 */
final class HaRestart {

    private static final int HOSTS = 3;
    private static final int ROUNDS = 7;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Path root;

    HaRestart(Path root) {
        this.root = root;
    }

    void run() throws Exception {
        inLab(HaRestart::measure);
    }

    /** Only the way without a BMC. */
    void byLease() throws Exception {
        inLab((engine, cluster, lab) -> new LeaseExpiry(cluster, lab, HOSTS).measure());
    }

    private interface Measurement {
        void run(EngineClient engine, Cluster cluster, Lab lab) throws Exception;
    }

    private void inLab(Measurement measurement) throws Exception {
        Path folder = Files.createTempDirectory("kvorum-bench");
        Lab lab = new Lab(root, Path.of("/var/lib/kvorum-lab"));
        try (EngineProcess process = new EngineProcess(root, folder.resolve("engine"), 18080, 18444)) {
            process.start();
            EngineClient engine = new EngineClient(process.uri()).pollingEveryMillis(100);
            engine.logIn("admin", process.adminPassword());
            Cluster cluster = new Cluster(engine, lab);
            Path token = folder.resolve("token");
            cluster.describe(HOSTS, token);
            lab.run("up", Integer.toString(HOSTS), "--token-file", token.toString());
            cluster.awaitHosts(HOSTS);
            cluster.fill(GuestImage.TICKER);
            measurement.run(engine, cluster, lab);
        } finally {
            lab.run("down");
        }
    }

    private static void measure(EngineClient engine, Cluster cluster, Lab lab) throws Exception {
        String vm = cluster.vm("bench", true, true);
        new Guest(lab, vm).awaitTick(LIMIT);
        Map<String, double[]> parts = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Double> measured = round(engine, cluster, lab, vm);
            System.out.printf(Locale.ROOT, "round %d: %s%n", round + 1, measured);
            for (Map.Entry<String, Double> part : measured.entrySet()) {
                parts.computeIfAbsent(part.getKey(), key -> new double[ROUNDS])[round] = part.getValue();
            }
        }
        parts.forEach((part, seconds) ->
                System.out.printf(Locale.ROOT, "ha-restart.%s_s %.2f s%n", part, Machine.median(seconds)));
        new LeaseExpiry(cluster, lab, HOSTS).measure();
    }

    private static Map<String, Double> round(EngineClient engine, Cluster cluster, Lab lab, String vm)
            throws Exception {
        int victim = cluster.hostOf(vm);
        String hostId = cluster.hostId(victim);
        Instant cut = Instant.now();
        lab.run("power-off", "host-" + victim);
        Instant tick = firstTickElsewhere(lab, vm, victim);
        JsonNode fence = operation(engine, hostId, "power_host");
        JsonNode start = operation(engine, vm, "start_vm");
        Instant silent = event(engine, hostId, "host.silent");
        Instant asked = instant(fence, "createdAt");
        Instant off = instant(fence.get("steps").get(0), "endedAt");
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("detection", seconds(cut, silent));
        parts.put("patience", seconds(silent, asked));
        parts.put("fence_and_verification", seconds(asked, off));
        parts.put("placement", seconds(off, instant(start.get("steps").get(0), "startedAt")));
        parts.put("start", seconds(instant(start.get("steps").get(0), "startedAt"), instant(start, "endedAt")));
        parts.put("boot", seconds(instant(start, "endedAt"), tick));
        parts.put("median", seconds(cut, tick));
        // The policy has switched it on again.
        cluster.awaitHost(victim, "up", LIMIT);
        return parts;
    }

    static Instant firstTickElsewhere(Lab lab, String vm, int victim) throws Exception {
        Guest guest = new Guest(lab, vm);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        int[] before = new int[HOSTS + 1];
        for (int host = 1; host <= HOSTS; host++) {
            before[host] = guest.ticks(host).size();
        }
        while (System.nanoTime() < deadline) {
            for (int host = 1; host <= HOSTS; host++) {
                if (host != victim && guest.ticks(host).size() > before[host]) {
                    return Instant.now();
                }
            }
            Thread.sleep(20);
        }
        throw new IOException("VM " + vm + " did not tick elsewhere for " + LIMIT.toSeconds() + " s");
    }

    /** The latest operation of that type about that subject, once it has a step that ended. */
    private static JsonNode operation(EngineClient engine, String subject, String type) throws Exception {
        String path = "/operations?subjectId=" + subject + "&type=" + type + "&limit=1";
        return engine.until(
                        "the end of the first step of " + type,
                        LIMIT,
                        () -> engine.get(path),
                        page -> !page.get("items").isEmpty()
                                && firstStepEnded(page.get("items").get(0))
                                && (!type.equals("start_vm")
                                        || !page.get("items")
                                                .get(0)
                                                .get("endedAt")
                                                .isNull()))
                .get("items")
                .get(0);
    }

    private static boolean firstStepEnded(JsonNode operation) {
        return !operation.get("steps").isEmpty()
                && !operation.get("steps").get(0).get("endedAt").isNull();
    }

    private static Instant event(EngineClient engine, String subject, String code)
            throws IOException, InterruptedException {
        return engine.get("/events?subjectId=" + subject + "&limit=50")
                .get("items")
                .valueStream()
                .filter(event -> event.get("code").asText().equals(code))
                .map(event -> instant(event, "time"))
                .findFirst()
                .orElseThrow();
    }

    private static Instant instant(JsonNode thing, String field) {
        return Instant.parse(thing.get(field).asText());
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }
}
