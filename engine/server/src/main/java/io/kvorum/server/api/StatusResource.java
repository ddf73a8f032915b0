package io.kvorum.server.api;

import io.kvorum.server.leadership.Leadership;
import io.kvorum.server.leadership.Terms;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The engine at a glance. */
@Path("/api/v1/status")
@Tag(name = "Status")
@RunOnVirtualThread
public class StatusResource {

    private static final List<String> RUNNING = List.of("up", "migrating", "paused");

    private final StateCounts counts;
    private final Leadership leadership;
    private final Terms terms;
    private final String version;

    StatusResource(
            StateCounts counts,
            Leadership leadership,
            Terms terms,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.counts = counts;
        this.leadership = leadership;
        this.terms = terms;
        this.version = version;
    }

    @Schema(name = "Leader")
    public record LeaderView(String replicaId, long epoch, Instant since, boolean isThisReplica) {}

    @Schema(name = "HostCounts")
    public record HostCounts(long total, long up, Map<String, Long> byState) {}

    @Schema(name = "VmCounts")
    public record VmCounts(long total, long running, Map<String, Long> byState) {}

    @Schema(name = "Status")
    public record StatusView(
            String version, String replicaId, LeaderView leader, Instant startedAt, HostCounts hosts, VmCounts vms) {}

    @GET
    public StatusView get() {
        Terms.Term term = terms.current();
        StateCounts.Counted counted = counts.now();
        Map<String, Long> hosts = counted.hosts();
        Map<String, Long> vms = counted.vms();
        boolean here = leadership.term().filter(epoch -> epoch == term.epoch()).isPresent();
        return new StatusView(
                version,
                leadership.replicaId(),
                new LeaderView(term.leader(), term.epoch(), term.since(), here),
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()),
                new HostCounts(total(hosts), hosts.getOrDefault("up", 0L), hosts),
                new VmCounts(
                        total(vms),
                        RUNNING.stream()
                                .mapToLong(state -> vms.getOrDefault(state, 0L))
                                .sum(),
                        vms));
    }

    private static long total(Map<String, Long> states) {
        return states.values().stream().mapToLong(Long::longValue).sum();
    }
}
