package io.kvorum.server.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.persistence.EntityManager;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The whole inventory by name and state: data centers, their clusters, their hosts, and the VMs on them. */
@Path("/api/v1/tree")
@Tag(name = "Tree")
@RunOnVirtualThread
public class TreeResource {

    private final EntityManager entities;

    TreeResource(EntityManager entities) {
        this.entities = entities;
    }

    @Schema(name = "Tree")
    public record Tree(List<DataCenterNode> dataCenters) {}

    @Schema(name = "DataCenterNode")
    public record DataCenterNode(UUID id, String name, List<ClusterNode> clusters) {}

    /** {@code vms}: those that are on no host. */
    @Schema(name = "ClusterNode")
    public record ClusterNode(UUID id, String name, List<HostNode> hosts, List<VmNode> vms) {}

    @Schema(name = "HostNode")
    public record HostNode(UUID id, String name, String state, List<VmNode> vms) {}

    @Schema(name = "VmNode")
    public record VmNode(UUID id, String name, String state) {}

    @GET
    public Tree get() {
        Map<UUID, DataCenterNode> dataCenters = new LinkedHashMap<>();
        Map<UUID, ClusterNode> clusters = new LinkedHashMap<>();
        Map<UUID, HostNode> hosts = new LinkedHashMap<>();
        for (Object[] row : rows("select id, name from DataCenterRow order by name")) {
            dataCenters.put((UUID) row[0], new DataCenterNode((UUID) row[0], (String) row[1], new ArrayList<>()));
        }
        for (Object[] row : rows("select id, name, dataCenterId from ClusterRow order by name")) {
            ClusterNode node = new ClusterNode((UUID) row[0], (String) row[1], new ArrayList<>(), new ArrayList<>());
            clusters.put(node.id(), node);
            add(dataCenters.get((UUID) row[2]), node);
        }
        for (Object[] row : rows("select id, name, state, clusterId from HostRow order by name")) {
            HostNode node = new HostNode((UUID) row[0], (String) row[1], lower(row[2]), new ArrayList<>());
            hosts.put(node.id(), node);
            ClusterNode cluster = clusters.get((UUID) row[3]);
            if (cluster != null) {
                cluster.hosts().add(node);
            }
        }
        for (Object[] row : rows("select id, name, state, hostId, clusterId from VmRow order by name")) {
            VmNode node = new VmNode((UUID) row[0], (String) row[1], lower(row[2]));
            HostNode host = row[3] == null ? null : hosts.get((UUID) row[3]);
            ClusterNode cluster = clusters.get((UUID) row[4]);
            if (host != null) {
                host.vms().add(node);
            } else if (cluster != null) {
                cluster.vms().add(node);
            }
        }
        return new Tree(List.copyOf(dataCenters.values()));
    }

    private static void add(@Nullable DataCenterNode dataCenter, ClusterNode cluster) {
        if (dataCenter != null) {
            dataCenter.clusters().add(cluster);
        }
    }

    private List<Object[]> rows(String query) {
        return entities.createQuery(query, Object[].class).getResultList();
    }

    private static String lower(Object text) {
        return text.toString().toLowerCase(Locale.ROOT);
    }
}
