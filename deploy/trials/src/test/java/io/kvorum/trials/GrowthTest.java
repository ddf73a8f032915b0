package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A real guest that is given memory and CPUs while it runs, takes them with it, and sees them itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GrowthTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int LOOKS = 10;
    private static final long SMALL = Cluster.GUEST_MEMORY_BYTES;
    private static final long LARGE = 2 * SMALL;

    private RealCluster real;
    private EngineClient engine;
    private Cluster cluster;
    private Guest guest;
    private String vm = "";
    private String boot = "";

    @BeforeAll
    void oneWithRoomToGrow() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        cluster = real.cluster;
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            cluster.awaitHost(host, "up", LIMIT);
        }
        vm = cluster.vm("growing", false, false);
        engine.patch(
                "/vms/" + vm,
                Map.of("hardware", Map.of("growth", Map.of("maxSockets", 4, "maxMemoryBytes", 2 * LARGE))));
        engine.succeed(engine.post("/vms/" + vm + "/start", Map.of("hostId", cluster.hostId(1))), LIMIT);
        guest = new Guest(real.lab, vm);
        boot = guest.awaitTick(LIMIT).boot();
    }

    @AfterAll
    void asItWas() throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        engine.succeed(engine.delete("/vms/" + vm), LIMIT);
    }

    private JsonNode grow(int sockets, long memoryBytes) throws Exception {
        return engine.patch("/vms/" + vm, Map.of("hardware", Map.of("sockets", sockets, "memoryBytes", memoryBytes)));
    }

    /** Its memory in bytes, its vCPUs, and its DIMMs, as libvirt tells them. */
    private List<Long> inLibvirt(int host) throws Exception {
        String xml = real.lab.output("exec", "host-" + host, "virsh", "dumpxml", vm);
        return List.of(
                number(xml, "<memory unit='KiB'>(\\d+)</memory>") << 10,
                number(xml, "<vcpu [^>]*current='(\\d+)'"),
                Pattern.compile("<memory model='dimm'").matcher(xml).results().count());
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), pattern + " is not in " + text);
        return Long.parseLong(matcher.group(1));
    }

    /** Firmware tells the guest of what was plugged in; that takes a moment where it is emulated. */
    private void assertSees(int host, int cpus, long leastBytes) throws Exception {
        Guest.Size size = guest.size(host);
        for (int look = 1; look < LOOKS && (size.cpus() < cpus || size.memoryBytes() < leastBytes); look++) {
            size = guest.size(host);
        }
        assertEquals(cpus, size.cpus());
        assertTrue(size.memoryBytes() >= leastBytes, size.toString());
    }

    @Test
    @Order(1)
    void itGetsMemoryAndCpusWithoutARestart() throws Exception {
        assertEquals(List.of(SMALL, 1L, 0L), inLibvirt(1));

        grow(2, LARGE);

        JsonNode grown = engine.until(
                "the VM to have grown",
                LIMIT,
                () -> engine.get("/vms/" + vm),
                view -> view.get("hardware").get("sockets").asInt() == 2);
        assertEquals(LARGE, grown.get("hardware").get("memoryBytes").asLong());
        assertEquals(List.of(LARGE, 2L, 1L), inLibvirt(1));
        assertSees(1, 2, SMALL);
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
    }

    @Test
    @Order(2)
    void nothingGrowsBeyondItsRoomNorShrinks() throws Exception {
        EngineClient.ProblemException beyond =
                assertThrows(EngineClient.ProblemException.class, () -> grow(2, 4 * LARGE));
        assertEquals(400, beyond.status());
        assertEquals(
                "hardware.growth.maxMemoryBytes",
                beyond.problem().get("errors").get(0).get("field").asText());
        EngineClient.ProblemException smaller = assertThrows(EngineClient.ProblemException.class, () -> grow(1, LARGE));
        assertEquals(409, smaller.status());
        assertEquals(List.of(LARGE, 2L, 1L), inLibvirt(1));
    }

    @Test
    @Order(3)
    void itTakesThemWithItAndGrowsOn() throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/migrate", Map.of("hostId", cluster.hostId(2))), LIMIT);

        assertEquals(List.of(LARGE, 2L, 1L), inLibvirt(2));
        Guest.Tick tick = guest.awaitTick(LIMIT);
        assertEquals(boot, tick.boot());
        assertEquals(2, tick.host());
        assertSees(2, 2, SMALL);

        grow(2, 2 * LARGE);
        engine.until(
                "the guest to have a second DIMM",
                LIMIT,
                () -> engine.get("/vms/" + vm),
                view -> view.get("hardware").get("memoryBytes").asLong() == 2 * LARGE);
        assertEquals(List.of(2 * LARGE, 2L, 2L), inLibvirt(2));
        assertEquals(List.of(2), guest.runsOn(LIMIT));
    }

    @Test
    @Order(4)
    void itsSavedMemoryHasThemToo() throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/suspend", Map.of()), LIMIT);
        engine.succeed(engine.post("/vms/" + vm + "/resume", Map.of()), LIMIT);

        Guest.Tick tick = guest.awaitTick(LIMIT);
        assertEquals(boot, tick.boot());
        assertEquals(List.of(2 * LARGE, 2L, 2L), inLibvirt(tick.host()));
    }

    @Test
    @Order(5)
    void startedAgainItHasItAllInOnePiece() throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        engine.succeed(engine.post("/vms/" + vm + "/start", Map.of("hostId", cluster.hostId(1))), LIMIT);

        guest.awaitTick(LIMIT);
        assertEquals(List.of(2 * LARGE, 2L, 0L), inLibvirt(1));
    }
}
