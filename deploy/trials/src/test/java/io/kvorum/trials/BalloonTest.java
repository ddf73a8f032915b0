package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real guest gives memory back to a host that runs short of it, and gets it again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BalloonTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final long SIZE_BYTES = 512L << 20;
    private static final long GUARANTEED_BYTES = 480L << 20;

    private RealCluster real;
    private EngineClient engine;
    private String lavish = "";
    private String entitled = "";

    @BeforeAll
    void twoOnOneHost() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        real.cluster.awaitHost(1, "up", LIMIT);
        lavish = guest("lavish", GUARANTEED_BYTES);
        entitled = guest("entitled", SIZE_BYTES);
    }

    private String guest(String name, long guaranteedBytes) throws Exception {
        String vm = real.cluster.vm(name, false, false);
        engine.patch(
                "/vms/" + vm,
                Map.of("hardware", Map.of("memoryBytes", SIZE_BYTES, "guaranteedMemoryBytes", guaranteedBytes)));
        engine.succeed(engine.post("/vms/" + vm + "/start", Map.of("hostId", real.cluster.hostId(1))), LIMIT);
        new Guest(real.lab, vm).awaitTick(LIMIT);
        return vm;
    }

    @AfterAll
    void asItWas() throws Exception {
        for (String vm : new String[] {lavish, entitled}) {
            engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
            engine.succeed(engine.delete("/vms/" + vm), LIMIT);
        }
    }

    private void awaitGiven(String vm, String what, LongPredicate given) throws Exception {
        engine.until(
                what,
                LIMIT,
                () -> engine.get("/vms/" + vm),
                view -> given.test(view.path("usage").path("memoryGivenBytes").asLong(-1)));
    }

    private long given(String vm) throws Exception {
        return engine.get("/vms/" + vm).path("usage").path("memoryGivenBytes").asLong(-1);
    }

    @Test
    void oneThatIsGuaranteedLessGivesBackToItsHost() throws Exception {
        awaitGiven(lavish, "all of its memory", bytes -> bytes == SIZE_BYTES);
        awaitGiven(entitled, "all of its memory", bytes -> bytes == SIZE_BYTES);

        in(
                "sed 's/^MemAvailable:.*/MemAvailable: 1024 kB/' /proc/meminfo >/run/meminfo && mount --bind /run/meminfo /proc/meminfo");
        try {
            awaitGiven(lavish, "its guaranteed memory", bytes -> bytes == GUARANTEED_BYTES);
            assertEquals(SIZE_BYTES, given(entitled));
            String balloon = real.lab.output("exec", "host-1", "virsh", "dommemstat", lavish);
            assertTrue(balloon.contains("actual " + (GUARANTEED_BYTES >> 10)), balloon);
        } finally {
            in("umount /proc/meminfo");
        }
        awaitGiven(lavish, "all of its memory again", bytes -> bytes == SIZE_BYTES);
        new Guest(real.lab, lavish).awaitTick(LIMIT);
    }

    /** On host-1. */
    private void in(String command) throws Exception {
        real.lab.run("exec", "host-1", "sh", "-c", command);
    }
}
