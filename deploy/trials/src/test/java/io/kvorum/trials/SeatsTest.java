package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real guest that is bound to a NUMA node and has a CPU for itself, and is migrated live. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeatsTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private RealCluster real;
    private EngineClient engine;
    private Cluster cluster;
    private String traveller = "";
    private String neighbour = "";

    @BeforeAll
    void oneOnEachOfTwoHosts() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        cluster = real.cluster;
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            cluster.awaitHost(host, "up", LIMIT);
        }
        traveller = seated("traveller", 1);
        neighbour = seated("neighbour", 2);
    }

    @AfterAll
    void asItWas() throws Exception {
        for (String vm : List.of(traveller, neighbour)) {
            engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
            engine.succeed(engine.delete("/vms/" + vm), LIMIT);
        }
    }

    private String seated(String name, int host) throws Exception {
        String vm = cluster.vm(name, false, false);
        engine.patch("/vms/" + vm, Map.of("hardware", Map.of("numaNodes", 1, "dedicatedCpus", true)));
        engine.succeed(engine.post("/vms/" + vm + "/start", Map.of("hostId", cluster.hostId(host))), LIMIT);
        return vm;
    }

    /** The host CPU that the only vCPU's thread may run on, that of QEMU's others, and the node of its memory. */
    private List<String> bound(int host, String vm) throws Exception {
        String info = real.lab.output("exec", "host-" + host, "virsh", "vcpuinfo", vm);
        String xml = real.lab.output("exec", "host-" + host, "virsh", "dumpxml", vm);
        String affinity = first(info, "CPU Affinity:\\s*([y-]+)");
        return List.of(
                affinity.indexOf('y') + " of " + affinity.replace("-", "").length(),
                first(xml, "<emulatorpin cpuset='([^']*)'/>"),
                first(xml, "<memnode cellid='0' mode='strict' nodeset='([^']*)'/>"));
    }

    private static String first(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), pattern + " is not in " + text);
        return matcher.group(1);
    }

    @Test
    void itGetsACpuOfTheTargetThatNobodyHas() throws Exception {
        Guest guest = new Guest(real.lab, traveller);
        String boot = guest.awaitTick(LIMIT).boot();
        assertEquals(List.of("0 of 1", "0", "0"), bound(1, traveller));
        assertEquals(List.of("0 of 1", "0", "0"), bound(2, neighbour));

        engine.succeed(engine.post("/vms/" + traveller + "/migrate", Map.of("hostId", cluster.hostId(2))), LIMIT);

        assertEquals(List.of("1 of 1", "1", "0"), bound(2, traveller));
        assertEquals(List.of("0 of 1", "0", "0"), bound(2, neighbour));
        Guest.Tick tick = guest.awaitTick(LIMIT);
        assertEquals(boot, tick.boot());
        assertEquals(2, tick.host());
        assertEquals(List.of(2), guest.runsOn(LIMIT));
    }
}
