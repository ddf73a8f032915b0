package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Now;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.PolicySchedule;
import io.kvorum.core.inventory.PolicySchedule.Window;
import io.kvorum.core.operations.ConfigRules;
import io.kvorum.core.testing.Things;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Policies change with the clocks of a place. */
class PolicySchedulesTest {

    private static final List<DayOfWeek> WEEK =
            List.of(DayOfWeek.MONDAY, DayOfWeek.TUESDAY, DayOfWeek.WEDNESDAY, DayOfWeek.THURSDAY, DayOfWeek.FRIDAY);

    private static Window window(List<DayOfWeek> days, String from, String to, PolicyName policy) {
        return new Window(days, LocalTime.parse(from), LocalTime.parse(to), policy);
    }

    private static PolicySchedule berlin(Window... windows) {
        return new PolicySchedule("Europe/Berlin", PolicyName.EVENLY_DISTRIBUTED, List.of(windows));
    }

    private static final Window WORK = window(WEEK, "08:00", "18:00", PolicyName.PERFORMANCE);
    private static final Window NIGHT =
            window(List.of(DayOfWeek.FRIDAY, DayOfWeek.SUNDAY), "22:00", "06:00", PolicyName.DENSITY);

    private static Cluster cluster(PolicySchedule schedule) {
        return Things.cluster().with(schedule);
    }

    private static PolicyName at(PolicySchedule schedule, String instant) {
        return schedule.at(Instant.parse(instant));
    }

    @Test
    void followsTheClocksOfItsPlaceAlsoOverMidnightAndTheWeeksEnd() {
        PolicySchedule schedule = berlin(WORK, NIGHT);
        assertEquals(PolicyName.PERFORMANCE, at(schedule, "2026-01-05T07:00:00Z"), "monday 8:00 in winter");
        assertEquals(PolicyName.EVENLY_DISTRIBUTED, at(schedule, "2026-01-05T06:59:59Z"));
        assertEquals(PolicyName.PERFORMANCE, at(schedule, "2026-07-06T06:00:00Z"), "monday 8:00 in summer");
        assertEquals(PolicyName.EVENLY_DISTRIBUTED, at(schedule, "2026-07-06T16:00:00Z"), "18:00 is over");
        assertEquals(PolicyName.DENSITY, at(schedule, "2026-01-09T21:00:00Z"), "friday 22:00");
        assertEquals(PolicyName.DENSITY, at(schedule, "2026-01-10T04:59:00Z"), "saturday 5:59");
        assertEquals(PolicyName.EVENLY_DISTRIBUTED, at(schedule, "2026-01-10T05:00:00Z"));
        assertEquals(PolicyName.DENSITY, at(schedule, "2026-01-12T03:00:00Z"), "sunday's night ends on monday");
    }

    @Test
    void aWindowThatEndsWhenItBeginsLastsADay() {
        PolicySchedule schedule = berlin(window(List.of(DayOfWeek.SUNDAY), "00:00", "00:00", PolicyName.DENSITY));
        assertEquals(PolicyName.DENSITY, at(schedule, "2026-01-11T22:59:00Z"));
        assertEquals(PolicyName.EVENLY_DISTRIBUTED, at(schedule, "2026-01-11T23:00:00Z"));
    }

    @Test
    void eachPolicyIsStoredOnceWithAnEventWhenItBegins() {
        Inventory inventory = new Inventory(List.of(Things.dataCenter(), cluster(berlin(WORK, NIGHT))));
        List<String> events = new ArrayList<>();
        Instant monday = Instant.parse("2026-01-04T23:00:00Z");
        for (int minute = 0; minute < 7 * 24 * 60; minute++) {
            Turn turn = new Turn(inventory, new Now(monday.plusSeconds(minute * 60L), minute * 60_000_000_000L));
            PolicySchedules.tick(turn);
            for (Change change : inventory.drainChanges()) {
                if (change instanceof Change.Log(var entry)) {
                    assertEquals("cluster.policy_changed", entry.code());
                    events.add(entry.message());
                }
            }
        }
        // Last sunday's night, which runs when the week begins; both ends of each workday and of friday's night.
        assertEquals(2 + 5 * 2 + 2 + 1, events.size(), events.toString());
        assertTrue(events.get(2).contains("is scheduled by performance now, after evenly_distributed"), events.get(2));
        assertEquals(
                PolicyName.DENSITY,
                inventory.cluster(Things.CLUSTER).orElseThrow().scheduling().name());
        assertEquals(
                PolicyName.EVENLY_DISTRIBUTED,
                inventory.cluster(Things.CLUSTER).orElseThrow().basePolicy());
    }

    @Test
    void whatOverlapsIsNamed() {
        Inventory inventory = new Inventory(List.of(Things.dataCenter()));
        assertEquals(List.of(), ConfigRules.problems(inventory, cluster(berlin(WORK, NIGHT))));
        Window late = window(List.of(DayOfWeek.SATURDAY), "05:00", "07:00", PolicyName.NONE);
        String overlap = ConfigRules.problems(inventory, cluster(berlin(WORK, NIGHT, late)))
                .toString();
        assertTrue(overlap.contains("“friday, sunday 22:00 to 06:00” and “saturday 05:00 to 07:00” overlap"), overlap);
        Window around = window(List.of(DayOfWeek.SATURDAY), "06:00", "22:00", PolicyName.NONE);
        assertEquals(List.of(), ConfigRules.problems(inventory, cluster(berlin(WORK, NIGHT, around))));
        Window twice = window(List.of(DayOfWeek.MONDAY), "12:00", "13:00", PolicyName.NONE);
        assertEquals(
                1, ConfigRules.problems(inventory, cluster(berlin(WORK, twice))).size());
    }

    @Test
    void zonesDaysAndNumbersAreChecked() {
        Inventory inventory = new Inventory(List.of(Things.dataCenter()));
        PolicySchedule nowhere = new PolicySchedule("Europe/Nowhere", PolicyName.NONE, List.of(WORK));
        assertEquals(
                "policySchedule.timeZone",
                ConfigRules.problems(inventory, cluster(nowhere)).getFirst().field());
        Window never = window(List.of(), "08:00", "09:00", PolicyName.NONE);
        assertEquals(
                "policySchedule.windows",
                ConfigRules.problems(inventory, cluster(berlin(never)))
                        .getFirst()
                        .field());
        Window[] many = IntStream.range(0, 51)
                .mapToObj(i -> window(
                        List.of(DayOfWeek.MONDAY),
                        LocalTime.MIN.plusMinutes(i).toString(),
                        LocalTime.MIN.plusMinutes(i + 1).toString(),
                        PolicyName.NONE))
                .toArray(Window[]::new);
        assertEquals(1, ConfigRules.problems(inventory, cluster(berlin(many))).size());
    }
}
