package io.kvorum.trials;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Describes a cluster for so many hosts, and puts their join token into that file. */
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
        Files.writeString(tokenFile, token.get("token").asText() + "\n");
    }
}
