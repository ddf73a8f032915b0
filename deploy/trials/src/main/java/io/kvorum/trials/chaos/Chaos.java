package io.kvorum.trials.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.Cluster;
import io.kvorum.trials.EngineClient;
import io.kvorum.trials.Engines;
import io.kvorum.trials.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Rounds of real disasters on the real lab: four libvirt hosts, three engines, highly available guests that tick, and
 * somebody who goes on asking for things. After each the cluster has to come right by itself.
 */
public final class Chaos {

    private static final Path LAB_FOLDER = Path.of("/var/lib/kvorum-lab");
    private static final int HOSTS = 4;
    private static final int REPLICAS = 3;
    private static final int PRECIOUS = 4;
    private static final int LEASED = 2;
    private static final int WORKED_ON = 2;
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(4);

    private final Path root;
    private final List<Fault> plan;
    private final long seed;

    /** Every kind of fault in turn, until there were so many. */
    public Chaos(Path root, int rounds) {
        this(
                root,
                Stream.iterate(0, i -> i + 1)
                        .limit(rounds)
                        .map(i -> Fault.values()[i % Fault.values().length])
                        .toList(),
                42);
    }

    Chaos(Path root, List<Fault> plan, long seed) {
        this.root = root;
        this.plan = List.copyOf(plan);
        this.seed = seed;
    }

    /** What came of it; all but the first three have to be 0. */
    public record Result(int rounds, int faults, int accepted, int lost, int doubled, int stuck, int twice) {

        public boolean clean() {
            return lost == 0 && doubled == 0 && stuck == 0 && twice == 0;
        }
    }

    /** Prints what happens and the figures. */
    public Result run() throws Exception {
        Path folder = Files.createTempDirectory("kvorum-chaos");
        Lab lab = new Lab(root, LAB_FOLDER);
        lab.run("down");
        try (Engines engines = new Engines(lab, LAB_FOLDER, REPLICAS)) {
            EngineClient client = engines.client().pollingEveryMillis(200);
            Cluster cluster = new Cluster(client, lab);
            Path token = folder.resolve("token");
            cluster.describe(HOSTS, token);
            lab.run("up", Integer.toString(HOSTS), "--breakable-storage", "--token-file", token.toString());
            cluster.awaitHosts(HOSTS);
            cluster.fill();
            List<String> precious = new ArrayList<>();
            List<String> workedOn = new ArrayList<>();
            for (int i = 1; i <= PRECIOUS; i++) {
                precious.add(cluster.vm("precious-" + i, true, true));
            }
            cluster.awaitLeases(HOSTS);
            for (int i = 1; i <= LEASED; i++) {
                precious.add(cluster.leasedVm("leased-" + i));
            }
            for (int i = 1; i <= WORKED_ON; i++) {
                workedOn.add(cluster.vm("worked-on-" + i, false, true));
            }
            Scene scene = new Scene(lab, engines, client, cluster, HOSTS, precious, new Random(seed));
            return disasters(scene, workedOn);
        } finally {
            lab.run("down");
        }
    }

    private Result disasters(Scene scene, List<String> workedOn) throws Exception {
        List<String> all = new ArrayList<>(scene.precious());
        all.addAll(workedOn);
        Map<Fault, Integer> kinds = new EnumMap<>(Fault.class);
        int accepted = 0;
        int lost = 0;
        int doubled = 0;
        int stuck = 0;
        List<String> twice;
        try (Sightings sightings = new Sightings(scene.lab(), HOSTS, all)) {
            for (int round = 0; round < plan.size(); round++) {
                Fault fault = plan.get(round);
                long began = System.nanoTime();
                try (Requests requests = new Requests(scene.client(), workedOn, seed + round)) {
                    fault.happen(scene);
                    requests.pause();
                    List<String> wrong = settle(scene, requests);
                    stuck += wrong.size();
                    wrong.forEach(what -> System.out.println("  STUCK: " + what));
                    lost += requests.lost();
                    doubled += requests.doubled();
                    accepted += requests.accepted();
                    requests.troubles().forEach(what -> System.out.println("  refused to answer: " + what));
                }
                kinds.merge(fault, 1, Integer::sum);
                System.out.printf(
                        "round %d: %s, came right after %d s%n",
                        round + 1, fault, (System.nanoTime() - began) / 1_000_000_000);
                sightings.twice().forEach(what -> System.out.println("  TWICE: " + what));
            }
            twice = new ArrayList<>(sightings.twice());
            twice.addAll(sightings.foreignWrites());
        }
        twice.forEach(what -> System.out.println("TWICE: " + what));
        System.out.println("faults by kind: " + kinds);
        int faults = kinds.values().stream().mapToInt(Integer::intValue).sum();
        Result result = new Result(plan.size(), faults, accepted, lost, doubled, stuck, twice.size());
        System.out.printf("chaos.rounds %d rounds%n", result.rounds());
        System.out.printf("chaos.faults %d faults%n", result.faults());
        System.out.printf("chaos.accepted %d operations%n", result.accepted());
        System.out.printf("chaos.lost %d operations%n", result.lost());
        System.out.printf("chaos.doubled %d operations%n", result.doubled());
        System.out.printf("chaos.stuck %d things%n", result.stuck());
        System.out.printf("chaos.twice %d sightings%n", result.twice());
        return result;
    }

    /** Waits until all hosts are up, all precious guests run, and nothing is under way; answers what is not so in the end. */
    private static List<String> settle(Scene scene, Requests requests) throws Exception {
        for (int host = 1; host <= HOSTS; host++) {
            // A host whose fence came too late to switch it on again: its operator does.
            if (scene.lab().run("power", "host-" + host).equals("off")) {
                switchOnWhenFenced(scene, host);
            }
        }
        long deadline = System.nanoTime() + SETTLE_LIMIT.toNanos();
        List<String> wrong = List.of("not looked yet");
        while (!wrong.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(500);
            try {
                wrong = wrong(scene, requests);
            } catch (IOException e) {
                wrong = List.of("nobody answers: " + e.getMessage());
            }
        }
        return wrong;
    }

    private static void switchOnWhenFenced(Scene scene, int host) throws Exception {
        scene.cluster().awaitHostIn(host, List.of("down", "up", "connecting"), SETTLE_LIMIT);
        Thread.sleep(5000);
        if (scene.lab().run("power", "host-" + host).equals("off")) {
            scene.lab("power-on", "host-" + host);
        }
    }

    private static List<String> wrong(Scene scene, Requests requests) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (JsonNode host : scene.client().get("/hosts").get("items")) {
            if (!host.get("state").asText().equals("up")) {
                wrong.add("host " + host.get("name").asText() + " is "
                        + host.get("state").asText());
            }
        }
        for (String vm : scene.precious()) {
            JsonNode now = scene.client().get("/vms/" + vm);
            if (!now.get("state").asText().equals("up")) {
                wrong.add("VM " + now.get("name").asText() + " is "
                        + now.get("state").asText());
            }
        }
        for (JsonNode operation :
                scene.client().get("/operations?state=running").get("items")) {
            wrong.add(operation.get("name").asText() + " still runs");
        }
        for (String open : requests.open()) {
            wrong.add(open + " is open");
        }
        return wrong;
    }
}
