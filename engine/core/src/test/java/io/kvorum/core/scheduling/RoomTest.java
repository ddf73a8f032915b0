package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Hugepages;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.Tuning;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.Room.HostRoom;
import io.kvorum.core.scheduling.Room.Refusals;
import io.kvorum.core.testing.Things;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What a search says there is room for, and what there is. */
@NullUnmarked
class RoomTest {

    private static final int SEEDS = 60;
    private static final long MIB = 1L << 20;

    private static Vm bare(String name, long memory, Tuning tuning) {
        return Things.vm(new VmSpec(
                name,
                "",
                Things.CLUSTER,
                null,
                Things.hardware(memory).with(tuning),
                List.of(),
                List.of(),
                new HighAvailability(false, Priority.MEDIUM),
                MigrationMode.ALLOWED,
                null));
    }

    private static Scheduler scheduler(Inventory inventory) {
        return new Scheduler(inventory, new HostLoads());
    }

    private static PlacementRequest request(Vm vm, Cluster cluster) {
        return new PlacementRequest(vm, cluster, null, Set.of());
    }

    private static Room search(Cluster cluster, long memory, Entity... hosts) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), cluster));
        all.addAll(Arrays.asList(hosts));
        return scheduler(new Inventory(all))
                .room(request(bare("v", memory, Tuning.NONE), cluster))
                .run();
    }

    private static Map<String, Integer> byHost(Room room) {
        return room.hosts().stream().collect(Collectors.toMap(HostRoom::hostName, HostRoom::more));
    }

    private static Map<String, Integer> byFilter(Room room) {
        return room.refusals().stream().collect(Collectors.toMap(Refusals::filter, Refusals::hosts));
    }

    @Test
    void asManyFitAsCanReallyBePlaced() {
        int placed = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            placed += holdsInRandomCluster(new Random(seed), "seed " + seed);
        }
        assertTrue(placed > 10 * SEEDS, "there was hardly ever room: " + placed);
    }

    /** Returns how many there was room for. */
    private static int holdsInRandomCluster(Random random, String where) {
        Inventory inventory =
                new Inventory(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network()));
        RandomPlacements placements = new RandomPlacements(random, inventory);
        for (int step = 0; step < 150; step++) {
            placements.step();
        }
        Cluster cluster = placements.cluster();
        Tuning tuning = switch (random.nextInt(4)) {
            case 0 -> new Tuning(1, true, 0);
            case 1 -> new Tuning(2, false, Hugepages.SMALL);
            default -> Tuning.NONE;
        };
        long memory = (1 + random.nextInt(4)) * Things.GIB;
        RoomSearch search = scheduler(inventory).room(request(bare("like", memory, tuning), cluster));
        // The copy does not see what comes and goes meanwhile.
        inventory.hosts().stream()
                .findFirst()
                .ifPresent(host ->
                        inventory.put(Things.on(bare("passing", memory, Tuning.NONE), host.name()), Instant.EPOCH));
        Room room = search.run();
        inventory.remove(Kind.VM, Things.id("passing"));

        Map<String, Integer> really = new TreeMap<>();
        PlacementDecision decision = scheduler(inventory).place(request(bare("m0", memory, tuning), cluster));
        int count = 0;
        while (decision.host().isPresent()) {
            Host host = decision.host().get();
            Vm made = Things.on(bare("m" + count, memory, tuning), host.name());
            inventory.put(made.withStatus(made.status().on(host.id(), decision.seat())), Instant.EPOCH);
            really.merge(host.name(), 1, Integer::sum);
            count++;
            decision = scheduler(inventory).place(request(bare("m" + count, memory, tuning), cluster));
        }
        assertEquals(really, new TreeMap<>(byHost(room)), where);
        assertEquals(count, room.more(), where);
        assertFalse(room.atLeast(), where);
        assertEquals(
                decision.explanation().hosts().stream()
                        .collect(Collectors.groupingBy(HostVerdict::filter, Collectors.summingInt(host -> 1))),
                byFilter(room),
                where);
        return count;
    }

    @Test
    void tellsWhyTheNextOneFitsNowhere() {
        Room room = search(
                Things.cluster(),
                10 * Things.GIB,
                Things.host("h1"),
                Things.host("h2"),
                Things.host("h3", HostState.MAINTENANCE));

        assertEquals(6, room.more());
        assertEquals(Map.of("h1", 3, "h2", 3), byHost(room));
        assertEquals(Map.of("HostUp", 1, "Memory", 2), byFilter(room));
        assertEquals(
                List.of("HostUp", "Memory"),
                room.refusals().stream().map(Refusals::filter).toList());
        assertTrue(
                room.refusals().getLast().example().startsWith("h1: "),
                room.refusals().getLast().example());
    }

    @Test
    void aClusterWithoutHostsHasNone() {
        Room room = search(Things.cluster(), Things.GIB);

        assertEquals(new Room(0, false, List.of(), List.of()), room);
    }

    @Test
    void aPolicyOfAnOperatorCounts() {
        SchedulingPolicy few = new SchedulingPolicy(
                Things.id("few"),
                "few",
                "",
                Set.of("GuestLimit"),
                Map.of("Packing", 1.0),
                Map.of("MaxGuests", 2.0),
                Meta.NONE);
        Cluster cluster = Things.cluster().withCustomPolicy(few.id());

        Room room = search(cluster, Things.GIB, few, Things.host("h1"), Things.host("h2"));

        assertEquals(Map.of("h1", 2, "h2", 2), byHost(room));
        assertEquals(Map.of("GuestLimit", 2), byFilter(room));
    }

    @Test
    void endsAfterSoMany() {
        Entity[] hosts = new Entity[12];
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = Things.host("h" + i);
        }

        Room room = search(Things.cluster(), 32 * MIB, hosts);

        assertEquals(RoomSearch.MOST, room.more());
        assertTrue(room.atLeast());
        assertEquals(List.of(), room.refusals());
        assertEquals(
                RoomSearch.MOST, room.hosts().stream().mapToInt(HostRoom::more).sum());
    }

    @Test
    void saysThatAllIsTakenWhereTheLastOneFilledIt() {
        Room room = search(Things.cluster(), Things.GIB, Things.host("h1"));

        assertEquals(31, room.more());
        assertFalse(room.atLeast());
        assertEquals(Map.of("Memory", 1), byFilter(room));
    }

    @Test
    void isNotAskedForVmsThatNeedMoreThanAHost() {
        Inventory inventory = new Inventory(List.of(Things.dataCenter(), Things.cluster(), Things.host("h1")));

        assertThrows(
                IllegalArgumentException.class,
                () -> scheduler(inventory).room(request(Things.vm("v"), Things.cluster())));
    }
}
