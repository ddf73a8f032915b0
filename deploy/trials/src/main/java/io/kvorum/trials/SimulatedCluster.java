package io.kvorum.trials;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
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
        prepare(engine, hosts, 1, tokenFile);
    }

    /** The same for so many clusters that share the hosts evenly, which join with their tokens in turn. */
    public static void prepare(EngineClient engine, int hosts, int clusters, Path tokenFile) throws Exception {
        String dataCenter = Cluster.id(engine.post("/data-centers", Map.of("name", "simulated")));
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
        StringBuilder tokens = new StringBuilder();
        for (int i = 1; i <= clusters; i++) {
            String name = clusters == 1 ? "simulated-cluster" : String.format(Locale.ROOT, "cluster-%03d", i);
            String cluster = Cluster.id(engine.post("/clusters", Map.of("name", name, "dataCenterId", dataCenter)));
            int uses = (hosts + clusters - 1) / clusters;
            JsonNode token = engine.post("/join-tokens", Map.of("clusterId", cluster, "uses", uses));
            tokens.append(token.get("token").asText()).append('\n');
        }
        Files.deleteIfExists(tokenFile);
        Files.createFile(tokenFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(tokenFile, tokens);
    }

    /** Starts the agents of so many hosts, which join with that token, in one process with a heap of that size. */
    public static Process start(Path root, Path folder, Path token, int hosts, String address, String heap)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
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
                .redirectOutput(folder.resolve("fleet.log").toFile());
        builder.environment().put("KVORUM_AGENT_HEAP", heap);
        return builder.start();
    }

    /** Asks the fleet that was started with that folder, or disturbs it; see the agent's {@code simulate}. */
    public static String ask(Path folder, String... words) throws IOException {
        Path socket = folder.resolve("fleet").resolve("control");
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            connection.write(ByteBuffer.wrap((String.join(" ", words) + "\n").getBytes(StandardCharsets.UTF_8)));
            String answer = new String(Channels.newInputStream(connection).readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("ok\n")) {
                throw new IOException("The fleet refused " + String.join(" ", words) + ": " + answer.strip());
            }
            return answer.substring(3);
        }
    }
}
