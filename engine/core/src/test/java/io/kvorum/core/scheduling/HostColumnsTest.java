package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.AffinityRule;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.GroupColumns.Membership;
import io.kvorum.core.inventory.GroupColumns.Positions;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.HostColumns;
import io.kvorum.core.inventory.Hugepages;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.NodeColumns;
import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.testing.Things;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Through random lives of hosts, VMs and affinity groups: columns that were changed step by step hold what columns made
 * anew hold, the choice and its explanation agree, and nothing is sold twice.
 */
@NullUnmarked
class HostColumnsTest {

    private static final int STEPS = 400;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void columnsFollowTheInventoryAndNeverOversell(long seed) {
        Random random = new Random(seed);
        Inventory inventory =
                new Inventory(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network()));
        RandomPlacements placements = new RandomPlacements(random, inventory);
        for (int step = 0; step < STEPS; step++) {
            placements.step();
            Map<String, String> rows = rows(inventory.columns());
            assertEquals(rows(rebuilt(inventory).columns()), rows, "step " + step + " of seed " + seed);
            assertEquals(inventory.hosts().size(), rows.size());
            assertEquals(
                    rebuilt(inventory).quotaUse().clusters(RandomPlacements.QUOTA),
                    inventory.quotaUse().clusters(RandomPlacements.QUOTA));
            nothingIsSoldTwice(inventory);
        }
        assertTrue(placements.placed() > STEPS / 10, "hardly anything was ever placed");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aCopyStandsStillAndTakesItsOwnMoves(long seed) {
        Random random = new Random(seed);
        Inventory inventory =
                new Inventory(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network()));
        RandomPlacements placements = new RandomPlacements(random, inventory);
        for (int step = 0; step < 100; step++) {
            placements.step();
        }
        HostColumns copy = inventory.columns().copy();
        Map<String, String> before = rows(copy);
        assertEquals(rows(inventory.columns()), before);

        for (int step = 0; step < 100; step++) {
            placements.step();
        }
        assertEquals(before, rows(copy));

        Map<String, String> now = rows(inventory.columns());
        HostColumns other = inventory.columns().copy();
        for (Vm vm : inventory.vms()) {
            if (vm.hostId() != null) {
                other.unbind(vm.hostId(), vm);
            }
        }
        assertEquals(now, rows(inventory.columns()));
        assertTrue(now.isEmpty() || !now.equals(rows(other)));
    }

    private static void nothingIsSoldTwice(Inventory inventory) {
        for (Host host : inventory.hosts()) {
            TreeSet<Integer> taken = new TreeSet<>();
            for (Vm vm : inventory.vmsOn(host.id())) {
                if (!vm.spec().hardware().tuning().seated()) {
                    assertNull(vm.status().seat());
                    continue;
                }
                assertNotNull(vm.status().seat());
                vm.status()
                        .seat()
                        .cells()
                        .forEach(cell ->
                                cell.cpus().forEach(cpu -> assertTrue(taken.add(cpu), "CPU " + cpu + " has two VMs")));
            }
        }
    }

    private static Inventory rebuilt(Inventory inventory) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), Things.cluster()));
        all.addAll(inventory.affinityGroups());
        all.addAll(inventory.affinityLabels());
        all.addAll(inventory.vms());
        all.addAll(inventory.hosts());
        return new Inventory(all);
    }

    private static Map<String, String> rows(HostColumns columns) {
        SlotSet slots = columns.of(Things.CLUSTER);
        Map<String, String> rows = new TreeMap<>();
        for (int slot = slots.next(0); slot >= 0; slot = slots.next(slot + 1)) {
            StringBuilder row = new StringBuilder(columns.up().contains(slot) + " "
                    + columns.locked().contains(slot) + " " + columns.threads(slot) + " " + columns.physicalBytes(slot)
                    + " " + columns.promisedBytes(slot) + " "
                    + columns.promisedVcpus(slot) + " " + columns.vms(slot) + " " + columns.dedicatedVms(slot) + " "
                    + columns.haVms(slot) + " " + columns.groups().gathering(slot));
            NodeColumns nodes = columns.nodes();
            for (int node = 0; node < nodes.nodes(slot); node++) {
                row.append(" [")
                        .append(nodes.id(slot, node))
                        .append(' ')
                        .append(nodes.threads(slot, node))
                        .append(' ')
                        .append(nodes.freeThreads(slot, node))
                        .append(' ')
                        .append(nodes.pickCpus(slot, node, 99))
                        .append(' ')
                        .append(nodes.freeBytes(slot, node))
                        .append(' ')
                        .append(nodes.freeHugepageBytes(slot, node, Hugepages.SMALL))
                        .append(']');
            }
            row.append(groupsAt(columns, slot));
            rows.put(columns.host(slot).name(), row.toString());
        }
        return rows;
    }

    private static TreeSet<String> groupsAt(HostColumns columns, int slot) {
        TreeSet<String> at = new TreeSet<>();
        for (int i = 0; i < RandomPlacements.VMS; i++) {
            for (Membership membership : columns.groups().of(Things.id("v" + i))) {
                Positions positions = membership.group();
                AffinityRule rule = positions.rule();
                assertEquals(
                        rule.hostIds().contains(columns.host(slot).id()),
                        columns.namedBy(positions).contains(slot));
                for (int p = 0; p < positions.size(); p++) {
                    if (positions.slot(p) == slot) {
                        at.add(rule.name() + "/"
                                + rule.members().get(positions.member(p)).vmId());
                    }
                }
            }
        }
        return at;
    }
}
