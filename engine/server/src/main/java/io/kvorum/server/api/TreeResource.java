package io.kvorum.server.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The inventory by name and state, a level at a time, so that its size does not matter; all sorted by name. */
@Path("/api/v1/tree")
@Tag(name = "Tree")
@RunOnVirtualThread
public class TreeResource {

    /** VMs on no host that are named of a cluster; more are found by searching, and in the list of VMs. */
    private static final int UNPLACED_LIMIT = 1000;

    private static final int FOUND_LIMIT = 200;

    private final EntityManager entities;

    TreeResource(EntityManager entities) {
        this.entities = entities;
    }

    @Schema(name = "Tree")
    public record Tree(List<DataCenterNode> dataCenters) {}

    @Schema(name = "DataCenterNode")
    public record DataCenterNode(UUID id, String name, List<ClusterNode> clusters) {}

    @Schema(name = "ClusterNode")
    public record ClusterNode(UUID id, String name, long hostCount, long vmCount) {}

    /** {@code vms}: the first thousand of those that are on no host. */
    @Schema(name = "ClusterBranch")
    public record ClusterBranch(UUID id, List<HostNode> hosts, List<VmNode> vms) {}

    @Schema(name = "HostBranch")
    public record HostBranch(UUID id, List<VmNode> vms) {}

    @Schema(name = "HostNode")
    public record HostNode(UUID id, String name, String state, UUID clusterId, long vmCount) {}

    @Schema(name = "VmNode")
    public record VmNode(
            UUID id,
            String name,
            String state,
            UUID clusterId,
            @Nullable UUID hostId) {}

    /**
     * Hosts and VMs of that name, and the hosts of those VMs.
     *
     * @param complete false if there are more than are named here
     */
    @Schema(name = "TreeMatches")
    public record TreeMatches(List<HostNode> hosts, List<VmNode> vms, boolean complete) {}

    /** Data centers and their clusters. */
    @GET
    public Tree get() {
        Map<Object, Long> hosts =
                GroupedCounts.of(entities, "select cluster_id, count(*) from host group by cluster_id", Map.of());
        Map<Object, Long> vms =
                GroupedCounts.of(entities, "select cluster_id, count(*) from vm_spec group by cluster_id", Map.of());
        List<Object[]> clusters = rows("select dataCenterId, id, name from ClusterRow order by name", Map.of(), 0);
        return new Tree(rows("select id, name from DataCenterRow order by name", Map.of(), 0).stream()
                .map(row -> new DataCenterNode(
                        (UUID) row[0],
                        (String) row[1],
                        clusters.stream()
                                .filter(cluster -> cluster[0].equals(row[0]))
                                .map(cluster -> new ClusterNode(
                                        (UUID) cluster[1],
                                        (String) cluster[2],
                                        hosts.getOrDefault(cluster[1], 0L),
                                        vms.getOrDefault(cluster[1], 0L)))
                                .toList()))
                .toList());
    }

    /** A cluster's hosts, and its VMs that are on none. */
    @GET
    @Path("/clusters/{id}")
    public ClusterBranch cluster(@PathParam("id") UUID id) {
        exists("cluster", "ClusterRow", id);
        Map<String, Object> parameters = Map.of("id", id);
        return new ClusterBranch(
                id,
                hosts("clusterId = :id", parameters, 0),
                vms("clusterId = :id and hostId is null", parameters, UNPLACED_LIMIT));
    }

    /** A host's VMs. */
    @GET
    @Path("/hosts/{id}")
    public HostBranch host(@PathParam("id") UUID id) {
        exists("host", "HostRow", id);
        return new HostBranch(id, vms("hostId = :id", Map.of("id", id), 0));
    }

    /** What has that in its name, two hundred hosts and VMs each at most. */
    @GET
    @Path("/search")
    public TreeMatches search(@QueryParam("q") @Nullable String q) {
        if (q == null || q.isBlank()) {
            throw ProblemException.invalid("q", q, "Must be a part of a name.");
        }
        Map<String, Object> parameters = Map.of("q", Listing.pattern(q));
        List<HostNode> hosts = hosts("lower(name) like :q escape '!'", parameters, FOUND_LIMIT + 1);
        List<VmNode> vms = vms("lower(name) like :q escape '!'", parameters, FOUND_LIMIT + 1);
        boolean complete = hosts.size() <= FOUND_LIMIT && vms.size() <= FOUND_LIMIT;
        Map<UUID, HostNode> shown = new LinkedHashMap<>();
        hosts.stream().limit(FOUND_LIMIT).forEach(host -> shown.put(host.id(), host));
        Set<UUID> parents = new HashSet<>();
        vms.stream()
                .map(VmNode::hostId)
                .filter(id -> id != null && !shown.containsKey(id))
                .forEach(parents::add);
        if (!parents.isEmpty()) {
            hosts("id in :ids", Map.of("ids", parents), 0).forEach(host -> shown.put(host.id(), host));
        }
        return new TreeMatches(
                List.copyOf(shown.values()), vms.stream().limit(FOUND_LIMIT).toList(), complete);
    }

    private void exists(String what, String table, UUID id) {
        if (rows("select id, name from " + table + " where id = :id", Map.of("id", id), 1)
                .isEmpty()) {
            throw ProblemException.notFound(what, id);
        }
    }

    private List<HostNode> hosts(String where, Map<String, Object> parameters, int limit) {
        List<Object[]> rows = rows(
                "select id, name, state, clusterId from HostRow where " + where + " order by name", parameters, limit);
        Set<Object> ids = new HashSet<>();
        rows.forEach(row -> ids.add(row[0]));
        Map<Object, Long> vms = ids.isEmpty()
                ? Map.of()
                : GroupedCounts.of(
                        entities,
                        "select host_id, count(*) from vm_status where host_id in (:ids) group by host_id",
                        Map.of("ids", ids));
        return rows.stream()
                .map(row -> new HostNode(
                        (UUID) row[0], (String) row[1], lower(row[2]), (UUID) row[3], vms.getOrDefault(row[0], 0L)))
                .toList();
    }

    private List<VmNode> vms(String where, Map<String, Object> parameters, int limit) {
        return rows(
                        "select id, name, state, clusterId, hostId from VmRow where " + where + " order by name",
                        parameters,
                        limit)
                .stream()
                .map(row -> new VmNode((UUID) row[0], (String) row[1], lower(row[2]), (UUID) row[3], (UUID) row[4]))
                .toList();
    }

    /** @param limit 0 for none */
    private List<Object[]> rows(String text, Map<String, Object> parameters, int limit) {
        TypedQuery<Object[]> query = entities.createQuery(text, Object[].class);
        parameters.forEach(query::setParameter);
        if (limit > 0) {
            query.setMaxResults(limit);
        }
        return query.getResultList();
    }

    private static String lower(Object text) {
        return text.toString().toLowerCase(Locale.ROOT);
    }
}
