package io.kvorum.core.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.BalancingMode;
import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Cluster.PowerSavingPolicy;
import io.kvorum.core.inventory.Cluster.SchedulingPolicy;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.PolicySchedule;
import io.kvorum.core.inventory.PolicySchedule.Window;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.rehearsal.LoadRecording.Series;
import io.kvorum.core.testing.Things;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What settings would have done with recorded loads. Hosts have 16 threads, VMs 2 vCPUs. */
class RehearsalTest {

    private static final Duration STEP = Duration.ofMinutes(5);
    private static final int DAY = 288;
    private static final int HOSTS = 4;

    private static Cluster settings(PolicyName policy, BalancingMode mode, int aggressiveness) {
        return Things.cluster()
                .with(new SchedulingPolicy(policy, 80, 2, 100))
                .with(new BalancingPolicy(mode, aggressiveness, 90, 95, 2, 8))
                .with(new PowerSavingPolicy(30, 0, true));
    }

    private static final Cluster IN_USE = settings(PolicyName.EVENLY_DISTRIBUTED, BalancingMode.AUTOMATIC, 5);

    /** VM i runs on host i modulo {@code on}. */
    private static List<Entity> snapshot(int vms, int on) {
        List<Entity> all = new ArrayList<>(List.of(Things.dataCenter(), IN_USE, Things.store(), Things.network()));
        for (int i = 0; i < HOSTS; i++) {
            all.add(Things.host("h" + i));
        }
        for (int i = 0; i < vms; i++) {
            all.add(Things.on(Things.vm("v" + i), "h" + i % on));
        }
        return all;
    }

    private static LoadRecording recording(int vms, int steps, IntToDoubleFunction load) {
        Map<UUID, Series> series = new HashMap<>();
        for (int i = 0; i < vms; i++) {
            float[] cpu = new float[steps];
            float[] memory = new float[steps];
            for (int step = 0; step < steps; step++) {
                cpu[step] = (float) load.applyAsDouble(i * steps + step);
            }
            Arrays.fill(memory, Things.GIB);
            series.put(Things.id("v" + i), new Series(cpu, memory));
        }
        return new LoadRecording(Instant.parse("2026-03-01T00:00:00Z"), STEP, steps, Map.of(), series);
    }

    private static RehearsalReport rehearse(List<Entity> snapshot, Cluster settings, LoadRecording recording) {
        return Rehearsal.run(snapshot, settings, recording, 80, percent -> true).orElseThrow();
    }

    @Test
    void settingsInUseMoveNothingWhileTheLoadIsEvenAndConstant() {
        for (double load : new double[] {0, 0.1, 0.5, 0.9}) {
            RehearsalReport report = rehearse(snapshot(16, HOSTS), IN_USE, recording(16, DAY, at -> load));

            assertEquals(0, report.moves(), report.firstMoves().toString());
            assertEquals(HOSTS * 24, report.hostHoursOn(), 1e-6);
            assertEquals(load / 2, report.highestLoad(), 1e-6, "four VMs with 2 of 16 threads each");
            assertEquals(HOSTS * 24 * (100 + 150 * load / 2) / 1000, report.kwh(), 1e-6);
            assertEquals(1, report.efficiency(), 0);
            assertEquals(Tally.MOST_POINTS, report.timeline().size());
        }
    }

    @Test
    void theSameRehearsalTwiceIsTheSame() {
        for (long seed = 0; seed < 6; seed++) {
            double[] use = new Random(seed).doubles(24L * 48, 0, 1).toArray();
            LoadRecording recording = recording(24, 48, at -> use[at]);
            Cluster settings = seed % 2 == 0 ? IN_USE : settings(PolicyName.POWER_SAVING, BalancingMode.AUTOMATIC, 1);
            assertEquals(
                    rehearse(snapshot(24, 3), settings, recording), rehearse(snapshot(24, 3), settings, recording));
        }
    }

