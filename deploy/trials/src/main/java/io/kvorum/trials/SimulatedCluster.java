package io.kvorum.trials;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;

/** Prepares an engine for simulated hosts: a cluster, storage, a network and a join token; or waits until they are up. */
public final class SimulatedCluster {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private SimulatedCluster() {}

    /** Arguments: the engine's address, the file with its password, the number of hosts, and where the token goes. */
    public static void main(String[] args) throws Exception {
        EngineClient engine = new EngineClient(URI.create(args[0]));
        engine.logIn("admin", Files.readString(Path.of(args[1])).strip());
        int hosts = Integer.parseInt(args[2]);
        if (args.length > 3) {
            prepare(engine, hosts, Path.of(args[3]));
        } else {
            engine.until(
                    hosts + " hosts to be up",
                    LIMIT,
                    () -> engine.get("/status"),
                    status -> status.get("hosts").get("up").asInt() >= hosts);
            System.out.println(hosts + " simulated hosts are up");
        }
    }

    /** Describes a cluster for so many hosts, and puts their join token into that file, for its owner alone. */
    public static void prepare(EngineClient engine, int hosts, Path tokenFile) throws Exception {
        String dataCenter = Cluster.id(engine.post("/data-centers", Map.of("name", "simulated")));
        String cluster =
                Cluster.id(engine.post("/clusters", Map.of("name", "simulated-cluster", "dataCenterId", dataCenter)));
        engine.post(
                "/storage-domains",
                Map.of("name", "shared", "dataCenterId", dataCenter, "kind", "shared_folder", "path", "/srv/shared"));
        engine.post(
                "/networks",
                Map.of(
                        "name",
                        "lan",
                        "dataCenterId",
                        dataCenter,
                        "kind",
                        "nat",
                        "bridge",
                        "kvnat0",
                        "subnet",
                        "192.168.90.0/24"));
        JsonNode token = engine.post("/join-tokens", Map.of("clusterId", cluster, "uses", hosts));
        Files.deleteIfExists(tokenFile);
        Files.createFile(tokenFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(tokenFile, token.get("token").asText() + "\n");
    }

    /** Starts the agents of so many hosts, which join with that token, in one process. */
    public static Process start(Path root, Path folder, Path token, int hosts, String address) throws IOException {
        return new ProcessBuilder(
                        root.resolve("host-agent/src/main/sh/kvorum-agent").toString(),
                        "simulate",
                        "--hosts",
                        Integer.toString(hosts),
                        "--token-file",
                        token.toString(),
                        "--state-dir",
                        folder.resolve("fleet").toString(),
                        "--address",
                        address,
                        "--port",
                        "18445",
                        "--cpus",
                        "64",
                        "--memory-gib",
                        "256")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("fleet.log").toFile())
                .start();
    }
}
