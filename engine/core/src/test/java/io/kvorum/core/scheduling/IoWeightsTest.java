package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.IoPolicy;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.PressurePolicy;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.testing.Things;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** VMs go where disks and networks have least to do, for policies that ask for it. */
@NullUnmarked
class IoWeightsTest {

    private static final String DISK = "OptimalForDiskEvenDistribution";
    private static final String NETWORK = "OptimalForNetworkEvenDistribution";

    private final HostLoads loads = new HostLoads();

    private void busy(String host, double disk, double network, double link) {
        HostSignals signals = new HostSignals(Double.NaN, Double.NaN, Double.NaN, disk, network, link);
        loads.report(Things.id(host), new HostLoad(0.1, 0, List.of(), signals), 0);
    }

    private Explanation place(long diskLimit, Map<String, Double> weights) {
        SchedulingPolicy policy = new SchedulingPolicy(Things.id("p"), "p", "", Set.of(), weights, Map.of(), Meta.NONE);
        Cluster cluster = Things.cluster()
                .with(new BalancingPolicy(
                        BalancingMode.AUTOMATIC,
                        1,
                        90,
                        95,
                        2,
                        8,
                        new IoPolicy(80, 80, diskLimit),
                        PressurePolicy.DEFAULT))
                .withCustomPolicy(policy.id());
        Inventory inventory = new Inventory(List.of(
                Things.dataCenter(),
                cluster,
                Things.store(),
                Things.network(),
                policy,
                Things.host("h1"),
                Things.host("h2"),
                Things.host("h3")));
        return new Scheduler(inventory, loads).explain(new PlacementRequest(Things.vm("v"), cluster, null, Set.of()));
    }

    private static double score(Explanation explanation, String host, String weight) {
        return explanation.hosts().stream()
                .filter(verdict -> verdict.hostName().equals(host))
                .flatMap(verdict -> verdict.scores().stream())
                .filter(score -> score.weight().equals(weight))
                .mapToDouble(Explanation.Score::score)
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void theIdlestDisksAndLinksAreBestAndWhatIsNotToldIsHalfBusy() {
        busy("h1", 400e6, 1e9, 1e9);
        busy("h2", 100e6, 2.5e8, 1e9);

        Explanation both = place(500_000_000, Map.of(DISK, 1.0, NETWORK, 2.0));

        assertEquals(Things.id("h2"), both.chosenHostId());
        assertEquals(0.2, score(both, "h1", DISK), 1e-6);
        assertEquals(0.8, score(both, "h2", DISK), 1e-6);
        assertEquals(0.5, score(both, "h3", DISK), 1e-6);
        assertEquals(0, score(both, "h1", NETWORK), 1e-6);
        assertEquals(0.75, score(both, "h2", NETWORK), 1e-6);
        assertEquals(0.5, score(both, "h3", NETWORK), 1e-6);
    }

    @Test
    void disksDoNotCountWhereNobodySaysWhatTheyCarry() {
        busy("h1", 400e6, 0, 1e9);
        busy("h2", 100e6, 0, 1e9);

        Explanation explanation = place(0, Map.of(DISK, 1.0));

        assertEquals(Things.id("h1"), explanation.chosenHostId(), "among equals the first name");
        assertTrue(Double.isNaN(score(explanation, "h1", DISK)));
    }

    @Test
    void scoresAreFromZeroToOneWhateverIsTold() {
        busy("h1", 9e11, 1e9, 1e9);
        busy("h2", -1, -1, -1);
        busy("h3", Double.POSITIVE_INFINITY, Double.NaN, 0);

        Explanation explanation = place(1, Map.of(DISK, 1.0, NETWORK, 1.0));

        for (String host : List.of("h1", "h2", "h3")) {
            for (String weight : List.of(DISK, NETWORK)) {
                double score = score(explanation, host, weight);
                assertTrue(score >= 0 && score <= 1, host + " " + weight + " " + score);
            }
        }
    }
}
