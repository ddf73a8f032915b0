package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.balancing.EvenDistribution.Parameters;
import io.kvorum.core.balancing.LoadModel.HostLoad;
import io.kvorum.core.balancing.LoadModel.VmLoad;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every plan to even out a cluster keeps to, on clusters made at random, and what it does in plain cases. */
class EvenDistributionTest {

    private static final int CLUSTERS = 200;
    private static final double GIB = 1 << 30;
    private static final PowerCurve CURVE = PowerCurve.linear(100, 200);

    private record Cluster(List<HostLoad> hosts, List<VmLoad> vms) {
        LoadModel model() {
            return new LoadModel(hosts, vms);
        }

        Cluster after(List<PlannedMove> plan) {
            List<VmLoad> moved = new ArrayList<>(vms);
            for (PlannedMove move : plan) {
                VmLoad vm = vms.get(move.vm());
                moved.set(
                        move.vm(),
                        new VmLoad(move.to(), vm.cpu(), vm.cpuMean(), vm.cpuVariance(), vm.memory(), vm.rested()));
            }
            return new Cluster(hosts, moved);
        }
    }

    private static Cluster random(long seed) {
        Random random = new Random(seed);
        int count = 2 + random.nextInt(seed % 20 == 0 ? 200 : 14);
        List<HostLoad> hosts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hosts.add(new HostLoad(
                    8 + random.nextInt(56),
                    (64 + random.nextInt(192)) * GIB,
                    CURVE,
                    random.nextInt(3),
                    random.nextInt(8) * GIB));
        }
        List<VmLoad> vms = new ArrayList<>();
        for (int i = 0; i < count * 6; i++) {
            double cpu = random.nextDouble() * 8;
            vms.add(new VmLoad(
                    random.nextInt(count), cpu, cpu, 0, (1 + random.nextInt(12)) * GIB, random.nextInt(5) != 0));
        }
        return new Cluster(hosts, vms);
    }

    /** Two VMs of a pair are never on one host, unless they were from the beginning; and some VMs avoid some hosts. */
    private static MoveRules apart(long seed) {
        return (model, vm, host) -> (vm + host + seed) % 7 != 0 && model.hostOf(vm ^ 1) != host;
    }

    private static Parameters parameters(long seed) {
        return Parameters.DEFAULT.withMoves(1 + (int) (seed % 5), 40);
    }

    private static List<PlannedMove> plan(Cluster cluster, MoveRules rules, Parameters parameters) {
        return new EvenDistribution(cluster.model(), rules, parameters).plan();
    }

    private static double deviation(LoadModel model, boolean cpu) {
        double[] shares = new double[model.hostCount()];
        double mean = 0;
        for (int host = 0; host < shares.length; host++) {
            shares[host] = share(model, host, cpu);
            mean += shares[host] / shares.length;
        }
        double squares = 0;
        for (double share : shares) {
            squares += (share - mean) * (share - mean);
        }
        return Math.sqrt(squares / shares.length);
    }

    private static double share(LoadModel model, int host, boolean cpu) {
        return cpu
                ? model.cpu(host) / model.host(host).cpuCapacity()
                : model.memory(host) / model.host(host).memoryCapacity();
    }

    private static double worst(LoadModel model) {
        double worst = 0;
        for (int host = 0; host < model.hostCount(); host++) {
            worst = Math.max(worst, Math.max(share(model, host, true), share(model, host, false)));
        }
        return worst;
    }

    @Test
    void noStepBreaksARuleOrMakesAnythingWorse() {
        int moves = 0;
        for (long seed = 0; seed < CLUSTERS; seed++) {
            Cluster cluster = random(seed);
            MoveRules rules = apart(seed);
            LoadModel model = cluster.model();
            Set<Integer> travelled = new HashSet<>();
            for (PlannedMove move : plan(cluster, rules, parameters(seed))) {
                double before = deviation(model, true) + deviation(model, false);
                double worst = worst(model);
                assertEquals(model.hostOf(move.vm()), move.from());
                assertEquals(share(model, move.to(), true), move.toBefore().cpu(), 1e-6);
                assertTrue(rules.allows(model, move.vm(), move.to()), "seed " + seed + ": " + move);
                assertTrue(travelled.add(move.vm()), "seed " + seed + " moves a VM twice: " + move);
                model.move(move.vm(), move.to());
                assertEquals(share(model, move.to(), true), move.toAfter().cpu(), 1e-6);
                assertEquals(share(model, move.from(), false), move.fromAfter().memory(), 1e-6);
                assertTrue(
                        deviation(model, true) + deviation(model, false) < before,
                        "seed " + seed + " is more uneven after " + move);
                assertTrue(worst(model) <= worst + 1e-9, "seed " + seed + " has a worse host after " + move);
                assertTrue(share(model, move.to(), false) <= Parameters.DEFAULT.limit(), "seed " + seed);
                moves++;
            }
        }
        assertTrue(moves > CLUSTERS, "only " + moves + " moves in all: nothing was tested");
    }

    @Test
    void planningAgainAndAgainEnds() {
        for (long seed = 0; seed < CLUSTERS; seed++) {
            Cluster cluster = random(seed);
            int plans = 0;
            for (List<PlannedMove> plan = plan(cluster, apart(seed), parameters(seed));
                    !plan.isEmpty();
                    plan = plan(cluster, apart(seed), parameters(seed))) {
                cluster = cluster.after(plan);
                assertTrue(++plans < 50, "seed " + seed + " goes on and on");
            }
        }
    }

    @Test
    void leavesABalancedClusterAlone() {
        for (int aggressiveness = 1; aggressiveness <= 5; aggressiveness++) {
            List<VmLoad> vms = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                vms.add(new VmLoad(i % 10, 4, 4, 0, 8 * GIB, true));
            }
            Cluster even = new Cluster(Collections.nCopies(10, new HostLoad(64, 256 * GIB, CURVE)), vms);
            assertEquals(List.of(), plan(even, MoveRules.NONE, Parameters.DEFAULT.withMoves(aggressiveness, 100)));
        }
    }

    @Test
    void theMoreAggressiveTheMoreEven() {
        double first = 0;
        double before = Double.MAX_VALUE;
        for (int aggressiveness = 1; aggressiveness <= 5; aggressiveness++) {
            double all = 0;
            for (long seed = 1; seed < 60; seed++) {
                LoadModel model = random(seed).model();
                new EvenDistribution(model, MoveRules.NONE, Parameters.DEFAULT.withMoves(aggressiveness, 1000)).plan();
                all += deviation(model, true) + deviation(model, false);
            }
            assertTrue(all <= before, aggressiveness + " leaves " + all + ", one less " + before);
            before = all;
            first = aggressiveness == 1 ? all : first;
        }
        assertTrue(before < first * 0.8, "5 leaves " + before + ", 1 leaves " + first);
    }

    @Test
    void aHostAboveTheThresholdIsRelievedEvenIfNothingElseWouldMove() {
        List<VmLoad> vms = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            vms.add(new VmLoad(0, 0.9, 0.9, 0, GIB, true));
        }
        for (int i = 0; i < 7; i++) {
            vms.add(new VmLoad(1, 0.9, 0.9, 0, GIB, true));
        }
        Cluster cluster = new Cluster(Collections.nCopies(2, new HostLoad(10, 64 * GIB, CURVE)), vms);

        List<PlannedMove> plan = plan(cluster, MoveRules.NONE, Parameters.DEFAULT.withMoves(1, 10));

        assertEquals(1, plan.size());
        assertEquals(0.9, plan.getFirst().fromBefore().cpu(), 1e-9);
        assertEquals(0.81, plan.getFirst().fromAfter().cpu(), 1e-9);
        assertEquals(0.72, plan.getFirst().toAfter().cpu(), 1e-9);
    }

    @Test
    void whatHasNotRestedStays() {
        List<VmLoad> vms = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            vms.add(new VmLoad(0, 1, 1, 0, GIB, false));
        }
        Cluster cluster = new Cluster(Collections.nCopies(2, new HostLoad(10, 64 * GIB, CURVE)), vms);
        assertEquals(List.of(), plan(cluster, MoveRules.NONE, Parameters.DEFAULT.withMoves(5, 10)));
        Cluster critical = new Cluster(Collections.nCopies(2, new HostLoad(8.2, 64 * GIB, CURVE)), vms);
        assertTrue(!plan(critical, MoveRules.NONE, Parameters.DEFAULT.withMoves(5, 10))
                .isEmpty());
    }

    @Test
    void aMoveIsChargedWithItsMemory() {
        MigrationCost small = MigrationCost.of(GIB, 0, 117e6);
        MigrationCost busy = MigrationCost.of(GIB, 2, 117e6);

        assertEquals("1.1 GB, 9 s, stands still for 50 ms", small.words());
        assertTrue(busy.seconds() > 2 * small.seconds(), busy.words());
        assertTrue(busy.downtime().toMillis() <= 350, busy.words());
    }
}
