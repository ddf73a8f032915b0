package io.kvorum.simulator.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of the replay where they can be reckoned by hand, and its bounds. */
class ReplayTest {

    private static final ReplayPolicy NOTHING_MOVES = hosts -> List.of();

    private static Trace constant(int vms, double share) {
        List<double[]> use = new ArrayList<>();
        for (int i = 0; i < vms; i++) {
            double[] samples = new double[Trace.STEPS + 1];
            Arrays.fill(samples, share);
            use.add(samples);
        }
        return new Trace("constant", use);
    }

    private static Trace random(int vms, long seed) {
        Random random = new Random(seed);
        List<double[]> use = new ArrayList<>();
        for (int i = 0; i < vms; i++) {
            double share = random.nextDouble() * 0.4;
            use.add(random.doubles(Trace.STEPS + 1, share / 2, share + 0.01).toArray());
        }
        return new Trace("random", use);
    }

    @Test
    void countsTheEnergyOfAHostThatIsHalfBusyAllDay() {
        // One VM of 2500 MIPS at 53.2 % is 1330 of 5320 MIPS: 25 %, halfway between 101 W at 20 % and 105 W at 30 %.
        Replay.Result result = new Replay(constant(1, 0.532)).run(NOTHING_MOVES);

        double countedHours = 286 * Trace.STEP_SECONDS / 3600.0;
        assertEquals(103 * countedHours / 1000, result.kwh(), 1e-6);
        assertEquals(0, result.migrations());
        assertEquals(0, result.slav(), 0);
    }

    @Test
    void everyMoveCostsTheVmATenthOfWhatItAsksFor() {
        boolean[] moved = {false};
        Replay.Result result = new Replay(constant(1, 0.5)).run(hosts -> {
            if (moved[0]) {
                return List.of();
            }
            moved[0] = true;
            ReplayHost from = hosts.stream()
                    .filter(host -> !host.vms.isEmpty())
                    .findFirst()
                    .orElseThrow();
            return List.of(new ReplayPolicy.Move(from.vms.getFirst(), hosts.get(from.id + 2)));
        });

        double seconds = VmModel.LARGE.ramMb / HostModel.MIGRATION_MB_PER_SECOND;
        assertEquals(1, result.migrations());
        assertEquals(0.1 * seconds / (286 * Trace.STEP_SECONDS), result.pdm(), 1e-9);
    }

    @Test
    void savesEnergyWithoutRunningOutOfCpuAndNeverBelowTheBound() {
        Replay.Result idle = new Replay(random(60, 1)).run(NOTHING_MOVES);
        Replay.Result free = new Replay(random(60, 1)).run(new KvorumPolicy(false));
        Replay.Result held = new Replay(random(60, 1)).run(new KvorumPolicy(true));

        assertTrue(free.kwh() < idle.kwh() / 2, free + " against " + idle);
        assertTrue(held.kwh() >= held.boundKwh() && held.kwh() < idle.kwh(), held.toString());
        assertTrue(free.slatah() < 0.05, free.toString());
    }

    @Test
    void theSameDayIsPlayedTheSameWayTwice() {
        assertEquals(
                new Replay(random(40, 7)).run(new KvorumPolicy(false)),
                new Replay(random(40, 7)).run(new KvorumPolicy(false)));
    }

    @Test
    void proxmoxEvensOutAFewHostsAndNeverPassesItsThresholdOnHundreds() {
        List<ReplayHost> few = hosts(4);
        load(few.getFirst(), 6);
        List<ReplayPolicy.Move> moves = new ProxmoxDynamicLoad().decide(few);
        assertEquals(4, moves.size(), "6 0 0 0 is 100 %, 3 1 1 1 is 33 %, 2 2 1 1 is below 30 %");
        assertTrue(moves.stream().allMatch(move -> move.target() != few.getFirst()));
        assertEquals(3, moves.stream().map(ReplayPolicy.Move::target).distinct().count());

        List<ReplayHost> even = hosts(4);
        even.forEach(host -> load(host, 2));
        assertEquals(List.of(), new ProxmoxDynamicLoad().decide(even));

        List<ReplayHost> many = hosts(Replay.HOSTS);
        many.subList(0, Replay.HOSTS / 4).forEach(host -> load(host, 4));
        assertEquals(List.of(), new ProxmoxDynamicLoad().decide(many));
    }

    private static List<ReplayHost> hosts(int count) {
        List<ReplayHost> hosts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            hosts.add(new ReplayHost(i, HostModel.ML110_G5));
        }
        return hosts;
    }

    private static void load(ReplayHost host, int vms) {
        for (int i = 0; i < vms; i++) {
            ReplayVm vm = new ReplayVm(host.id * 100 + i, VmModel.MICRO);
            vm.host = host;
            host.vms.add(vm);
        }
    }

    @Test
    void noPackingNeedsFewerHostsThanTheBound() {
        assertEquals(1, HostsNeeded.atLeast(new int[] {0, 1, 1, 1}), 1e-9, "1740 + 1740 + 613 fill a host");
        assertEquals(2, HostsNeeded.atLeast(new int[] {0, 4, 0, 0}), 1e-9);
        Random random = new Random(3);
        for (int i = 0; i < 50; i++) {
            int[] counts = random.ints(4, 0, 60).toArray();
            assertTrue(HostsNeeded.atLeast(counts) <= firstFitDecreasing(counts), Arrays.toString(counts));
        }
    }

    private static int firstFitDecreasing(int[] counts) {
        List<Integer> sizes = new ArrayList<>();
        for (int kind = 0; kind < counts.length; kind++) {
            sizes.addAll(Collections.nCopies(counts[kind], VmModel.values()[kind].ramMb));
        }
        sizes.sort(Collections.reverseOrder());
        List<Integer> free = new ArrayList<>();
        for (int size : sizes) {
            int host = 0;
            while (host < free.size() && free.get(host) < size) {
                host++;
            }
            if (host == free.size()) {
                free.add(HostModel.RAM_MB);
            }
            free.set(host, free.get(host) - size);
        }
        return free.size();
    }

    @Test
    void theBoundIsWhatOneFullHostOfTheBetterKindDraws() {
        assertEquals(135, LowerBound.watts(400, 0, HostModel.ML110_G5.mips()), 0.5);
        assertEquals(86, LowerBound.watts(400, 1, 0), 0.1);
        assertEquals(400 * 86 + 93.7, LowerBound.watts(400, 401, 0), 1);
    }

    @Test
    void saysWhichLineOfATraceIsWrong(@TempDir Path folder) throws IOException {
        Path day = Files.createDirectory(folder.resolve("day"));
        Files.write(day.resolve("vm"), Collections.nCopies(Trace.STEPS, "7"));
        assertEquals(1, Trace.days(folder).getFirst().use().size());

        List<String> lines = new ArrayList<>(Collections.nCopies(Trace.STEPS, "7"));
        lines.set(4, "seven");
        Files.write(day.resolve("vm"), lines);
        assertTrue(refusal(folder).contains("line 5"));
        Files.write(day.resolve("vm"), List.of("7"));
        assertTrue(refusal(folder).contains("has 1 lines"));
    }

    private static String refusal(Path folder) {
        return String.valueOf(
                assertThrows(IOException.class, () -> Trace.days(folder)).getMessage());
    }
}
