package io.kvorum.trials.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.kvorum.trials.Cluster;
import io.kvorum.trials.EngineClient;
import io.kvorum.trials.Engines;
import io.kvorum.trials.Lab;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What a fault has to work with. */
record Scene(
        Lab lab,
        Engines engines,
        EngineClient client,
        Cluster cluster,
        int hosts,
        List<String> precious,
        Random random) {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    int anyHost() {
        return 1 + random.nextInt(hosts);
    }

    String anyPrecious() {
        return precious.get(random.nextInt(precious.size()));
    }

    int leader() throws IOException, InterruptedException {
        return Engines.leader(client);
    }

    void lab(String... command) throws IOException, InterruptedException {
        lab.run(command);
    }

    static void seconds(double seconds) throws InterruptedException {
        Thread.sleep((long) (seconds * 1000));
    }

    /** Begins to migrate one of the guests, waits until it is on its way, and answers the numbers of both hosts. */
    int[] migrating() throws IOException, InterruptedException {
        String vm = anyPrecious();
        int source = cluster.hostOf(vm);
        client.post("/vms/" + vm + "/migrate", Map.of());
        JsonNode moving = client.until(
                "VM " + vm + " to be on its way",
                LIMIT,
                () -> client.get("/vms/" + vm),
                now -> now.path("targetHostId").isTextual());
        int target = cluster.numberOf(moving.get("targetHostId").asText());
        seconds(random.nextDouble() * 1.5);
        return new int[] {source, target};
    }
}
