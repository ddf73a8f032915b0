package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Now;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.FleetOverview.Complaint;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class FleetOverviewTest {

    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    private final HostLoads loads = new HostLoads();

    private FleetOverview overview(long nanos, Entity... entities) {
        List<Entity> all =
                new ArrayList<>(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network()));
        all.addAll(List.of(entities));
        return FleetOverview.of(new Inventory(all), loads, new Now(NOON, nanos));
    }

    private void measured(String host, double cpu, long memory) {
        loads.report(Things.id(host), new HostLoad(cpu, memory, List.of()), 0);
    }

    private static Host host(String name, int threads, long memory) {
        return Things.host(name).withFacts(Things.facts(name, threads, memory));
    }

    private static Host with(Host host, HostStatus status) {
        return host.withStatus(status);
    }

    @Test
    void hostsThatAreUpAddUpAndTheirUseIsWeighedByTheirSize() {
        measured("h1", 1, 10 * Things.GIB);
        measured("h2", 0, 20 * Things.GIB);
        measured("off", 1, Things.GIB);

        Capacity capacity = overview(
                        0,
                        host("h1", 30, 40 * Things.GIB),
                        host("h2", 10, 60 * Things.GIB),
                        Things.host("off", HostState.DOWN),
                        Things.on(Things.vm("v1"), "h1"),
                        Things.on(Things.vm("v2"), "h2"))
                .total();

        assertEquals(3, capacity.hosts());
        assertEquals(2, capacity.up());
        assertEquals(2, capacity.vms());
        assertEquals(40, capacity.threads());
        assertEquals(100 * Things.GIB, capacity.memoryBytes());
        assertEquals(new Capacity.Measured(2, 40, 30, 100 * Things.GIB, 30 * Things.GIB), capacity.measured());
    }

    @Test
    void whatWasNotMeasuredOfLateIsNoUse() {
        measured("h1", 0.5, Things.GIB);

        FleetOverview late =
                overview(Duration.ofMinutes(5).toNanos(), host("h1", 8, Things.GIB), host("h2", 8, Things.GIB));

        assertEquals(16, late.total().threads());
        assertEquals(Capacity.NOTHING.measured(), late.total().measured());
    }

    @Test
    void eachClusterHasItsOwnAndOneWithoutHostsNone() {
        FleetOverview overview = overview(0, host("h1", 8, Things.GIB));

        assertEquals(Set.of(Things.CLUSTER), overview.clusters().keySet());
        assertEquals(8, overview.clusters().get(Things.CLUSTER).threads());
        assertEquals(Capacity.NOTHING, overview(0).total());
    }

    @Test
    void hostsThatAreNotWellAreNamedFirst() {
        measured("a-busy", 0.95, 31 * Things.GIB);
        Host old = Things.host("b-old");

        FleetOverview overview = overview(
                0,
                Things.host("a-busy"),
                with(old, new HostStatus(HostState.UP, null, "boot", NOON.plus(Duration.ofDays(6)))),
                Things.host("c-well"),
                with(
                        Things.host("d-silent"),
                        new HostStatus(HostState.NON_RESPONSIVE, "It fell silent.", "boot", null)),
                Things.host("e-maintained", HostState.MAINTENANCE));

        assertEquals(
                List.of(
                        "d-silent: It fell silent.",
                        "a-busy: Its CPU is 95 % used.",
                        "a-busy: Its memory is 97 % used.",
                        "b-old: Its certificate expires soon: at 2030-01-07T12:00:00Z."),
                overview.complaints().stream()
                        .map(complaint -> complaint.hostName() + ": " + complaint.words())
                        .toList());
        assertEquals(3, overview.complainedOf());
    }

    @Test
    void aHostThatSleepsIsWellUntilItCannotBeWoken() {
        Host.Sleep sleep = new Host.Sleep(NOON, null, null);
        Host asleep = Things.host("h1").asleep(sleep, "Switched off by power saving.");
        Host stuck = Things.host("h2").asleep(sleep.notWoken(NOON), "It could not be switched on.");

        assertEquals(
                List.of(new Complaint(Things.id("h2"), "h2", HostState.DOWN, "It could not be switched on.")),
                overview(0, asleep, stuck).complaints());
    }

    @Test
    void ofManyTheFirstAreNamedAndAllAreCounted() {
        Entity[] hosts = new Entity[FleetOverview.SHOWN + 7];
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = Things.host("h" + i, HostState.NON_RESPONSIVE);
        }

        FleetOverview overview = overview(0, hosts);

        assertEquals(FleetOverview.SHOWN, overview.complaints().size());
        assertEquals(hosts.length, overview.complainedOf());
    }
}
