package io.kvorum.core.scheduling;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.LogEntry.Severity;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Changes the scheduling policies of clusters when their schedules say so. What is in force is stored, with the cluster. */
public final class PolicySchedules {

    private PolicySchedules() {}

    /** Looks at every cluster; to be called regularly. */
    public static void tick(Turn turn) {
        for (Cluster cluster : List.copyOf(turn.inventory().clusters())) {
            Cluster due = cluster.asScheduled(turn.instant());
            if (due.scheduling().name() != cluster.scheduling().name()) {
                turn.put(due);
                turn.log(
                        Severity.INFO,
                        "cluster.policy_changed",
                        "Cluster " + cluster.name() + " is scheduled by " + words(due) + " now, after " + words(cluster)
                                + ", by its schedule ("
                                + Objects.requireNonNull(cluster.schedule()).timeZone() + ").",
                        cluster.subject());
            }
        }
    }

    private static String words(Cluster cluster) {
        return cluster.scheduling().name().name().toLowerCase(Locale.ROOT);
    }
}
