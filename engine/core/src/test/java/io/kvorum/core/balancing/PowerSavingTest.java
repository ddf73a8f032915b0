package io.kvorum.core.balancing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.balancing.LoadModel.HostLoad;
import io.kvorum.core.balancing.LoadModel.Move;
import io.kvorum.core.balancing.LoadModel.VmLoad;
import io.kvorum.core.balancing.PowerSaving.Parameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every plan to save power keeps to, on clusters made at random, and what it does in plain cases. */
class PowerSavingTest {

    private static final PowerCurve CURVE = PowerCurve.linear(100, 200);
    private static final int CLUSTERS = 300;

    private static HostLoad host(double cpu, double memory) {
        return new HostLoad(cpu, memory, CURVE);
    }

    private static VmLoad vm(int host, double cpu, double memory) {
        return new VmLoad(host, cpu, cpu, 0, memory, true);
    }

    private static List<Move> plan(LoadModel model) {
        return new PowerSaving(model, MoveRules.NONE, Parameters.DEFAULT).plan();
    }

    private record Cluster(List<HostLoad> hosts, List<VmLoad> vms) {
        LoadModel model() {
            return new LoadModel(hosts, vms);
        }

        /** As it is after the moves. */
        Cluster after(List<Move> moves) {
            List<VmLoad> moved = new ArrayList<>(vms);
            for (Move move : moves) {
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
        int hostCount = 2 + random.nextInt(12);
        List<HostLoad> hosts = new ArrayList<>();
        for (int i = 0; i < hostCount; i++) {
            double idle = 50 + random.nextInt(100);
            hosts.add(
                    new HostLoad(4 + random.nextInt(60), 64 + random.nextInt(192), PowerCurve.linear(idle, 2 * idle)));
        }
        List<VmLoad> vms = new ArrayList<>();
        double[] memory = new double[hostCount];
        for (int i = 0; i < hostCount * 6; i++) {
            int host = random.nextInt(hostCount);
            double size = 1 + random.nextInt(24);
            if (memory[host] + size <= hosts.get(host).memoryCapacity()) {
                memory[host] += size;
                double mean = random.nextDouble() * 4;
                vms.add(new VmLoad(
                        host,
                        mean * 2 * random.nextDouble(),
                        mean,
                        mean * random.nextDouble(),
                        size,
                        random.nextInt(5) > 0));
            }
        }
        return new Cluster(hosts, vms);
    }

    @Test
    void emptiesAHostWhoseVmsFitElsewhere() {
        LoadModel model = new LoadModel(
                List.of(host(8, 64), host(8, 64), host(8, 64)), List.of(vm(0, 4, 8), vm(1, 2, 8), vm(2, 1, 8)));

        plan(model);

        assertEquals(2, IntStream.range(0, 3).filter(model::isEmpty).count());
    }

    @Test
    void leavesWhatRestsWhereItIs() {
        List<VmLoad> vms = List.of(vm(0, 4, 8), new VmLoad(1, 1, 1, 0, 8, false));

        List<Move> moves = plan(new LoadModel(List.of(host(8, 64), host(8, 64)), vms));

        assertTrue(moves.stream().noneMatch(move -> move.vm() == 1), moves.toString());
    }

    @Test
    void relievesAHostThatIsAskedForTooMuchAndWakesAnotherForIt() {
        LoadModel model =
                new LoadModel(List.of(host(8, 64), host(8, 64)), List.of(vm(0, 5, 8), vm(0, 3, 4), vm(0, 2, 8)));

        assertEquals(List.of(new Move(1, 0, 1)), plan(model));
    }

    @Test
    void keepsRoomForPeaks() {
        List<VmLoad> steady = List.of(vm(0, 3, 1), vm(1, 4, 1));
        List<VmLoad> wild = List.of(new VmLoad(0, 3, 3, 4, 1, true), vm(1, 4, 1));

        assertEquals(
                1,
                plan(new LoadModel(List.of(host(8, 64), host(8, 64)), steady)).size());
        assertEquals(
                0, plan(new LoadModel(List.of(host(8, 64), host(8, 64)), wild)).size());
    }

    @Test
    void keepsTheRules() {
        LoadModel model = new LoadModel(List.of(host(8, 64), host(8, 64)), List.of(vm(0, 1, 8), vm(1, 1, 8)));

        assertEquals(List.of(), new PowerSaving(model, (m, vm, host) -> false, Parameters.DEFAULT).plan());
    }

    @Test
    void noMoveMakesAHostShortOfCpuOrMemoryInWhateverOrder() {
        for (long seed = 0; seed < CLUSTERS; seed++) {
            Cluster cluster = random(seed);
            LoadModel model = cluster.model();
            List<Move> moves = plan(model);
            for (int host : moves.stream().mapToInt(Move::to).distinct().toArray()) {
                HostLoad there = cluster.hosts().get(host);
                double expected =
                        model.cpuMean(host) + Parameters.DEFAULT.deviations() * Math.sqrt(model.cpuVariance(host));
                double limit = Parameters.DEFAULT.limit() * there.cpuCapacity() + 1e-9;
                assertTrue(expected <= limit && model.cpu(host) <= limit, "seed " + seed + ", host " + host);
                assertTrue(model.memoryInTransit(host) <= there.memoryCapacity(), "seed " + seed + ", host " + host);
            }
        }
    }

    @Test
    void neverTurnsAHostOnWithoutNeedNorLeavesMoreOnThanBefore() {
        for (long seed = 0; seed < CLUSTERS; seed++) {
            Cluster cluster = random(seed);
            LoadModel before = cluster.model();
            boolean tooLittle = IntStream.range(0, before.hostCount())
                    .anyMatch(host -> Math.max(before.cpu(host), before.cpuMean(host))
                            > before.host(host).cpuCapacity());
            LoadModel after = cluster.model();
            plan(after);
            if (!tooLittle) {
                assertTrue(on(after) <= on(before), "seed " + seed);
            }
        }
    }

    private static long on(LoadModel model) {
        return IntStream.range(0, model.hostCount())
                .filter(host -> !model.isEmpty(host))
                .count();
    }

    @Test
    void planningAgainAndAgainComesToAnEnd() {
        for (long seed = 0; seed < CLUSTERS; seed++) {
            Cluster cluster = random(seed);
            int rounds = 0;
            for (List<Move> moves = plan(cluster.model()); !moves.isEmpty(); moves = plan(cluster.model())) {
                cluster = cluster.after(moves);
                rounds++;
                assertTrue(rounds < 20, "seed " + seed + " goes on and on");
            }
        }
    }

    @Test
    void aVmThatTravelsOftenRestsLonger() {
        TravelRest rest = new TravelRest();
        long hour = Duration.ofHours(1).toNanos();

        rest.moved(0);
        assertTrue(rest.rested(0));
        rest.moved(hour);
        assertTrue(!rest.rested(3 * hour) && rest.rested(4 * hour));
        rest.moved(4 * hour);
        assertTrue(!rest.rested(9 * hour) && rest.rested(10 * hour));
        assertTrue(rest.rested(40 * hour));
        rest.moved(40 * hour);
        assertTrue(rest.rested(40 * hour), "what was a day ago is forgotten");
    }

    @Test
    void aForecastFollowsWhatItSees() {
        DemandForecast forecast = new DemandForecast(2, 1);
        for (int i = 0; i < 200; i++) {
            forecast.add(i % 2 == 0 ? 4 : 6);
        }

        assertEquals(5, forecast.mean(), 0.1);
        assertEquals(1, Math.sqrt(forecast.variance()), 0.1);
    }
}
