package io.kvorum.trials;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The story of the quickstart: hosts join, VMs are placed, one moves while it runs, a host dies, and its highly
 * available VMs run elsewhere. Every sentence is printed after it was seen to be true.
 */
public final class Demonstration {

    private static final int HOSTS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final EngineClient engine;
    private final Lab lab;
    private final Cluster cluster;
    private final List<String> timeline = new ArrayList<>();
    private long markNanos = System.nanoTime();

    private Demonstration(EngineClient engine, Lab lab) {
        this.engine = engine;
        this.lab = lab;
        this.cluster = new Cluster(engine, lab);
    }

    /** Arguments: the engine's address, the file with its password, the project's folder, the lab's folder. */
    public static void main(String[] args) throws Exception {
        EngineClient engine = new EngineClient(URI.create(args[0]));
        engine.logIn("admin", Files.readString(Path.of(args[1])).strip());
        new Demonstration(engine, new Lab(Path.of(args[2]), Path.of(args[3]))).run();
    }

    private void run() throws IOException, InterruptedException {
        Path token = Files.createTempFile("kvorum-join", ".token");
        try {
            cluster.describe(HOSTS, token);
            lab.run("up", Integer.toString(HOSTS), "--token-file", token.toString());
            cluster.awaitHosts(HOSTS);
        } finally {
            Files.deleteIfExists(token);
        }
        note(HOSTS + " libvirt hosts joined by token, got certificates, and are up");
        cluster.fill();
        note("guest image uploaded and checked, template made");
        List<String> vms = startVms();
        migrate(vms.getFirst());
        loseHost(vms);
        System.out.println();
        System.out.println("What happened, and how long it took:");
        timeline.forEach(System.out::println);
    }

    private List<String> startVms() throws IOException, InterruptedException {
        List<JsonNode> operations = new ArrayList<>();
        for (String name : List.of("web-1", "web-2", "db-1", "batch-1")) {
            operations.add(cluster.createVm(name, !name.equals("batch-1"), true));
        }
        List<String> vms = new ArrayList<>();
        for (JsonNode operation : operations) {
            vms.add(engine.succeed(operation, LIMIT).get("subject").get("id").asText());
        }
        StringBuilder places = new StringBuilder();
        for (String vm : vms) {
            JsonNode view = cluster.awaitVm(vm, "up", LIMIT);
            new Guest(lab, vm).awaitTick(LIMIT);
            places.append(places.isEmpty() ? "" : ", ")
                    .append(view.get("name").asText())
                    .append(" on host-")
                    .append(cluster.hostOf(vm));
        }
        note("4 VMs made from the template, placed and ticking: " + places);
        return vms;
    }

    private void migrate(String vm) throws IOException, InterruptedException {
        JsonNode ended = engine.succeed(engine.post("/vms/" + vm + "/migrate", Map.of()), LIMIT);
        Guest.Tick tick = new Guest(lab, vm).awaitTick(LIMIT);
        note(ended.get("summary").asText() + " It ticks on, at tick " + tick.sequence() + " of the same boot");
    }

    private void loseHost(List<String> vms) throws IOException, InterruptedException {
        int victim = cluster.hostOf(vms.getFirst());
        List<String> there = new ArrayList<>();
        for (String vm : vms) {
            if (cluster.hostOf(vm) == victim) {
                there.add(vm);
            }
        }
        lab.run("power-off", "host-" + victim);
        markNanos = System.nanoTime();
        StringBuilder places = new StringBuilder();
        for (String vm : there) {
            JsonNode before = engine.get("/vms/" + vm);
            if (before.get("highAvailability").get("enabled").asBoolean()) {
                JsonNode now = engine.until(
                        before.get("name").asText() + " to run elsewhere",
                        LIMIT,
                        () -> engine.get("/vms/" + vm),
                        view -> Cluster.state(view).equals("up"));
                Guest.Tick tick = new Guest(lab, vm).awaitTick(LIMIT);
                places.append(' ')
                        .append(now.get("name").asText())
                        .append(" ticks on host-")
                        .append(tick.host())
                        .append('.');
            } else {
                cluster.awaitVm(vm, "down", LIMIT);
                places.append(' ')
                        .append(before.get("name").asText())
                        .append(" is not highly available and is reported down.");
            }
        }
        note("power of host-" + victim + " pulled; found silent, fenced by its BMC, and its VMs brought back:"
                + places);
        List<JsonNode> events = new ArrayList<>();
        engine.get("/events?limit=200").get("items").forEach(events::add);
        events.reversed().stream()
                .filter(event -> event.get("code").asText().startsWith("host.")
                        || event.get("code").asText().equals("vm.down")
                        || event.get("code").asText().equals("vm.started"))
                .skip(Math.max(0, events.size() - 200))
                .filter(event -> !event.get("severity").asText().equals("info")
                        || event.get("code").asText().equals("vm.started"))
                .skip(vms.size())
                .forEach(event -> timeline.add(
                        "             " + event.get("time").asText().substring(11, 23) + "  "
                                + event.get("message").asText()));
        cluster.awaitHost(victim, "up", LIMIT);
        note("host-" + victim + " was switched on again by the fence and is up");
    }

    private void note(String what) {
        double seconds = (System.nanoTime() - markNanos) / 1e9;
        markNanos = System.nanoTime();
        String line = String.format(Locale.ROOT, "%tT %7.1f s  %s", LocalTime.now(), seconds, what);
        timeline.add(line);
        System.out.println(line);
    }
}
