package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.AdmissionMode;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.PowerSavingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Hosts that sleep are switched on before somebody needs them, or for who waits. */
@NullUnmarked
class SwitchingOnTest extends SavingClusters {

    @Test
    void aStartThatFitsNowhereWakesAHostAndWaitsForIt() {
        TestCluster cluster =
                automatic(3, vm("a", "h1", 0.5, 30), vm("b", "h2", 0.5, 30), vm("c", null, 0.1, 30), asleep("h3"));

        UUID start = cluster.submit(new Request.StartVm(Things.id("c"), null));
        measure(cluster, Duration.ofMinutes(1));

        assertEquals(OperationState.SUCCEEDED, cluster.ended.get(start).state(), cluster.log.toString());
        assertEquals(List.of("h3"), cluster.whereRuns("c"));
        assertEquals(1, cluster.codes().stream().filter("host.woken"::equals).count());
    }

    @Test
    void aStartThatWaitsCanBeCalledOff() {
        TestCluster cluster =
                automatic(3, vm("a", "h1", 0.5, 30), vm("b", "h2", 0.5, 30), vm("c", null, 0.1, 30), asleep("h3"));
        cluster.host("h3").bmcBroken = true;
        UUID start = cluster.submit(new Request.StartVm(Things.id("c"), null));
        measure(cluster, Duration.ofSeconds(30));
        assertFalse(cluster.ended.containsKey(start));

        cluster.cancel(start);

        assertEquals(OperationState.CANCELLED, cluster.ended.get(start).state());
        assertEquals(VmState.DOWN, cluster.vm("c").state());
    }

    @Test
    void aStartDoesNotWaitForWhatWouldNotHelp() {
        TestCluster cluster = automatic(3, vm("a", "h1", 0.5, 30), vm("c", null, 0.1, 64), asleep("h3"));
        Operation end = cluster.run(new Request.StartVm(Things.id("c"), null));
        assertEquals(OperationState.REFUSED, end.state());
        assertEquals(Problem.Type.NO_HOST, end.problem().type());
    }

    @Test
    void aStartEndsInWordsIfNoHostWakes() {
        TestCluster cluster =
                automatic(3, vm("a", "h1", 0.5, 30), vm("b", "h2", 0.5, 30), vm("c", null, 0.1, 30), asleep("h3"));
        cluster.host("h3").bmcBroken = true;

        Operation end = cluster.run(new Request.StartVm(Things.id("c"), null));

        assertEquals(OperationState.FAILED, end.state());
        assertTrue(end.problem().detail().contains("in vain"), end.toString());
        assertTrue(cluster.codes().contains("host.wake_failed"));
        assertNotNull(cluster.hostState("h3").status().sleep().wakeFailedAt());
    }

    @Test
    void manyStartsWakeAsManyHostsAsTheyNeed() {
        TestCluster cluster = automatic(
                6,
                vm("a", "h1", 0.5, 30),
                vm("b", "h2", 0.5, 30),
                vm("c", null, 0.1, 14),
                vm("d", null, 0.1, 14),
                vm("e", null, 0.1, 14),
                asleep("h3"),
                asleep("h4"),
                asleep("h5"),
                asleep("h6"));

        for (String name : List.of("c", "d", "e")) {
            cluster.submit(new Request.StartVm(Things.id(name), null));
        }
        measure(cluster, Duration.ofMinutes(2));

        assertEquals(4, on(cluster).size(), "two more, for two and for one");
        assertTrue(List.of("c", "d", "e").stream()
                .allMatch(name -> cluster.whereRuns(name).size() == 1));
    }

    @Test
    void aVmThatFellWakesAHostForItsRestart() {
        TestCluster cluster = automatic(4, ha("a", "h1", 30), ha("b", "h2", 30), ha("d", "h4", 30), asleep("h3"));

        cluster.host("h1").losePower();
        measure(cluster, Duration.ofMinutes(2));

        assertEquals(List.of("h3"), cluster.whereRuns("a"), cluster.log.toString());
    }

    @Test
    void wakesWhenHostsAreNotSwitchedOffAnyMore() {
        Cluster before = cluster(BalancingMode.AUTOMATIC, SAVING, AdmissionMode.WARN);
        TestCluster cluster = of(before, 4, asleep("h3"), asleep("h4"));
        Cluster after = cluster(BalancingMode.AUTOMATIC, new PowerSavingPolicy(20, 0, false), AdmissionMode.WARN);

        cluster.run(new Request.Configure(after, 1));
        measure(cluster, Duration.ofMinutes(2));

        assertEquals(List.of("h1", "h2", "h3", "h4"), on(cluster));
    }

    @Test
    void wakesBeforeWhatVmsAskForExceedsWhatIsOn() {
        Vm[] vms = new Vm[16];
        Entity[] more = new Entity[17];
        for (int i = 0; i < vms.length; i++) {
            more[i] = vm("v" + i, i < 8 ? "h1" : "h2", 0.5, 2);
        }
        more[16] = asleep("h3");
        TestCluster cluster = automatic(3, more);
        measure(cluster, Duration.ofMinutes(2));
        assertEquals(List.of("h1", "h2"), on(cluster));

        use.replaceAll((id, cpu) -> 1.0);
        measure(cluster, Duration.ofMinutes(10));

        assertTrue(on(cluster).contains("h3"), cluster.log.toString());
    }
}
