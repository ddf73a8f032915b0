package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.SchedulingUnits.Unit;
import io.kvorum.core.testing.Things;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each policy prefers, and what may be put together. */
@NullUnmarked
class PolicyTest {

    private static Cluster with(PolicyName name) {
        return Things.cluster(new Cluster.SchedulingPolicy(name, 80, 2, 100), Cluster.FencingPolicy.DEFAULT);
    }

    /** Three hosts: h1 with two VMs, h2 with one, h3 empty. */
    private static Inventory threeHosts(Entity... more) {
        List<Entity> all = new ArrayList<>(List.of(
                Things.dataCenter(),
                Things.cluster(),
                Things.store(),
                Things.network(),
                Things.host("h1"),
                Things.host("h2"),
                Things.host("h3"),
                Things.on(Things.vm("a"), "h1"),
                Things.on(Things.vm("b"), "h1"),
                Things.on(Things.vm("c"), "h2")));
        all.addAll(List.of(more));
        return new Inventory(all);
    }

    private static PlacementDecision place(Inventory inventory, Vm vm, Cluster cluster) {
        return new Scheduler(inventory, new HostLoads()).place(new PlacementRequest(vm, cluster, null, Set.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, h3",
        "EVENLY_DISTRIBUTED, h3",
        "VM_EVENLY_DISTRIBUTED, h3",
        "PERFORMANCE, h3",
        "POWER_SAVING, h1",
        "DENSITY, h1"
    })
    void spreadsOrPacks(PolicyName name, String host) {
        assertEquals(
                host,
                place(threeHosts(), Things.vm("v"), with(name))
                        .host()
                        .orElseThrow()
                        .name());
    }

    @Test
    void aClusterInMaintenanceStartsHighlyAvailableVmsOnly() {
        Cluster cluster = with(PolicyName.CLUSTER_MAINTENANCE);

        PlacementDecision plain = place(threeHosts(), Things.vm("v"), cluster);
        assertTrue(plain.host().isEmpty());
        assertEquals(
                "ClusterInMaintenance", plain.explanation().hosts().getFirst().filter());
        assertTrue(place(threeHosts(), Things.ha("v"), cluster).host().isPresent());
        assertTrue(place(threeHosts(), Things.on(Things.vm("a"), "h1"), cluster)
                .host()
                .isPresent());
    }

    @Test
    void aPolicyOfAnOperatorTakesThePlaceOfTheBuiltInOne() {
        SchedulingPolicy policy = new SchedulingPolicy(
                Things.id("p"),
                "p",
                "",
                Set.of("GuestLimit"),
                Map.of("OptimalForMemoryPowerSaving", 2.5),
                Map.of("MaxGuests", 2.0),
                Meta.NONE);
        Cluster cluster = with(PolicyName.EVENLY_DISTRIBUTED).withCustomPolicy(policy.id());

        PlacementDecision decision = place(threeHosts(policy), Things.vm("v"), cluster);

        assertEquals("h2", decision.host().orElseThrow().name());
        HostVerdict full = decision.explanation().hosts().getFirst();
        assertEquals("GuestLimit", full.filter());
        assertEquals("It has 2 VMs, and MaxGuests is 2.", full.reason());
        assertEquals(
                2.5, decision.explanation().hosts().get(1).scores().getFirst().factor());
    }

    @Test
    void aHostThatSwappedOutMoreThanItHasRoomForTakesNoMoreWhereThePolicyAsks() {
        SchedulingPolicy strict = new SchedulingPolicy(
                Things.id("p"),
                "p",
                "",
                Set.of("Swap"),
                Map.of("OptimalForMemoryPowerSaving", 1.0),
                Map.of(),
                Meta.NONE);
        SchedulingPolicy lenient = new SchedulingPolicy(
                Things.id("q"),
                "q",
                "",
                Set.of("Swap"),
                Map.of("OptimalForMemoryPowerSaving", 1.0),
                Map.of("BlockMigrationOnSwapUsagePercentage", 20.0),
                Meta.NONE);
        Inventory inventory = threeHosts(strict, lenient);
        HostLoads loads = new HostLoads();
        Cluster plain = with(PolicyName.POWER_SAVING);
        // 32 GiB each: h1 has 2 GiB free and 6 swapped out, h2 could take back all.
        loads.report(
                Things.id("h1"),
                new HostLoad(
                        0.1, 30 * Things.GIB, List.of(), HostSignals.NONE, new SwapUse(6 * Things.GIB, 8 * Things.GIB)),
                0);
        loads.report(
                Things.id("h2"),
                new HostLoad(
                        0.1, 20 * Things.GIB, List.of(), HostSignals.NONE, new SwapUse(6 * Things.GIB, 8 * Things.GIB)),
                0);
        Scheduler scheduler = new Scheduler(inventory, loads);
        PlacementDecision refused = scheduler.place(
                new PlacementRequest(Things.vm("v"), plain.withCustomPolicy(strict.id()), null, Set.of()));

        assertEquals("h2", refused.host().orElseThrow().name());
        HostVerdict full = refused.explanation().hosts().getFirst();
        assertEquals("Swap", full.filter());
        assertEquals(
                "What it has swapped out is more than its free memory, by 13 % of its memory, and"
                        + " BlockMigrationOnSwapUsagePercentage is 0.",
                full.reason());
        for (Cluster other : List.of(plain, plain.withCustomPolicy(lenient.id()))) {
            PlacementRequest request = new PlacementRequest(Things.vm("v"), other, null, Set.of());
            assertEquals("h1", scheduler.choose(request).orElseThrow().name());
        }
    }

    @Test
    void anOverloadedHostIsPassedOverButNotWhereItIsTheLast() {
        Inventory inventory = threeHosts();
        Cluster cluster = with(PolicyName.EVENLY_DISTRIBUTED);
        long limit = 120_000_000_000L;
        for (long nanos : new long[] {0, limit - 1, limit}) {
            inventory.columns().measured(Things.id("h3"), 0.9);
            inventory.columns().watch(Things.id("h3"), 0.8, false, limit, nanos);
            assertEquals(
                    nanos == limit,
                    inventory
                            .columns()
                            .overloaded()
                            .contains(inventory.columns().slotOf(Things.id("h3"))));
        }
        Scheduler scheduler = new Scheduler(inventory, inventory.columns());

        PlacementDecision decision = scheduler.place(new PlacementRequest(Things.vm("v"), cluster, null, Set.of()));
        assertEquals("CPUOverloaded", decision.explanation().hosts().get(2).filter());
        assertEquals("h2", decision.host().orElseThrow().name());
        Set<java.util.UUID> others = Set.of(Things.id("h1"), Things.id("h2"));
        assertEquals(
                "h3",
                scheduler
                        .place(new PlacementRequest(Things.vm("v"), cluster, null, others))
                        .host()
                        .orElseThrow()
                        .name());
    }

    @Test
    void everyUnitIsDescribedOnceAndHasRangesThatHoldItsDefaults() {
        List<Unit> units = SchedulingUnits.all();
        assertEquals(
                units.size(),
                units.stream().map(unit -> unit.type() + unit.name()).distinct().count());
        units.forEach(unit -> {
            assertTrue(unit.description().endsWith("."), unit.name());
            unit.parameters()
                    .forEach(parameter -> assertTrue(
                            parameter.least() <= parameter.byDefault() && parameter.byDefault() <= parameter.most(),
                            parameter.name()));
        });
        SchedulingUnits.builtIn().forEach(policy -> {
            assertFalse(policy.weights().isEmpty());
            policy.weights()
                    .keySet()
                    .forEach(name -> assertTrue(SchedulingUnits.weight(name).isPresent(), name));
        });
    }
}