    @Test
    void relievesWhatIsTooBusyAndCountsWhatVmsDidNotGet() {
        LoadRecording recording = recording(12, 24, at -> 0.75);
        RehearsalReport off =
                rehearse(snapshot(12, 1), settings(PolicyName.EVENLY_DISTRIBUTED, BalancingMode.OFF, 1), recording);
        RehearsalReport on =
                rehearse(snapshot(12, 1), settings(PolicyName.EVENLY_DISTRIBUTED, BalancingMode.REVIEW, 1), recording);

        assertEquals(0, off.moves());
        assertEquals(1.125, off.highestLoad(), 1e-6, "12 VMs ask for 1.5 CPUs each of 16");
        assertEquals(1 / 1.125, off.efficiency(), 1e-6);
        assertEquals(Duration.ofHours(2), off.overThreshold());
        assertTrue(on.moves() > 0 && on.overThreshold().compareTo(Duration.ofMinutes(20)) < 0, on.toString());
        assertTrue(on.efficiency() > 0.98 && on.movedBytes() > on.moves() * 1e9, on.toString());
        RehearsalReport.Move first = on.firstMoves().getFirst();
        assertEquals("h0", first.from());
        assertEquals(MovePurpose.EVEN_OUT, first.purpose());
    }

    @Test
    void savesPowerAtNightAndWakesHostsInTheMorning() {
        int morning = 144;
        LoadRecording recording = recording(24, DAY, at -> at % DAY < morning ? 0.05 : 0.9);
        RehearsalReport even = rehearse(snapshot(24, HOSTS), IN_USE, recording);
        RehearsalReport saving =
                rehearse(snapshot(24, HOSTS), settings(PolicyName.POWER_SAVING, BalancingMode.AUTOMATIC, 1), recording);

        assertEquals(0, even.moves());
        assertTrue(saving.switchedOff() > 0 && saving.woken() > 0, saving.toString());
        assertTrue(saving.kwh() < even.kwh() * 0.9, saving.kwh() + " against " + even.kwh());
        assertTrue(saving.hostHoursOn() < even.hostHoursOn() - 12, saving.toString());
        assertEquals(2, saving.timeline().get(morning - 1).hostsOn(), "two of a data center stay on");
        assertEquals(HOSTS, saving.timeline().getLast().hostsOn());
        assertTrue(saving.firstMoves().stream().anyMatch(move -> move.purpose() == MovePurpose.EMPTY_HOST));
    }

    @Test
    void policiesChangeByTheScheduleThatIsTried() {
        Cluster saving = settings(PolicyName.NONE, BalancingMode.AUTOMATIC, 1);
        PolicySchedule mornings = new PolicySchedule(
                "UTC",
                PolicyName.NONE,
                List.of(new Window(
                        List.of(DayOfWeek.values()), LocalTime.MIDNIGHT, LocalTime.NOON, PolicyName.POWER_SAVING)));
        Cluster scheduled = saving.with(mornings);
        LoadRecording recording = recording(16, DAY, at -> 0.05);
        RehearsalReport report = rehearse(snapshot(16, HOSTS), scheduled, recording);

        assertEquals(0, rehearse(snapshot(16, HOSTS), saving, recording).moves());
        assertEquals(2, report.switchedOff(), report.toString());
        assertEquals(2, report.timeline().get(143).hostsOn());
        assertEquals(HOSTS, report.timeline().getLast().hostsOn(), "they are woken when power is not saved any more");
    }

    @Test
    void aVmThatNothingIsKnownOfCountsAsIdle() {
        List<Entity> snapshot = snapshot(8, HOSTS);
        snapshot.add(Things.on(Things.vm("unknown"), "h0"));
        assertEquals(0, rehearse(snapshot, IN_USE, recording(8, 12, at -> 0.5)).moves());
    }

    @Test
    void endsWhenItIsToldToAndSaysHowFarItIs() {
        AtomicInteger last = new AtomicInteger();
        boolean ended = Rehearsal.run(snapshot(4, 4), IN_USE, recording(4, DAY, at -> 0.5), 80, percent -> {
                    last.set(percent);
                    return percent < 30;
                })
                .isPresent();
        assertFalse(ended);
        assertEquals(30, last.get());
    }

    @Test
    void leavesTheSnapshotAsItIs() {
        List<Entity> snapshot = snapshot(12, 1);
        List<Entity> before = List.copyOf(snapshot);
        rehearse(snapshot, IN_USE, recording(12, 24, at -> 0.8));
        assertEquals(before, snapshot);
        assertTrue(snapshot.stream()
                .allMatch(
                        entity -> !(entity instanceof Vm vm) || Things.id("h0").equals(vm.hostId())));
    }
}
