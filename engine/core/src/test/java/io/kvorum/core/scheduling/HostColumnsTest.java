package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.SlotList;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.testing.Things;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns that were changed step by step hold what columns made anew from the same inventory hold. */
class HostColumnsTest {

    private static final int STEPS = 400;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void columnsFollowTheInventoryAndNeverOversell(long seed) {
        Random random = new Random(seed);
        Inventory inventory =
                new Inventory(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network()));
        Scheduler scheduler = new Scheduler(inventory, new HostLoads());
        for (int step = 0; step < STEPS; step++) {
            step(random, inventory, scheduler);
            assertEquals(rows(rebuilt(inventory)), rows(inventory), "step " + step + " of seed " + seed);
        }
        assertTrue(inventory.vms().stream().anyMatch(vm -> vm.hostId() != null), "nothing was ever placed");
    }

    private static void step(Random random, Inventory inventory, Scheduler scheduler) {
        String host = "h" + random.nextInt(24);
        Vm vm = Things.vm("v" + random.nextInt(120));
        Vm known = inventory.vm(vm.id()).orElse(vm);
        switch (random.nextInt(6)) {
            case 0 -> inventory.put(Things.host(host, random.nextBoolean() ? HostState.UP : HostState.DOWN), now());
            case 1 -> inventory.remove(Kind.HOST, Things.id(host));
            case 2 -> inventory.remove(Kind.VM, vm.id());
            default -> place(inventory, scheduler, known);
        }
    }

    private static void place(Inventory inventory, Scheduler scheduler, Vm vm) {
        PlacementRequest request = new PlacementRequest(vm, Things.cluster(), null, Set.of());
        Optional<Host> host = scheduler.choose(request);
        assertEquals(host, scheduler.place(request).host());
        assertEquals(
                host.map(Host::id).orElse(null),
                scheduler.place(request).explanation().chosenHostId());
        host.ifPresent(chosen -> {
            inventory.put(Things.on(vm, chosen.name()), now());
            Candidates after = Candidates.of(inventory, request);
            for (int i = 0; i < after.slots().size(); i++) {
                int slot = after.slots().get(i);
                assertTrue(!after.host(slot).equals(chosen) || after.freeBytes(slot) >= 0, "oversold");
            }
        });
    }

    private static Inventory rebuilt(Inventory inventory) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), Things.cluster()));
        all.addAll(inventory.vms());
        all.addAll(inventory.hosts());
        return new Inventory(all);
    }

    private static Map<String, String> rows(Inventory inventory) {
        HostColumns columns = inventory.columns();
        SlotList slots = columns.of(Things.CLUSTER);
        Map<String, String> rows = new TreeMap<>();
        for (int i = 0; i < slots.size(); i++) {
            int slot = slots.get(i);
            rows.put(
                    columns.host(slot).name(),
                    columns.up(slot) + " " + columns.locked(slot) + " " + columns.threads(slot) + " "
                            + columns.memoryBytes(slot) + " " + columns.promisedBytes(slot) + " "
                            + columns.promisedVcpus(slot) + " " + columns.vms(slot));
        }
        assertEquals(inventory.hosts().size(), rows.size());
        return rows;
    }

    private static Instant now() {
        return Instant.EPOCH;
    }
}
