package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Real guests that keep CPUs busy, real migrations, and hosts that BMCs switch off and on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BalancingTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** A plan that saves power is made once a minute, and what guests asked for minutes ago still counts. */
    private static final Duration SLEEP_LIMIT = Duration.ofMinutes(4);

    private static final Duration UPGRADE_LIMIT = Duration.ofMinutes(6);

    /** Of what the busiest host uses: with a guest less it is below. */
    private static final double THRESHOLD = 0.72;

    private RealCluster real;
    private EngineClient engine;
    private Cluster cluster;
    private JsonNode before;
    private final List<String> vms = new ArrayList<>();

    @BeforeAll
    void threeGuests() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        cluster = real.cluster;
        before = engine.get(path());
        set(Map.of("balancing", Map.of("mode", "off")));
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            cluster.awaitHost(host, "up", LIMIT);
        }
        for (int i = 1; i <= 3; i++) {
            vms.add(cluster.vm("busy-" + i, false, false));
        }
    }

    @AfterAll
    void asItWas() throws Exception {
        Map<String, Object> settings = new HashMap<>();
        settings.put("schedulingPolicy", before.get("schedulingPolicy").asText());
        settings.put(
                "highUtilizationPercent", before.get("highUtilizationPercent").asInt());
        settings.put(
                "cpuOverCommitDurationMinutes",
                before.get("cpuOverCommitDurationMinutes").asInt());
        settings.put("balancing", before.get("balancing"));
        settings.put("powerSaving", before.get("powerSaving"));
        set(settings);
        for (String vm : vms) {
            if (!Cluster.state(engine.get("/vms/" + vm)).equals("down")) {
                engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
            }
            engine.succeed(engine.delete("/vms/" + vm), LIMIT);
        }
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            cluster.awaitHost(host, "up", LIMIT);
        }
    }

    private String path() {
        return "/clusters/" + cluster.clusterId();
    }

    private void set(Map<String, Object> settings) throws Exception {
        engine.patch(path(), settings);
    }

    private void start(String vm, int host) throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/start", Map.of("hostId", cluster.hostId(host))), LIMIT);
        new Guest(real.lab, vm).awaitTick(LIMIT);
    }

    private void tell(String vm, String command) throws Exception {
        new Guest(real.lab, vm).tell(cluster.hostOf(vm), command);
    }

    /** Share of its CPUs that the host says it uses. */
    private double use(int host) throws IOException, InterruptedException {
        return engine.get("/hosts/" + cluster.hostId(host))
                .path("usage")
                .path("cpuUsage")
                .asDouble();
    }

    /** A percentage that the host is above now, and will not be with a guest less. */
    private int threshold(int host, double atLeast) throws Exception {
        engine.until(
                "host-" + host + " to report its load",
                LIMIT,
                () -> BooleanNode.valueOf(use(host) > atLeast),
                JsonNode::asBoolean);
        return (int) Math.round(settledUse(host) * 100 * THRESHOLD);
    }

    /** The same of a time in which nothing was moved or started: the report after the next holds nothing of what was before. */
    private double settledUse(int host) throws Exception {
        Thread.sleep(Duration.ofSeconds(31));
        return use(host);
    }

    private JsonNode plans() throws IOException, InterruptedException {
        return engine.get("/balancing-plans?limit=100&clusterId=" + cluster.clusterId());
    }

    /** As the client does; says what plans there are if it was in vain. */
    private JsonNode until(String what, Duration limit, EngineClient.Source source, Predicate<JsonNode> condition)
            throws Exception {
        try {
            return engine.until(what, limit, source, condition);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(e.getMessage() + "; plans: " + plans().get("items"), e);
        }
    }

    private JsonNode awaitPlan(String reason, String state) throws Exception {
        return until(
                        "a plan that is " + state + ", since " + reason,
                        LIMIT,
                        this::plans,
                        list -> list.get("items")
                                .valueStream()
                                .anyMatch(plan -> plan.get("reason").asText().contains(reason)
                                        && Cluster.state(plan).equals(state)))
                .get("items")
                .valueStream()
                .filter(plan -> plan.get("reason").asText().contains(reason)
                        && Cluster.state(plan).equals(state))
                .findFirst()
                .orElseThrow();
    }

    private void belowThreshold(int percent) throws Exception {
        until(
                "every host to use less than " + percent + " %",
                LIMIT,
                () -> BooleanNode.valueOf(use(1) * 100 < percent && use(2) * 100 < percent && use(3) * 100 < percent),
                JsonNode::asBoolean);
    }

    @Test
    @Order(1)
    void aPlanThatIsApprovedMovesAGuestThatKeepsAHostBusy() throws Exception {
        start(vms.get(0), 1);
        start(vms.get(1), 1);
        tell(vms.get(0), "burn on");
        tell(vms.get(1), "burn on");
        int threshold = threshold(1, 0.3);
        assertTrue(threshold > use(2) * 100, "host-2 is busy too: " + use(2));

        set(Map.of(
                "highUtilizationPercent",
                threshold,
                "cpuOverCommitDurationMinutes",
                0,
                "balancing",
                Map.of("mode", "review")));
        JsonNode plan = awaitPlan("host-1 used more than " + threshold + " %", "proposed");
        assertEquals("even_out", plan.get("moves").get(0).get("purpose").asText());
        assertEquals(1, cluster.hostOf(vms.get(0)));
        assertEquals(1, cluster.hostOf(vms.get(1)));

        engine.post("/balancing-plans/" + plan.get("id").asText() + "/approve", Map.of());
        awaitPlan("host-1 used more than " + threshold + " %", "done");

        String moved = plan.get("moves").get(0).get("vmId").asText();
        assertNotEquals(1, cluster.hostOf(moved));
        Guest guest = new Guest(real.lab, moved);
        assertEquals(List.of(cluster.hostOf(moved)), guest.runsOn(LIMIT));
        belowThreshold(threshold);
    }

    @Test
    @Order(2)
    void withoutReviewGuestsMoveUntilTheThresholdHolds() throws Exception {
        set(Map.of("balancing", Map.of("mode", "off")));
        int busy = cluster.hostOf(vms.get(0));
        double alone = settledUse(busy);
        start(vms.get(2), busy);
        tell(vms.get(2), "burn on");
        int threshold = threshold(busy, alone * 1.1);

        set(Map.of("highUtilizationPercent", threshold, "balancing", Map.of("mode", "automatic")));
        awaitPlan("used more than " + threshold + " %", "done");

        // A move that would not have helped at the moment it was to begin is skipped, and planned again.
        until(
                "each of the three guests to have a host to itself",
                LIMIT,
                () -> BooleanNode.valueOf(
                        vms.stream().map(this::hostOf).distinct().count() == 3),
                JsonNode::asBoolean);
        belowThreshold(threshold);
        for (String vm : vms) {
            tell(vm, "burn off");
        }
    }

    private int hostOf(String vm) {
        try {
            return cluster.hostOf(vm);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode group(String rule, List<String> members) throws Exception {
        return engine.post(
                "/affinity-groups",
                Map.of(
                        "name",
                        "busy",
                        "clusterId",
                        cluster.clusterId(),
                        "vmRule",
                        rule,
                        "members",
                        members.stream().map(vm -> Map.of("vmId", vm)).toList()));
    }

    @Test
    @Order(3)
    void aRuleThatRunningGuestsBreakIsRepaired() throws Exception {
        set(Map.of("highUtilizationPercent", 95, "balancing", Map.of("mode", "automatic")));
        String group = Cluster.id(group("hard_affinity", vms.subList(0, 2)));
        awaitPlan("affinity group busy", "done");
        assertEquals(hostOf(vms.get(0)), hostOf(vms.get(1)));

        engine.delete("/affinity-groups/" + group);
        group = Cluster.id(group("hard_anti_affinity", vms.subList(0, 2)));
        until(
                "the guests to be apart",
                LIMIT,
                () -> BooleanNode.valueOf(hostOf(vms.get(0)) != hostOf(vms.get(1))),
                JsonNode::asBoolean);
        engine.delete("/affinity-groups/" + group);
    }

    @Test
    @Order(4)
    void aHostThatIsEmptiedIsSwitchedOffAndWokenByAStartThatNeedsIt() throws Exception {
        engine.succeed(engine.post("/vms/" + vms.get(2) + "/force-off", Map.of()), LIMIT);
        String group = Cluster.id(group("hard_anti_affinity", vms));
        set(Map.of(
                "schedulingPolicy",
                "power_saving",
                "highUtilizationPercent",
                95,
                "powerSaving",
                Map.of("lowUtilizationPercent", 60, "enableAutomaticHostPowerManagement", true)));

        JsonNode asleep = until(
                "a host to be asleep",
                SLEEP_LIMIT,
                () -> engine.get("/hosts"),
                hosts -> hosts.get("items")
                        .valueStream()
                        .anyMatch(host -> host.path("sleep").isObject()));
        JsonNode host = asleep.get("items")
                .valueStream()
                .filter(one -> one.path("sleep").isObject())
                .findFirst()
                .orElseThrow();
        String name = host.get("name").asText();
        assertEquals("down", Cluster.state(host));
        assertEquals("off", real.lab.run("power", name));
        assertFalse(events().contains("host.silent " + name), "its silence is expected: " + events());

        // The third of three that must not share a host.
        engine.succeed(engine.post("/vms/" + vms.get(2) + "/start", Map.of()), LIMIT);

        assertEquals("on", real.lab.run("power", name));
        assertEquals(name, "host-" + cluster.hostOf(vms.get(2)));
        new Guest(real.lab, vms.get(2)).awaitTick(LIMIT);
        assertTrue(events().contains("host.woken " + name), events().toString());
        engine.delete("/affinity-groups/" + group);
    }

    @Test
    @Order(5)
    void allHostsAreUpgradedAndGuestsAreMovedOutOfTheWay() throws Exception {
        set(Map.of(
                "schedulingPolicy",
                "none",
                "balancing",
                Map.of("mode", "off"),
                "powerSaving",
                Map.of("enableAutomaticHostPowerManagement", false)));
        real.lab.run("exec", "host-2", "touch", "/etc/kvorum/wants-reboot");
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            real.lab.run("exec", "host-" + host, "rm", "-f", "/etc/kvorum/upgraded");
        }
        List<String> boots = boots();

        JsonNode begun = engine.post(path() + "/rolling-maintenance", Map.of("task", "upgrade"));
        JsonNode plan = until(
                "the plan to be over",
                UPGRADE_LIMIT,
                () -> engine.get("/balancing-plans/" + Cluster.id(begun)),
                now -> List.of("done", "paused", "aborted").contains(Cluster.state(now)));

        assertEquals("3 done, 0 failed, 0 skipped.", plan.path("outcome").asText(), plan.toString());
        List<String> bootsAfter = boots();
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            assertEquals("upgraded", real.lab.output("exec", "host-" + host, "cat", "/etc/kvorum/upgraded"));
            assertEquals(host != 2, boots.get(host - 1).equals(bootsAfter.get(host - 1)), "host-" + host);
        }
        for (String vm : vms) {
            assertEquals(List.of(cluster.hostOf(vm)), new Guest(real.lab, vm).runsOn(LIMIT));
        }
        real.lab.run("exec", "host-2", "rm", "/etc/kvorum/wants-reboot");
    }

    private List<String> boots() throws Exception {
        List<String> boots = new ArrayList<>();
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            boots.add(real.lab.run("exec", "host-" + host, "cat", "/proc/sys/kernel/random/boot_id"));
        }
        return boots;
    }

    /** Of the last minutes: code and name of the subject. */
    private List<String> events() throws Exception {
        return engine.get("/events?limit=100")
                .get("items")
                .valueStream()
                .map(event -> event.get("code").asText() + " "
                        + event.path("subject").path("name").asText())
                .toList();
    }
}
