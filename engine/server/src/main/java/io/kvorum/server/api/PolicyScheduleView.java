package io.kvorum.server.api;

import io.kvorum.core.inventory.Cluster.PolicyName;
import io.kvorum.core.inventory.PolicySchedule;
import io.kvorum.core.inventory.PolicySchedule.Window;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Scheduling policies by day and hour, every week; outside of the windows schedulingPolicy is in force. Without windows there is none. */
@Schema(name = "PolicySchedule")
public record PolicyScheduleView(
        @Schema(description = "Of the tz database, such as Europe/Berlin; UTC if nothing is said.") @Nullable
        String timeZone,

        List<WindowView> windows) {

    private static final String WINDOWS = "policySchedule.windows";

    /** From begins on each of the days; where to is not after it, it is on the next day. */
    @Schema(name = "PolicyWindow")
    public record WindowView(
            @Schema(description = "Such as monday.") List<String> days,

            @Schema(description = "Such as 08:00") String from,
            @Schema(description = "Such as 18:00") String to,

            @Schema(
                    enumeration = {
                        "none",
                        "evenly_distributed",
                        "power_saving",
                        "vm_evenly_distributed",
                        "cluster_maintenance",
                        "performance",
                        "density"
                    })
            String policy) {

        Window made() {
            return new Window(
                    Words.required(WINDOWS, days).stream()
                            .map(day -> Words.read(WINDOWS, day, DayOfWeek.class, null))
                            .toList(),
                    time(WINDOWS, from),
                    time(WINDOWS, to),
                    Words.read(WINDOWS, policy, PolicyName.class, null));
        }
    }

    private static LocalTime time(String field, @Nullable String text) {
        try {
            LocalTime time = LocalTime.parse(Words.required(field, text));
            if (time.getSecond() == 0 && time.getNano() == 0) {
                return time;
            }
        } catch (DateTimeException e) {
            // Said below.
        }
        throw ProblemException.invalid(field, text, "Must be a time of day such as 08:00.");
    }

    @Nullable
    PolicySchedule made(PolicyName otherwise) {
        List<WindowView> given = Words.required(WINDOWS, windows);
        return given.isEmpty()
                ? null
                : new PolicySchedule(
                        timeZone == null ? "UTC" : timeZone,
                        otherwise,
                        given.stream()
                                .map(window -> Words.required(WINDOWS, window).made())
                                .toList());
    }

    static @Nullable PolicyScheduleView of(@Nullable PolicySchedule schedule) {
        return schedule == null
                ? null
                : new PolicyScheduleView(
                        schedule.timeZone(),
                        schedule.windows().stream()
                                .map(window -> new WindowView(
                                        window.days().stream().map(Words::of).toList(),
                                        window.from().toString(),
                                        window.to().toString(),
                                        Words.of(window.policy())))
                                .toList());
    }
}
