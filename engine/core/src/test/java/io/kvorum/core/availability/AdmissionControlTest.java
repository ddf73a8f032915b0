package io.kvorum.core.availability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.availability.FailoverProof.Shortfall;
import io.kvorum.core.controller.Now;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.AdmissionPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.Priority;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.testing.Things;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdmissionControlTest {

    private final HostLoads loads = new HostLoads();

    /** A host of the tests has 32 GiB. */
    private static Vm big(String name, boolean highlyAvailable) {
        return Things.vm(Things.spec(name, highlyAvailable, Priority.MEDIUM, MigrationMode.ALLOWED, 14 * Things.GIB));
    }

    private static Cluster cluster(AdmissionMode mode, int failures) {
        return Things.cluster().with(new AdmissionPolicy(mode, failures));
    }

    private static Inventory inventory(Cluster cluster, int hosts, Vm... vms) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), cluster, Things.store(), Things.network()));
        for (int i = 1; i <= hosts; i++) {
            all.add(Things.host("h" + i));
        }
        all.addAll(List.of(vms));
        return new Inventory(all);
    }

    @Test
    void roomOnTheOthersIsProofEnough() {
        Cluster cluster = cluster(AdmissionMode.ENFORCE, 1);
        Inventory inventory = inventory(cluster, 3, Things.on(big("a", true), "h1"), Things.on(big("b", true), "h2"));

        FailoverProof proof = FailoverProof.of(inventory, loads, cluster, 1, null);

        assertEquals(3, proof.scenarios());
        assertTrue(proof.complete());
        assertEquals(List.of(), proof.shortfalls());
        assertEquals(2, inventory.vms().size());
        assertEquals(0, inventory.pendingChanges());
    }

    @Test
    void aShortfallNamesTheFailureTheVmAndWhatRefusedIt() {
        Cluster cluster = cluster(AdmissionMode.WARN, 1);
        Inventory inventory = inventory(
                cluster,
                2,
                Things.on(big("a", true), "h1"),
                Things.on(big("b", true), "h1"),
                Things.on(big("c", false), "h2"));

        List<Shortfall> shortfalls =
                FailoverProof.of(inventory, loads, cluster, 1, null).shortfalls();

        assertEquals(1, shortfalls.size());
        assertEquals(List.of(Things.id("h1")), shortfalls.getFirst().failedHostIds());
        assertEquals("b", shortfalls.getFirst().vmName());
        assertTrue(shortfalls.getFirst().explanation().hosts().stream().allMatch(host -> host.reason() != null));
    }

    @Test
    void everyPairOfHostsIsTriedForTwoFailures() {
        Cluster cluster = cluster(AdmissionMode.WARN, 2);
        Inventory inventory = inventory(
                cluster,
                4,
                Things.on(big("a", true), "h1"),
                Things.on(big("b", true), "h2"),
                Things.on(big("c", true), "h3"),
                Things.on(big("d", true), "h4"));

        FailoverProof two = FailoverProof.of(inventory, loads, cluster, 2, null);
        FailoverProof three = FailoverProof.of(inventory, loads, cluster, 3, null);

        assertEquals(6, two.scenarios());
        assertEquals(List.of(), two.shortfalls());
        assertEquals(4, three.scenarios());
        assertFalse(three.shortfalls().isEmpty());
    }

    @Test
    void aProofHasAnEndHoweverManyFailuresThereAre() {
        Cluster cluster = cluster(AdmissionMode.WARN, 4);
        Vm[] idle = new Vm[60];
        for (int i = 0; i < idle.length; i++) {
            idle[i] = Things.on(Things.vm("idle-" + i), "h" + (i + 1));
        }

        FailoverProof nobodyFalls = FailoverProof.of(inventory(cluster, 60, idle), loads, cluster, 4, null);

        assertFalse(nobodyFalls.complete());
        assertEquals(FailoverProof.BUDGET / FailoverProof.STEPS_A_FAILURE, nobodyFalls.scenarios());
        idle[0] = Things.on(Things.ha("needed"), "h1");
        FailoverProof oneFalls = FailoverProof.of(inventory(cluster, 60, idle), loads, cluster, 4, null);
        assertFalse(oneFalls.complete());
        assertTrue(oneFalls.scenarios() < nobodyFalls.scenarios(), oneFalls::toString);
    }

    @Test
    void aStartThatWouldTakeTheRoomIsObjectedTo() {
        Cluster cluster = cluster(AdmissionMode.ENFORCE, 1);
        Inventory inventory = inventory(cluster, 2, Things.on(big("a", true), "h1"), Things.on(big("b", true), "h2"));
        AdmissionControl admission = new AdmissionControl(loads, 1);

        Optional<String> objection = admission.objection(inventory, big("greedy", false), Things.id("h2"));

        assertTrue(objection.orElseThrow().contains("could not be restarted"), objection::toString);
        assertEquals(Optional.empty(), admission.objection(inventory, Things.vm("small"), Things.id("h2")));
    }

    @Test
    void aPromiseThatIsBrokenAlreadyIsNoReason() {
        Cluster cluster = cluster(AdmissionMode.ENFORCE, 1);
        Inventory inventory = inventory(cluster, 1, Things.on(big("a", true), "h1"));

        assertEquals(
                Optional.empty(),
                new AdmissionControl(loads, 1).objection(inventory, Things.vm("small"), Things.id("h1")));
    }

    @Test
    void nobodyIsAskedWhereThePolicyOnlyWarns() {
        Cluster cluster = cluster(AdmissionMode.WARN, 1);
        Inventory inventory = inventory(cluster, 2, Things.on(big("a", true), "h1"), Things.on(big("b", true), "h2"));

        assertEquals(
                Optional.empty(),
                new AdmissionControl(loads, 1).objection(inventory, big("greedy", false), Things.id("h2")));
    }

    @Test
    void aWarningIsTakenBackOnceThereIsRoomAndNothingUnchangedIsProvenAgain() {
        Cluster cluster = cluster(AdmissionMode.WARN, 1);
        Vm second = Things.on(big("b", true), "h1");
        Inventory inventory =
                inventory(cluster, 2, Things.on(big("a", true), "h1"), second, Things.on(big("c", false), "h2"));
        AdmissionControl admission = new AdmissionControl(loads, 1);

        assertEquals(List.of("cluster.failover_capacity_short"), said(admission, inventory));
        assertEquals(List.of(), said(admission, inventory));
        inventory.put(second.withStatus(second.status().off(VmState.DOWN, null)), Instant.EPOCH);
        assertEquals(List.of("cluster.failover_capacity_restored"), said(admission, inventory));
        assertEquals(List.of(), said(admission, inventory));
    }

    private static List<String> said(AdmissionControl admission, Inventory inventory) {
        inventory.drainChanges();
        admission.tick(new Turn(inventory, new Now(Instant.EPOCH, 0)));
        return inventory.drainChanges().stream()
                .filter(Change.Log.class::isInstance)
                .map(change -> ((Change.Log) change).entry().code())
                .toList();
    }
}
