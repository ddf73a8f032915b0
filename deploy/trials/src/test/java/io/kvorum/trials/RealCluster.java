package io.kvorum.trials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One engine and three lab hosts for all end-to-end tests of a run; made at first use, taken down at the end. */
final class RealCluster {

    static final int HOSTS = 3;
    private static final int PORT = 18080;
    private static final int ENROLLMENT_PORT = 18444;

    private static @Nullable RealCluster instance;

    final Lab lab;
    final EngineProcess process;
    final EngineClient engine;
    final Cluster cluster;

    private RealCluster() throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("source.root"));
        Path folder = Files.createTempDirectory("kvorum-trials");
        lab = new Lab(root, Path.of("/var/lib/kvorum-lab"));
        process = new EngineProcess(root, folder.resolve("engine"), PORT, ENROLLMENT_PORT);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(folder)));
        process.start();
        engine = new EngineClient(process.uri());
        engine.logIn("admin", process.adminPassword());
        cluster = new Cluster(engine, lab);
        Path token = folder.resolve("token");
        cluster.describe(HOSTS, token);
        lab.run("up", Integer.toString(HOSTS), "--token-file", token.toString());
        cluster.awaitHosts(HOSTS);
        cluster.fill();
    }

    static synchronized RealCluster get() throws IOException, InterruptedException {
        RealCluster found = instance;
        if (found == null) {
            found = new RealCluster();
            instance = found;
        }
        return found;
    }

    private void end(Path folder) {
        try {
            process.close();
            lab.run("down");
            Path log = folder.resolve("engine/engine.log");
            Path kept = Path.of("target/engine.log");
            if (Files.exists(log)) {
                Files.copy(log, kept, StandardCopyOption.REPLACE_EXISTING);
            }
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("The test cluster was not taken down cleanly: " + e);
        }
    }
}
