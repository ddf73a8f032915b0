package io.kvorum.trials;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The lab's replicas of the engine, with their PostgreSQL and ZooKeepers. */
public final class Engines implements AutoCloseable {

    private final Lab lab;
    private final Path folder;
    private final int count;

    /** Starts so many replicas; returns when all are ready. */
    public Engines(Lab lab, Path labFolder, int count) throws IOException, InterruptedException {
        this.lab = lab;
        this.folder = labFolder.resolve("engines");
        this.count = count;
        lab.run("engines", Integer.toString(count));
    }

    /** A client of all replicas, logged in for good. */
    public EngineClient client() throws IOException, InterruptedException {
        List<URI> replicas = new ArrayList<>();
        for (int engine = 1; engine <= count; engine++) {
            replicas.add(URI.create("http://" + address(engine) + ":8080"));
        }
        EngineClient client = new EngineClient(replicas);
        client.logIn(
                "admin",
                Files.readString(folder.resolve("engine-1/initial-admin-password"))
                        .strip());
        client.useToken("trials");
        return client;
    }

    public static String address(int engine) {
        return "10.88.0." + (200 + engine);
    }

    /** Number of the replica that the database names as the leader. */
    public static int leader(EngineClient client) throws IOException, InterruptedException {
        String replica = client.get("/status").get("leader").get("replicaId").asText();
        return Integer.parseInt(replica.substring("engine-".length()));
    }

    /** {@code kill}, {@code start}, {@code pause} or {@code resume}. */
    public void act(String what, int engine) throws IOException, InterruptedException {
        lab.run("engine-" + what, Integer.toString(engine));
    }

    /** Waits until that replica answers by itself. */
    public static void awaitReady(int engine, Duration limit) throws InterruptedException {
        EngineClient replica = new EngineClient(URI.create("http://" + address(engine) + ":8080"));
        replica.until("engine " + engine + " to answer", limit, replica::readiness, answer -> true);
    }

    /** Nothing passes any more between the replica and {@code zookeeper}, {@code postgres} or a host. */
    public void cut(int engine, String from) throws IOException, InterruptedException {
        lab.run("engine-cut", Integer.toString(engine), from);
    }

    public void heal(int engine, String from) throws IOException, InterruptedException {
        lab.run("engine-heal", Integer.toString(engine), from);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        lab.run("engines-down");
    }
}
