package io.kvorum.core.inventory;

import io.kvorum.core.inventory.Cluster.PolicyName;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Scheduling policies by day and hour, every week, as the clocks of a place show it.
 *
 * @param timeZone of the tz database, such as Europe/Berlin
 * @param otherwise the policy outside of the windows
 */
public record PolicySchedule(String timeZone, PolicyName otherwise, List<Window> windows) {

    private static final int DAY_MINUTES = 24 * 60;
    private static final int WEEK_MINUTES = 7 * DAY_MINUTES;

    public PolicySchedule {
        windows = List.copyOf(windows);
    }

    /**
     * When a policy is in force.
     *
     * @param days on which it begins
     * @param to when it ends: on the next day if this is not after {@code from}
     */
    public record Window(List<DayOfWeek> days, LocalTime from, LocalTime to, PolicyName policy) {

        public Window {
            days = days.stream().distinct().sorted().toList();
        }

        private int lengthMinutes() {
            int length = Math.floorMod(minute(to) - minute(from), DAY_MINUTES);
            return length == 0 ? DAY_MINUTES : length;
        }

        private int beginning(DayOfWeek day) {
            return (day.getValue() - 1) * DAY_MINUTES + minute(from);
        }

        private boolean covers(int minuteOfWeek) {
            return days.stream()
                    .anyMatch(day -> Math.floorMod(minuteOfWeek - beginning(day), WEEK_MINUTES) < lengthMinutes());
        }

        private boolean overlaps(Window other) {
            return days.stream().anyMatch(day -> other.covers(beginning(day)))
                    || other.days.stream().anyMatch(day -> covers(other.beginning(day)));
        }

        private static int minute(LocalTime time) {
            return time.get(ChronoField.MINUTE_OF_DAY);
        }

        /** Such as "monday, tuesday 08:00 to 18:00". */
        public String words() {
            return String.join(
                            ", ",
                            days.stream()
                                    .map(day -> day.name().toLowerCase(Locale.ROOT))
                                    .toList())
                    + " " + from + " to " + to;
        }
    }

    /** The policy in force then. */
    public PolicyName at(Instant instant) {
        ZonedDateTime local = instant.atZone(ZoneId.of(timeZone));
        int minuteOfWeek = (local.getDayOfWeek().getValue() - 1) * DAY_MINUTES + local.get(ChronoField.MINUTE_OF_DAY);
        return windows.stream()
                .filter(window -> window.covers(minuteOfWeek))
                .findFirst()
                .map(Window::policy)
                .orElse(otherwise);
    }

    public PolicySchedule otherwise(PolicyName policy) {
        return new PolicySchedule(timeZone, policy, windows);
    }

    /** Windows that overlap others, in words; the first pair of them. */
    public Optional<String> overlap() {
        List<Window> seen = new ArrayList<>();
        for (Window window : windows) {
            for (Window earlier : seen) {
                if (window.overlaps(earlier)) {
                    return Optional.of("“" + earlier.words() + "” and “" + window.words() + "” overlap.");
                }
            }
            seen.add(window);
        }
        return Optional.empty();
    }
}
