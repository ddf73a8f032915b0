package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** One VM from its creation to the death of its host, told by its own ticks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LifeOfAVmTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private RealCluster real;
    private EngineClient engine;
    private Cluster cluster;
    private String vm;
    private Guest guest;

    @BeforeAll
    void aClusterWithOneVm() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        cluster = real.cluster;
        vm = cluster.vm("life", true, true);
        guest = new Guest(real.lab, vm);
    }

    @Test
    @Order(1)
    void ticksOnTheHostItWasPlacedOnAndNowhereElse() throws Exception {
        assertEquals(List.of(cluster.hostOf(vm)), guest.runsOn(LIMIT));
    }

    @Test
    @Order(2)
    void explainsWhereItWouldGo() throws Exception {
        JsonNode explanation = engine.get("/vms/" + vm + "/placement");
        assertEquals(RealCluster.HOSTS, explanation.get("hosts").size());
        assertTrue(explanation
                .get("hosts")
                .valueStream()
                .anyMatch(host -> host.path("filter").asText().equals("Migration")));
    }

    @Test
    @Order(3)
    void showsItsScreenToTheHolderOfATicketOnce() throws Exception {
        JsonNode ticket = engine.post("/vms/" + vm + "/console", Map.of("kind", "vnc"));
        assertEquals(8, ticket.get("password").asText().length());
        assertEquals("RFB 003.008\n", firstBytes(ticket.get("websocketPath").asText(), 12));
        assertEquals("", firstBytes(ticket.get("websocketPath").asText(), 12));
    }

    private String firstBytes(String path, int count) throws Exception {
        CompletableFuture<String> read = new CompletableFuture<>();
        StringBuilder text = new StringBuilder();
        JsonNode token = engine.post("/tokens", Map.of("name", "console"));
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create(engine.uri().toString().replace("http:", "ws:") + path);
            WebSocket socket = client.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + token.get("secret").asText())
                    .subprotocols("binary")
                    .buildAsync(uri, new WebSocket.Listener() {
                        @Override
                        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                            text.append(StandardCharsets.ISO_8859_1.decode(data));
                            if (text.length() >= count) {
                                read.complete(text.substring(0, count));
                            }
                            from.request(1);
                            return null;
                        }

                        @Override
                        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
                            read.complete("");
                            return null;
                        }
                    })
                    .get(20, TimeUnit.SECONDS);
            String answer = read.get(20, TimeUnit.SECONDS);
            socket.abort();
            return answer;
        }
    }

    @Test
    @Order(4)
    void migratesWhileItTicksOn() throws Exception {
        int source = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        try (Guest.Watch watch = guest.watch()) {
            engine.succeed(engine.post("/vms/" + vm + "/migrate", Map.of()), LIMIT);
            Guest.Tick after = guest.awaitTick(LIMIT);
            assertEquals(boot, after.boot());
            assertNotEquals(source, after.host());
            assertEquals(cluster.hostOf(vm), after.host());
            Duration gap = watch.longestGap();
            assertTrue(
                    gap.compareTo(Duration.ofMillis(3000)) < 0,
                    "two ticks a second apart, and no gap over 2 s: " + gap);
        }
    }

    @Test
    @Order(5)
    void isSuspendedAndGoesOnWhereItStopped() throws Exception {
        String boot = guest.awaitTick(LIMIT).boot();
        engine.succeed(engine.post("/vms/" + vm + "/suspend", Map.of()), LIMIT);
        assertEquals(List.of(), guest.tickingOn(Duration.ofSeconds(3)));
        engine.succeed(engine.post("/vms/" + vm + "/resume", Map.of()), LIMIT);
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
    }

    @Test
    @Order(6)
    void leavesAHostThatGoesIntoMaintenance() throws Exception {
        int source = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        engine.succeed(engine.post("/hosts/" + cluster.hostId(source) + "/maintenance", Map.of()), LIMIT);
        assertEquals(
                0,
                engine.get("/vms?hostId=" + cluster.hostId(source)).get("items").size());
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
        engine.succeed(engine.post("/hosts/" + cluster.hostId(source) + "/activate", Map.of()), LIMIT);
        cluster.awaitHost(source, "up", LIMIT);
    }

    /** Its epoch file would let an old leader command it; the guest does not notice any of this. */
    @Test
    @Order(6)
    void anAgentThatComesFromABackupLearnsTheTermBeforeItServes() throws Exception {
        int host = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        Path epoch = real.lab.folderOf(host).resolve("fs/var/lib/kvorum-agent/epoch");
        String current = Files.readString(epoch);
        assertNotEquals("0", current.strip());
        Files.writeString(epoch, "0\n");
        real.lab.run("kill-agent", "host-" + host);
        engine.until(
                "the agent to write the term",
                LIMIT,
                () -> new TextNode(Files.readString(epoch)),
                now -> now.asText().equals(current));
        cluster.awaitHeard(host, LIMIT);
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
    }

    @Test
    @Order(7)
    void runsElsewhereExactlyOnceAfterItsHostLostPower() throws Exception {
        int victim = cluster.hostOf(vm);
        String mortal = cluster.vm("mortal", false, false);
        engine.succeed(engine.post("/vms/" + mortal + "/start", Map.of("hostId", cluster.hostId(victim))), LIMIT);
        String boot = guest.awaitTick(LIMIT).boot();
        real.lab.run("power-off", "host-" + victim);
        engine.until(
                "the VM to run elsewhere",
                LIMIT,
                () -> engine.get("/vms/" + vm),
                view -> Cluster.state(view).equals("up")
                        && !view.get("hostId").asText().isEmpty()
                        && !hostName(view).equals("host-" + victim));
        Guest.Tick tick = guest.awaitTick(LIMIT);
        assertNotEquals(victim, tick.host());
        assertNotEquals(boot, tick.boot());
        assertEquals(List.of(tick.host()), guest.runsOn(LIMIT));
        JsonNode down = cluster.awaitVm(mortal, "down", LIMIT);
        assertTrue(down.get("stateReason").asText().contains("host-" + victim), down.toString());
        cluster.awaitHost(victim, "up", LIMIT);
        assertEquals(List.of(tick.host()), guest.runsOn(LIMIT));
    }

    private String hostName(JsonNode view) {
        try {
            return engine.get("/hosts/" + view.get("hostId").asText())
                    .get("name")
                    .asText();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Order(8)
    void shutsDownByItselfAndIsDeleted() throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/shutdown", Map.of()), LIMIT);
        assertEquals("down", Cluster.state(engine.get("/vms/" + vm)));
        engine.succeed(engine.delete("/vms/" + vm), LIMIT);
        assertEquals(
                404,
                assertThrows(EngineClient.ProblemException.class, () -> engine.get("/vms/" + vm))
                        .status());
    }
}
