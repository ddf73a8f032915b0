package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Real migrations of a guest that writes all the time, by the policies that there are. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MigrationTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int WRITTEN_MIB = 40;

    private RealCluster real;
    private EngineClient engine;
    private Cluster cluster;
    private Guest guest;
    private String vm = "";

    @BeforeAll
    void aGuestThatWrites() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        cluster = real.cluster;
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            cluster.awaitHost(host, "up", LIMIT);
        }
        vm = cluster.vm("writer", true, true);
        guest = new Guest(real.lab, vm);
        guest.awaitTick(LIMIT);
        guest.tell(cluster.hostOf(vm), "dirty " + WRITTEN_MIB);
    }

    @AfterAll
    void asItWas() throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        engine.succeed(engine.delete("/vms/" + vm), LIMIT);
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            cluster.awaitHost(host, "up", LIMIT);
        }
    }

    private void travels(String policy, int mebibytesPerSecond) throws Exception {
        engine.patch(
                "/vms/" + vm,
                Map.of("migrationPolicy", Map.of("policy", policy, "bandwidthMibPerSecond", mebibytesPerSecond)));
    }

    private JsonNode migrate() throws Exception {
        return engine.post("/vms/" + vm + "/migrate", Map.of());
    }

    private String agentLog(int host) throws IOException {
        return Files.readString(real.lab.folderOf(host).resolve("fs/var/log/kvorum-agent.log"), StandardCharsets.UTF_8);
    }

    private void awaitPostCopy(int host, String before) throws Exception {
        engine.until(
                "post-copy to begin",
                LIMIT,
                () -> BooleanNode.valueOf(
                        agentLog(host).substring(before.length()).contains("going on by post-copy")),
                JsonNode::asBoolean);
    }

    /** Where it is now, the same run of it, and its figures. */
    private JsonNode moved(JsonNode operation, int source, String boot) throws Exception {
        JsonNode ended = engine.succeed(operation, LIMIT);
        Guest.Tick tick = guest.awaitTick(LIMIT);
        assertEquals(boot, tick.boot());
        assertNotEquals(source, tick.host());
        assertEquals(cluster.hostOf(vm), tick.host());
        JsonNode figures = ended.get("migration");
        assertTrue(figures.get("downtimeMillis").asLong() > 0, ended.toString());
        assertTrue(
                figures.get("totalMillis").asLong()
                        > figures.get("downtimeMillis").asLong(),
                ended.toString());
        assertTrue(figures.get("transferredBytes").asLong() > WRITTEN_MIB << 20, ended.toString());
        return figures;
    }

    @Test
    @Order(1)
    void aGuestThatWritesMovesAndItsDowntimeIsRecorded() throws Exception {
        int source = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        travels("suspend_workload_if_needed", 0);

        JsonNode figures = moved(migrate(), source, boot);

        String told = engine.get("/events?code=vm.migrated&limit=1")
                .get("items")
                .get(0)
                .get("message")
                .asText();
        assertTrue(told.contains("with " + figures.get("downtimeMillis").asLong() + " ms of downtime"), told);
    }

    @Test
    @Order(2)
    void aMigrationIsCalledOff() throws Exception {
        int source = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        travels("minimal_downtime", 4);

        JsonNode operation = migrate();
        JsonNode progress = engine.until(
                        "the migration to have begun",
                        LIMIT,
                        () -> engine.get("/operations/" + Cluster.id(operation)),
                        now -> now.path("progressPercent").asInt() > 0)
                .get("migrationProgress");
        assertTrue(progress.get("copiedBytes").asLong() > 0, progress.toString());
        assertTrue(progress.get("pass").asLong() > 0, progress.toString());
        assertEquals(150, progress.get("allowedDowntimeMillis").asInt(), progress.toString());
        engine.post("/operations/" + Cluster.id(operation) + "/cancel", Map.of());

        assertEquals("cancelled", Cluster.state(engine.await(operation, LIMIT)));
        assertEquals(source, cluster.hostOf(vm));
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
        assertEquals(List.of(source), guest.runsOn(LIMIT));
    }

    @Test
    @Order(3)
    void aGuestThatWritesFasterThanTheNetworkMovesByPostCopy() throws Exception {
        int source = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        travels("post_copy", 16);
        String before = agentLog(source);

        moved(migrate(), source, boot);

        assertTrue(agentLog(source).substring(before.length()).contains("going on by post-copy"));
    }

    @Test
    @Order(4)
    void aGuestWhoseTargetDiesInPostCopyIsRestartedOnce() throws Exception {
        int source = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        travels("post_copy", 4);
        String before = agentLog(source);

        JsonNode operation = migrate();
        awaitPostCopy(source, before);
        int target =
                cluster.numberOf(engine.get("/vms/" + vm).get("targetHostId").asText());
        real.lab.run("power-off", "host-" + target);

        assertEquals("failed", Cluster.state(engine.await(operation, LIMIT)));
        cluster.awaitVm(vm, "up", LIMIT);
        Guest.Tick tick = guest.awaitTick(LIMIT);
        assertNotEquals(boot, tick.boot());
        assertEquals(List.of(tick.host()), guest.runsOn(LIMIT));
        assertFalse(
                engine.get("/events?code=vm.torn&limit=1").get("items").isEmpty(),
                "it was told that its memory is lost");
    }
}
