package io.kvorum.trials.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.EngineClient;
import io.kvorum.trials.Engines;
import io.kvorum.trials.Lab;
import io.kvorum.trials.SimulatedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * From {@code kill -9} of the leading engine to the next operation that another one completes, with fifty VMs being
 * started: three replicas, one PostgreSQL, three ZooKeepers, simulated hosts. All of them on one machine, so that all
 * times are of one clock.
 */
final class Failover {

    private static final int REPLICAS = 3;
    private static final int HOSTS = 50;
    private static final int IN_FLIGHT = 50;
    private static final int ROUNDS = 7;
    private static final Path LAB_FOLDER = Path.of("/var/lib/kvorum-lab");
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path root;

    Failover(Path root) {
        this.root = root;
    }

    private int lost;
    private int doubled;

    void run() throws Exception {
        Path folder = Files.createTempDirectory("kvorum-bench");
        Lab lab = new Lab(root, LAB_FOLDER);
        lab.run("down");
        try (Engines engines = new Engines(lab, LAB_FOLDER, REPLICAS)) {
            EngineClient client = engines.client().pollingEveryMillis(200);
            Path token = folder.resolve("token");
            SimulatedCluster.prepare(client, HOSTS, token);
            Process fleet = SimulatedCluster.start(root, folder, token, HOSTS, Lab.engineAddress(), "256m");
            try {
                client.until(
                        HOSTS + " hosts to be up",
                        LIMIT,
                        () -> client.get("/status"),
                        status -> status.get("hosts").get("up").asInt() == HOSTS);
                measure(engines, client);
            } finally {
                fleet.destroy();
                fleet.waitFor();
            }
        } finally {
            lab.run("down");
        }
    }

    private void measure(Engines engines, EngineClient client) throws Exception {
        List<String> vms = makeVms(client);
        double[] seconds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            seconds[round] = round(engines, client, vms);
            System.out.printf(Locale.ROOT, "round %d: %.2f s%n", round + 1, seconds[round]);
        }
        System.out.printf(Locale.ROOT, "failover.median_s %.2f s%n", Machine.median(seconds));
        System.out.printf(Locale.ROOT, "failover.lost %d operations%n", lost);
        System.out.printf(Locale.ROOT, "failover.doubled %d operations%n", doubled);
    }

    private List<String> makeVms(EngineClient client) throws Exception {
        String cluster = client.get("/clusters").get("items").get(0).get("id").asText();
        List<String> vms = new ArrayList<>();
        for (int i = 0; i < IN_FLIGHT; i++) {
            JsonNode made = client.succeed(
                    client.post(
                            "/vms",
                            Map.of(
                                    "name",
                                    "vm-" + i,
                                    "clusterId",
                                    cluster,
                                    "hardware",
                                    Map.of("memoryBytes", 1L << 30))),
                    LIMIT);
            vms.add(made.get("subject").get("id").asText());
        }
        return vms;
    }

    private double round(Engines engines, EngineClient client, List<String> vms) throws Exception {
        int leader = Engines.leader(client);
        Instant began = Instant.now();
        List<Future<JsonNode>> asked = new ArrayList<>();
        List<String> accepted = new ArrayList<>();
        Instant killed;
        try (ExecutorService executor = Executors.newFixedThreadPool(IN_FLIGHT)) {
            for (String vm : vms) {
                asked.add(executor.submit(() -> client.post("/vms/" + vm + "/start", Map.of())));
            }
            asked.get(IN_FLIGHT / 2).get();
            engines.act("kill", leader);
            killed = Instant.now();
            for (Future<JsonNode> one : asked) {
                accepted.add(one.get().get("id").asText());
            }
        }
        Instant next = Instant.MAX;
        for (String id : accepted) {
            JsonNode ended = awaitEnd(client, id);
            lost += ended.get("state").asText().equals("succeeded") ? 0 : 1;
            Instant at = Instant.parse(ended.get("endedAt").asText());
            if (at.isAfter(killed) && at.isBefore(next)) {
                next = at;
            }
        }
        doubled += startedMoreThanOnce(client, began);
        for (String vm : vms) {
            client.succeed(client.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        }
        engines.act("start", leader);
        // The next round is about two replicas that stand by, not about one that is still starting on the same cores.
        Engines.awaitReady(leader, LIMIT);
        return Duration.between(killed, next).toMillis() / 1e3;
    }

    private static JsonNode awaitEnd(EngineClient client, String operation) throws InterruptedException {
        return client.until(
                "operation " + operation + " to end",
                LIMIT,
                () -> client.get("/operations/" + operation),
                now -> !now.get("endedAt").isNull());
    }

    /** VMs of which it was logged twice in this round that they were started. */
    private static int startedMoreThanOnce(EngineClient client, Instant since)
            throws IOException, InterruptedException {
        Set<String> once = new HashSet<>();
        Set<String> more = new HashSet<>();
        String page = "/events?limit=200";
        while (!page.isEmpty()) {
            JsonNode events = client.get(page);
            page = events.path("nextCursor").isTextual()
                    ? "/events?limit=200&cursor=" + events.get("nextCursor").asText()
                    : "";
            for (JsonNode event : events.get("items")) {
                if (Instant.parse(event.get("time").asText()).isBefore(since)) {
                    return more.size();
                }
                if (event.get("code").asText().equals("vm.started")
                        && !once.add(event.get("subject").get("id").asText())) {
                    more.add(event.get("subject").get("id").asText());
                }
            }
        }
        return more.size();
    }
}
