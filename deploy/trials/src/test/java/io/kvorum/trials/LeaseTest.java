package io.kvorum.trials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A VM with a lease on hosts without BMCs, on real sanlock, told by its own ticks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LeaseTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private RealCluster real;
    private EngineClient engine;
    private Cluster cluster;
    private String vm;
    private Guest guest;

    @BeforeAll
    void hostsWithoutBmcsAndAVmWithALease() throws Exception {
        real = RealCluster.get();
        engine = real.engine;
        cluster = real.cluster;
        for (int host = 1; host <= RealCluster.HOSTS; host++) {
            cluster.forgetBmc(host);
        }
        cluster.awaitLeases(RealCluster.HOSTS);
        vm = cluster.leasedVm("leased");
        guest = new Guest(real.lab, vm);
    }

    @AfterAll
    void giveTheBmcsBack() throws Exception {
        engine.succeed(engine.post("/vms/" + vm + "/force-off", Map.of()), LIMIT);
        engine.succeed(engine.delete("/vms/" + vm), LIMIT);
        cluster.awaitHosts(RealCluster.HOSTS);
    }

    private boolean logged(String subject, String code) throws IOException, InterruptedException {
        return engine.get("/events?subjectId=" + subject + "&limit=50")
                .get("items")
                .valueStream()
                .anyMatch(event -> event.get("code").asText().equals(code));
    }

    private String holder() throws IOException, InterruptedException {
        String space = cluster.storageDomainId().replace("-", "");
        String file = "/srv/kvorum/shared/kvorum-" + cluster.storageDomainId() + "/leases/" + vm;
        return real.lab
                .output(
                        "exec",
                        "host-" + cluster.hostOf(vm),
                        "sanlock",
                        "direct",
                        "read_leader",
                        "-r",
                        space + ":" + vm + ":" + file + ":0")
                .lines()
                .filter(line -> line.startsWith("owner_id "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(1)
    void itsHostHoldsItsLease() throws Exception {
        guest.awaitTick(LIMIT);

        assertEquals("owner_id " + cluster.leaseId(cluster.hostOf(vm)), holder());
    }

    @Test
    @Order(2)
    void itsLeaseMovesWithIt() throws Exception {
        int source = cluster.hostOf(vm);
        engine.succeed(engine.post("/vms/" + vm + "/migrate", Map.of()), LIMIT);

        int target = cluster.hostOf(vm);
        assertNotEquals(source, target);
        assertEquals("owner_id " + cluster.leaseId(target), holder());
        assertEquals(target, guest.awaitTick(LIMIT).host());
    }

    /** Cut off longer than it takes a lease to expire, and alive all the time. */
    @Test
    @Order(3)
    void aHostThatIsCutOffAndRenewsKeepsIt() throws Exception {
        int host = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        real.lab.run("cut", "host-" + host);
        try {
            engine.until(
                    "an event that says that it renews",
                    LIMIT,
                    () -> engine.get("/events?subjectId=" + cluster.hostId(host) + "&limit=50"),
                    page -> page.get("items")
                            .valueStream()
                            .anyMatch(event -> event.get("code").asText().equals("host.renews_its_leases")));
            assertEquals(List.of(host), guest.tickingOn(Duration.ofSeconds(90)));
            assertEquals("unknown", Cluster.state(engine.get("/vms/" + vm)));
        } finally {
            real.lab.run("heal", "host-" + host);
        }
        cluster.awaitHost(host, "up", LIMIT);
        cluster.awaitVm(vm, "up", LIMIT);
        assertEquals(boot, guest.awaitTick(LIMIT).boot());
    }

    @Test
    @Order(4)
    void aHostThatLostPowerLosesItWhenItsLeaseExpired() throws Exception {
        int victim = cluster.hostOf(vm);
        String boot = guest.awaitTick(LIMIT).boot();
        real.lab.run("power-off", "host-" + victim);
        Guest.Tick tick = guest.awaitTick(LIMIT);

        assertNotEquals(victim, tick.host());
        assertNotEquals(boot, tick.boot());
        JsonNode up = cluster.awaitVm(vm, "up", LIMIT);
        assertEquals(cluster.hostId(tick.host()), up.get("hostId").asText());
        assertTrue(logged(vm, "vm.restarted_by_lease"));
        assertTrue(logged(cluster.hostId(victim), "host.leases_expire"));
        real.lab.run("power-on", "host-" + victim);
        cluster.awaitHost(victim, "up", LIMIT);
        assertEquals(List.of(tick.host()), guest.runsOn(LIMIT));
        cluster.awaitLeases(RealCluster.HOSTS);
    }

    /** With a BMC the lease is freed at once: nobody waits for its expiry. */
    @Test
    @Order(5)
    void aConfirmedFenceFreesIt() throws Exception {
        cluster.awaitHosts(RealCluster.HOSTS);
        int victim = cluster.hostOf(vm);
        real.lab.run("power-off", "host-" + victim);
        Guest.Tick tick = guest.awaitTick(LIMIT);

        assertNotEquals(victim, tick.host());
        assertTrue(
                engine.get("/operations?subjectId=" + vm + "&limit=5")
                        .get("items")
                        .valueStream()
                        .flatMap(operation -> operation.get("steps").valueStream())
                        .anyMatch(step -> step.get("name").asText().equals("free its lease")
                                && step.get("state").asText().equals("done")),
                "The lease was freed, not waited for");
        cluster.awaitHost(victim, "up", LIMIT);
        cluster.awaitLeases(RealCluster.HOSTS);
    }

    /** sanlock starts again, on storage that is read-only now, and opens its lockspace when it has to join again. */
    @Test
    @Order(6)
    void aHostWhoseStorageIsReadOnlySaysSoAndJoinsOnceItIsNot() throws Exception {
        int host = cluster.hostOf(vm) % RealCluster.HOSTS + 1;
        Instant began = Instant.now();
        real.lab.run("exec", "host-" + host, "pkill", "-9", "-x", "sanlock");
        remount(host, "ro");
        try {
            awaitEvent(host, began, "host.left_lockspace", "is no member of the lockspace");
            awaitEvent(host, began, "host.no_leases", "cannot read or write there");
        } finally {
            remount(host, "rw");
        }
        cluster.awaitLeases(RealCluster.HOSTS);
    }

    private void awaitEvent(int host, Instant since, String code, String words)
            throws IOException, InterruptedException {
        engine.until(
                "the event " + code,
                LIMIT,
                () -> engine.get("/events?subjectId=" + cluster.hostId(host) + "&limit=50"),
                page -> page.get("items")
                        .valueStream()
                        .filter(event ->
                                Instant.parse(event.get("time").asText()).isAfter(since))
                        .anyMatch(event -> event.get("code").asText().equals(code)
                                && event.get("message").asText().contains(words)));
    }

    private void remount(int host, String how) throws IOException, InterruptedException {
        real.lab.run("exec", "host-" + host, "mount", "-o", "remount,bind," + how, "/srv/kvorum/shared");
    }
}
