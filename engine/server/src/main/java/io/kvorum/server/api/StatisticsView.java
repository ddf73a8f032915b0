package io.kvorum.server.api;

import io.kvorum.server.metrics.Metric;
import io.kvorum.server.metrics.Sample;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The last measurements as series of [epoch milliseconds, value]; without those that nobody tells. */
@Schema(name = "Statistics")
public record StatisticsView(long intervalSeconds, List<SeriesView> series) {

    @Schema(name = "StatisticsSeries")
    public record SeriesView(String name, String unit, List<List<Double>> points) {}

    static StatisticsView of(long intervalSeconds, List<Sample> samples) {
        return new StatisticsView(
                intervalSeconds,
                Arrays.stream(Metric.values())
                        .map(metric -> series(metric, samples))
                        .filter(series -> !series.points().isEmpty())
                        .toList());
    }

    private static SeriesView series(Metric metric, List<Sample> samples) {
        return new SeriesView(
                metric.title(),
                metric.unit(),
                samples.stream()
                        .filter(sample -> Float.isFinite(sample.of(metric)))
                        .map(sample -> List.of((double) sample.epochMillis(), (double) sample.of(metric)))
                        .toList());
    }
}
