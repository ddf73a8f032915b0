package io.kvorum.server.api;

import io.kvorum.server.leadership.Leadership;
import io.kvorum.server.leadership.Terms;
import io.kvorum.server.persistence.HostRow;
import io.kvorum.server.persistence.VmRow;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The engine at a glance. */
@Path("/api/v1/status")
@Tag(name = "Status")
@RunOnVirtualThread
public class StatusResource {

    private final Leadership leadership;
    private final Terms terms;
    private final String version;

    StatusResource(
            Leadership leadership, Terms terms, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.leadership = leadership;
        this.terms = terms;
        this.version = version;
    }

    @Schema(name = "Leader")
    public record LeaderView(String replicaId, long epoch, Instant since, boolean isThisReplica) {}

    @Schema(name = "HostCounts")
    public record HostCounts(long total, long up) {}

    @Schema(name = "VmCounts")
    public record VmCounts(long total, long running) {}

    @Schema(name = "Status")
    public record StatusView(
            String version, String replicaId, LeaderView leader, Instant startedAt, HostCounts hosts, VmCounts vms) {}

    @GET
    public StatusView get() {
        Terms.Term term = terms.current();
        boolean here = leadership.term().filter(epoch -> epoch == term.epoch()).isPresent();
        return new StatusView(
                version,
                leadership.replicaId(),
                new LeaderView(term.leader(), term.epoch(), term.since(), here),
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()),
                new HostCounts(HostRow.count(), HostRow.count("state", "UP")),
                new VmCounts(VmRow.count(), VmRow.count("state in ('UP', 'MIGRATING', 'PAUSED')")));
    }
}
