package io.kvorum.server.api;

import io.kvorum.server.metrics.StatisticsStore.Sample;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The last measurements as series of [epoch milliseconds, value]. */
@Schema(name = "Statistics")
public record StatisticsView(long intervalSeconds, List<SeriesView> series) {

    @Schema(name = "StatisticsSeries")
    public record SeriesView(String name, String unit, List<List<Double>> points) {}

    static StatisticsView of(long intervalSeconds, List<Sample> samples) {
        return new StatisticsView(
                intervalSeconds,
                List.of(
                        series("cpu", "ratio", samples, Sample::cpu),
                        series("memory", "bytes", samples, Sample::memoryBytes),
                        series("disk_read", "bytes_per_second", samples, Sample::diskRead),
                        series("disk_write", "bytes_per_second", samples, Sample::diskWritten),
                        series("network_received", "bytes_per_second", samples, Sample::networkReceived),
                        series("network_sent", "bytes_per_second", samples, Sample::networkSent)));
    }

    private static SeriesView series(String name, String unit, List<Sample> samples, ToDoubleFunction<Sample> value) {
        return new SeriesView(
                name,
                unit,
                samples.stream()
                        .map(sample -> List.of((double) sample.epochMillis(), value.applyAsDouble(sample)))
                        .toList());
    }
}
