package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.balancing.EvenDistribution.Parameters;
import io.kvorum.core.balancing.LoadModel.HostLoad;
import io.kvorum.core.balancing.LoadModel.VmLoad;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
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
                        new VmLoad(
                                move.to(),
                                vm.cpu(),
                                vm.cpuMean(),
                                vm.cpuVariance(),
                                vm.memory(),
                                vm.rested(),
                                vm.io(),
                                vm.dirtied()));
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

    /** The same with disks and networks; every third cluster has hosts under pressure, every fifth a host of unknown links. */
    private static Cluster withIo(long seed) {
        Cluster plain = random(seed);
        Random random = new Random(~seed);
        List<HostLoad> hosts = new ArrayList<>();
        for (HostLoad host : plain.hosts()) {
            double link = seed % 5 == 4 && hosts.isEmpty() ? 0 : (1 + random.nextInt(4)) * 1.25e9;
            hosts.add(new HostLoad(
                    host.cpuCapacity(),
                    host.memoryCapacity(),
                    CURVE,
                    host.cpuOwn(),
                    host.memoryOwn(),
                    new Io(2e9, link),
                    new Io(random.nextDouble() * 1e8, random.nextDouble() * 1e8),
                    seed % 3 == 0 && random.nextInt(4) == 0));
        }
        List<VmLoad> vms = new ArrayList<>();
        for (VmLoad vm : plain.vms()) {
            vms.add(new VmLoad(
                    vm.host(),
                    vm.cpu(),
                    vm.cpuMean(),
                    vm.cpuVariance(),
                    vm.memory(),
                    vm.rested(),
                    new Io(random.nextDouble() * 5e8, random.nextInt(3) == 0 ? random.nextDouble() * 9e8 : 0),
                    random.nextBoolean() ? Double.NaN : random.nextDouble() * 2e8));
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

    /** Shares of what counts: of disks and networks only where it is known of all hosts what they carry. */
    private enum Resource {
        CPU,
        MEMORY,
        DISK,
        NETWORK;

        boolean counts(LoadModel model) {
            return IntStream.range(0, model.hostCount()).allMatch(host -> capacity(model.host(host)) > 0);
        }

        double share(LoadModel model, int host) {
            double use = switch (this) {
                case CPU -> model.cpu(host);
                case MEMORY -> model.memory(host);
                case DISK -> model.disk(host);
                case NETWORK -> model.network(host);
            };
            return use / capacity(model.host(host));
        }

        private double capacity(HostLoad host) {
            return switch (this) {
                case CPU -> host.cpuCapacity();
                case MEMORY -> host.memoryCapacity();
                case DISK -> host.ioCapacity().disk();
                case NETWORK -> host.ioCapacity().network();
            };
        }

        static List<Resource> of(LoadModel model) {
            return Arrays.stream(values()).filter(each -> each.counts(model)).toList();
        }
    }

    private static double deviation(LoadModel model) {
        return Resource.of(model).stream()
                .mapToDouble(each -> deviation(model, each))
                .sum();
    }

    private static double deviation(LoadModel model, Resource resource) {
        double[] shares = new double[model.hostCount()];
        double mean = 0;
        for (int host = 0; host < shares.length; host++) {
            shares[host] = resource.share(model, host);
            mean += shares[host] / shares.length;
        }
        double squares = 0;
        for (double share : shares) {
            squares += (share - mean) * (share - mean);
        }
        return Math.sqrt(squares / shares.length);
    }

    private static double worst(LoadModel model) {
        double worst = 0;
        for (Resource resource : Resource.of(model)) {
            for (int host = 0; host < model.hostCount(); host++) {
                worst = Math.max(worst, resource.share(model, host));
            }
        }
        return worst;
    }

    @Test
    void noStepBreaksARuleOrMakesAnythingWorse() {
        assertTrue(movesThatKeepTheRules(EvenDistributionTest::random) > CLUSTERS, "nothing was tested");
    }

    @Test
    void norWhereDisksNetworksAndPressureCount() {
        assertTrue(movesThatKeepTheRules(EvenDistributionTest::withIo) > CLUSTERS, "nothing was tested");
    }

    private static int movesThatKeepTheRules(LongFunction<Cluster> clusters) {
        int moves = 0;
        for (long seed = 0; seed < CLUSTERS; seed++) {
            Cluster cluster = clusters.apply(seed);
            MoveRules rules = apart(seed);
            LoadModel model = cluster.model();
            Set<Integer> travelled = new HashSet<>();
            for (PlannedMove move : plan(cluster, rules, parameters(seed))) {
                double before = deviation(model);
                double worst = worst(model);
                assertEquals(model.hostOf(move.vm()), move.from());
                assertEquals(
                        Resource.CPU.share(model, move.to()), move.toBefore().cpu(), 1e-6);
                assertTrue(rules.allows(model, move.vm(), move.to()), "seed " + seed + ": " + move);
                assertTrue(travelled.add(move.vm()), "seed " + seed + " moves a VM twice: " + move);
                assertFalse(model.host(move.to()).pressed(), "seed " + seed + " presses on: " + move);
                model.move(move.vm(), move.to());
                assertEquals(
                        Resource.CPU.share(model, move.to()), move.toAfter().cpu(), 1e-6);
                assertEquals(
                        Resource.MEMORY.share(model, move.from()),
                        move.fromAfter().memory(),
                        1e-6);
                assertTrue(deviation(model) < before, "seed " + seed + " is more uneven after " + move);
                assertTrue(worst(model) <= worst + 1e-9, "seed " + seed + " has a worse host after " + move);
                assertTrue(Resource.MEMORY.share(model, move.to()) <= Parameters.DEFAULT.limit(), "seed " + seed);
                moves++;
            }
        }
        return moves;
    }

    @Test
    void planningAgainAndAgainEnds() {
        for (long seed = 0; seed < CLUSTERS; seed++) {
            assertEnds(seed, random(seed));
            assertEnds(seed, withIo(seed));
        }
    }

    private static void assertEnds(long seed, Cluster first) {
        Cluster cluster = first;
        int plans = 0;
        for (List<PlannedMove> plan = plan(cluster, apart(seed), parameters(seed));
                !plan.isEmpty();
                plan = plan(cluster, apart(seed), parameters(seed))) {
            cluster = cluster.after(plan);
            assertTrue(++plans < 50, "seed " + seed + " goes on and on");
        }
    }

    /** What nobody knows changes nothing: plans are move for move those of CPU and memory. */
    @Test
    void disksAndNetworksOfUnknownCapacityDoNotCount() {
        for (long seed = 0; seed < CLUSTERS; seed++) {
            Cluster plain = random(seed);
            List<VmLoad> busy = plain.vms().stream()
                    .map(vm -> new VmLoad(
                            vm.host(),
                            vm.cpu(),
                            vm.cpuMean(),
                            vm.cpuVariance(),
                            vm.memory(),
                            vm.rested(),
                            new Io(3e8, 4e8),
                            Double.NaN))
                    .toList();
            assertEquals(
                    plan(plain, apart(seed), parameters(seed)),
                    plan(new Cluster(plain.hosts(), busy), apart(seed), parameters(seed)));
        }
    }

    private static HostLoad linked(double link, boolean pressed) {
        return new HostLoad(10, 64 * GIB, CURVE, 0, 0, new Io(0, link), Io.NONE, pressed);
    }

    private static VmLoad sending(int host, double cpu, double bytesPerSecond) {
        return new VmLoad(host, cpu, cpu, 0, GIB, true, new Io(0, bytesPerSecond), Double.NaN);
    }

    @Test
    void aHostWhoseNetworkIsFullIsRelievedThoughItsCpuIsNot() {
        Cluster cluster = new Cluster(
                Collections.nCopies(2, linked(1e9, false)),
                List.of(sending(0, 1, 5e8), sending(0, 1, 4e8), sending(1, 1, 0), sending(1, 1, 1e8)));

        List<PlannedMove> plan = plan(cluster, MoveRules.NONE, Parameters.DEFAULT.withMoves(1, 10));

        assertEquals(1, plan.size());
        assertEquals(0.9, plan.getFirst().fromBefore().network(), 1e-9);
        assertEquals(0.5, plan.getFirst().toAfter().network(), 1e-9);
        assertTrue(Double.isNaN(plan.getFirst().toAfter().disk()));
    }

    @Test
    void noVmGoesWhereTheNetworkWouldBeOverTheThreshold() {
        List<VmLoad> vms = new ArrayList<>(List.of(sending(1, 0.1, 7e8)));
        for (int i = 0; i < 9; i++) {
            vms.add(sending(0, 1, 2e8 / 9));
        }
        Cluster cluster = new Cluster(Collections.nCopies(2, linked(1e9, false)), vms);

        List<PlannedMove> plan = plan(cluster, MoveRules.NONE, Parameters.DEFAULT.withMoves(1, 10));
        assertFalse(plan.isEmpty(), "its CPU is over the threshold");
        for (PlannedMove move : plan) {
            assertTrue(move.toAfter().network() <= 0.8 + 1e-9, move.toString());
        }
    }

    @Test
    void aHostUnderPressureGivesAwayATenthAndTakesNothing() {
        List<VmLoad> vms = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            vms.add(sending(0, 1, 0));
        }
        vms.add(sending(1, 1, 0));
        Cluster calm = new Cluster(List.of(linked(1e9, false), linked(1e9, false)), vms);
        Cluster pressed = new Cluster(List.of(linked(1e9, true), linked(1e9, false)), vms);
        Cluster other = new Cluster(List.of(linked(1e9, false), linked(1e9, true)), vms);

        assertEquals(List.of(), plan(calm, MoveRules.NONE, Parameters.DEFAULT.withMoves(1, 10)), "60 % is not busy");
        List<PlannedMove> plan = plan(pressed, MoveRules.NONE, Parameters.DEFAULT.withMoves(1, 10));
        assertEquals(1, plan.size());
        assertEquals(0.5, plan.getFirst().fromAfter().cpu(), 1e-9);
        assertEquals(
                List.of(), plan(other, MoveRules.NONE, Parameters.DEFAULT.withMoves(5, 10)), "more would wait there");
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
            List<VmLoad> sending =
                    vms.stream().map(vm -> sending(vm.host(), 1, 1e8)).toList();
            Cluster evenNetwork = new Cluster(Collections.nCopies(10, linked(1e9, false)), sending);
            assertEquals(
                    List.of(), plan(evenNetwork, MoveRules.NONE, Parameters.DEFAULT.withMoves(aggressiveness, 100)));
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
                all += deviation(model);
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
