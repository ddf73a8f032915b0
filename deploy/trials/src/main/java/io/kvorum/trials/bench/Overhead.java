package io.kvorum.trials.bench;

import io.kvorum.trials.Cluster;
import io.kvorum.trials.EngineClient;
import io.kvorum.trials.EngineProcess;
import io.kvorum.trials.Guest;
import io.kvorum.trials.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * What Kvorum adds to libvirt: the same VM started, or migrated, through the API and by virsh, in turn, in one run. Of
 * virsh only the call counts: what its process and its connection take is measured beside it and subtracted.
 */
final class Overhead {

    private static final int ROUNDS = 15;
    private static final int WARM_UP = 3;
    private static final int HOSTS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration SETTLE = Duration.ofMillis(2500);

    enum What {
        START("start-overhead"),
        MIGRATE("migrate-overhead");

        private final String name;

        What(String name) {
            this.name = name;
        }
    }

    private final Path root;
    private final What what;

    Overhead(Path root, What what) {
        this.root = root;
        this.what = what;
    }

    void run() throws Exception {
        Path folder = Files.createTempDirectory("kvorum-bench");
        Lab lab = new Lab(root, Path.of("/var/lib/kvorum-lab"));
        try (EngineProcess process = new EngineProcess(root, folder.resolve("engine"), 18080, 18444)) {
            process.start();
            EngineClient engine = new EngineClient(process.uri());
            engine.logIn("admin", process.adminPassword());
            Cluster cluster = new Cluster(engine, lab);
            Path token = folder.resolve("token");
            cluster.describe(HOSTS, token);
            lab.run("up", Integer.toString(HOSTS), "--token-file", token.toString());
            cluster.awaitHosts(HOSTS);
            cluster.fill();
            compare(engine, cluster, lab);
        } finally {
            lab.run("down");
        }
    }

    private void compare(EngineClient engine, Cluster cluster, Lab lab) throws Exception {
        String vm = cluster.vm("bench", false, true);
        new Guest(lab, vm).awaitTick(LIMIT);
        Path xml = plainTwin(lab, cluster.hostOf(vm), vm);
        double[] ours = new double[ROUNDS];
        double[] plain = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            double a = what == What.START ? startOurs(engine, cluster, vm) : migrateOurs(engine, cluster, lab, vm);
            engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
            double b = what == What.START ? startPlain(lab, xml) : migratePlain(lab, xml);
            if (round >= 0) {
                ours[round] = a;
                plain[round] = b;
                System.out.printf(
                        Locale.ROOT, "round %d: through Kvorum %.0f ms, plain libvirt %.0f ms%n", round + 1, a, b);
            }
        }
        double ratio = Machine.median(ours) / Machine.median(plain);
        System.out.printf(
                Locale.ROOT,
                "medians of %d: through Kvorum %.0f ms, plain libvirt %.0f ms%n",
                ROUNDS,
                Machine.median(ours),
                Machine.median(plain));
        System.out.printf(Locale.ROOT, "%s.ratio %.3f ratio%n", what.name, ratio);
    }

    /** The VM's own domain XML under another name and id, and without the mark that it is Kvorum's. */
    private static Path plainTwin(Lab lab, int host, String vm) throws IOException, InterruptedException {
        String dump = lab.output("exec", "host-" + host, "virsh", "dumpxml", vm);
        String twin = dump.replaceAll("(?s)<metadata>.*?</metadata>", "")
                .replace(vm + "</uuid>", UUID.randomUUID() + "</uuid>")
                .replaceFirst("<name>[^<]*</name>", "<name>plain</name>");
        Path file = Path.of("/var/lib/kvorum-lab/shared/plain.xml");
        Files.writeString(file, twin);
        return file;
    }

    private static double startOurs(EngineClient engine, Cluster cluster, String vm) throws Exception {
        if (cluster.hostOf(vm) != 0) {
            engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        }
        Thread.sleep(SETTLE);
        long began = System.nanoTime();
        engine.succeed(engine.post("/vms/" + vm + "/start", Map.of()), LIMIT);
        return (System.nanoTime() - began) / 1e6;
    }

    private static double startPlain(Lab lab, Path xml) throws Exception {
        Thread.sleep(SETTLE);
        double connection = timed(lab, 1, "virsh -q uri");
        double start = timed(lab, 1, "virsh -q create /srv/kvorum/shared/" + xml.getFileName());
        lab.run("exec", "host-1", "virsh", "-q", "destroy", "plain");
        return start - connection;
    }

    private static double migrateOurs(EngineClient engine, Cluster cluster, Lab lab, String vm) throws Exception {
        if (cluster.hostOf(vm) != 0) {
            engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        }
        engine.succeed(engine.post("/vms/" + vm + "/start", Map.of("hostId", cluster.hostId(1))), LIMIT);
        new Guest(lab, vm).awaitTick(LIMIT);
        Thread.sleep(SETTLE);
        long began = System.nanoTime();
        engine.succeed(engine.post("/vms/" + vm + "/migrate", Map.of("hostId", cluster.hostId(2))), LIMIT);
        return (System.nanoTime() - began) / 1e6;
    }

    private static double migratePlain(Lab lab, Path xml) throws Exception {
        lab.run("exec", "host-1", "virsh", "-q", "create", "/srv/kvorum/shared/" + xml.getFileName());
        // As long as the first tick and the settling take on our side.
        Thread.sleep(Duration.ofMillis(4500));
        double connection = timed(lab, 1, "virsh -q uri");
        double migration = timed(
                lab,
                1,
                "virsh -q migrate --live --p2p --tls --unsafe --auto-converge plain qemu+tls://10.88.0.12/system");
        lab.run("exec", "host-2", "virsh", "-q", "destroy", "plain");
        return migration - connection;
    }

    /** Milliseconds that the command took, measured inside the host. */
    private static double timed(Lab lab, int host, String command) throws IOException, InterruptedException {
        String nanos = lab.run(
                "exec",
                "host-" + host,
                "bash",
                "-ec",
                "s=$(date +%s%N); " + command + " >/dev/null; e=$(date +%s%N); echo $((e-s))");
        return Long.parseLong(nanos.strip()) / 1e6;
    }
}
