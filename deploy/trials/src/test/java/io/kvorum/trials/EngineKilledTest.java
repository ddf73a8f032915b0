package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** kill -9 of the engine in the middle of things: each operation ends rightly, and nothing is stuck. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineKilledTest {

    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Set<String> PASSING =
            Set.of("provisioning", "starting", "shutting_down", "suspending", "migrating", "deleting", "unknown");

    private RealCluster real;
    private EngineClient engine;
    private Cluster cluster;

    @BeforeAll
    void aCluster() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        cluster = real.cluster;
    }

    @Test
    void aStartGoesOnUnderTheNextLeader() throws Exception {
        String vm = cluster.vm("killed-start", false, false);
        JsonNode operation = engine.post("/vms/" + vm + "/start", Map.of());
        restart();
        engine.succeed(operation, LIMIT);
        assertEquals(List.of(cluster.hostOf(vm)), new Guest(real.lab, vm).runsOn(LIMIT));
        nothingIsStuck();
        remove(vm);
    }

    @Test
    void aMigrationGoesOnUnderTheNextLeader() throws Exception {
        String vm = cluster.vm("killed-migration", false, true);
        Guest guest = new Guest(real.lab, vm);
        String boot = guest.awaitTick(LIMIT).boot();
        JsonNode operation = engine.post("/vms/" + vm + "/migrate", Map.of());
        awaitStep(operation, "migrate");
        restart();
        engine.succeed(operation, LIMIT);
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
        assertEquals(List.of(cluster.hostOf(vm)), guest.runsOn(LIMIT));
        nothingIsStuck();
        remove(vm);
    }

    @Test
    void aDrainGoesOnUnderTheNextLeader() throws Exception {
        List<String> vms = List.of(
                cluster.vm("killed-drain-1", false, true),
                cluster.vm("killed-drain-2", false, true),
                cluster.vm("killed-drain-3", false, true));
        List<String> boots = boots(vms);
        int host = cluster.hostOf(vms.getFirst());
        JsonNode operation = engine.post("/hosts/" + cluster.hostId(host) + "/maintenance", Map.of());
        restart();
        engine.succeed(operation, LIMIT);
        try {
            assertEquals("maintenance", Cluster.state(engine.get("/hosts/" + cluster.hostId(host))));
            for (String vm : vms) {
                assertNotEquals(host, cluster.hostOf(vm));
                assertEquals(List.of(cluster.hostOf(vm)), new Guest(real.lab, vm).runsOn(LIMIT));
            }
            assertEquals(boots, boots(vms));
        } finally {
            engine.succeed(engine.post("/hosts/" + cluster.hostId(host) + "/activate", Map.of()), LIMIT);
            cluster.awaitHost(host, "up", LIMIT);
        }
        nothingIsStuck();
        for (String vm : vms) {
            remove(vm);
        }
    }

    private List<String> boots(List<String> vms) throws Exception {
        List<String> boots = new ArrayList<>();
        for (String vm : vms) {
            boots.add(new Guest(real.lab, vm).awaitTick(LIMIT).boot());
        }
        return boots;
    }

    private void awaitStep(JsonNode operation, String step) throws InterruptedException {
        engine.until(
                "the step " + step,
                LIMIT,
                () -> engine.get("/operations/" + operation.get("id").asText()),
                now -> now.get("steps")
                                .valueStream()
                                .anyMatch(s -> s.get("name").asText().equals(step))
                        || now.get("endedAt").isTextual());
    }

    private void restart() throws Exception {
        real.process.kill();
        real.process.start();
    }

    private void nothingIsStuck() throws Exception {
        engine.until(
                "no open operations",
                LIMIT,
                () -> engine.get("/operations?state=running"),
                list -> list.get("items").isEmpty());
        for (JsonNode vm : engine.get("/vms").get("items")) {
            assertFalse(PASSING.contains(Cluster.state(vm)), vm.toString());
        }
    }

    private void remove(String vm) throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        engine.succeed(engine.delete("/vms/" + vm), LIMIT);
    }
}
