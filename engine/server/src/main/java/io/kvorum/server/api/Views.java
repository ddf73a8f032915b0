package io.kvorum.server.api;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.server.api.HostView.HostUsageView;
import io.kvorum.server.api.HostView.Promised;
import io.kvorum.server.api.VmView.UsageView;
import io.kvorum.server.metrics.StatisticsStore;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.HostRow;
import io.kvorum.server.persistence.InstanceTypeRow;
import io.kvorum.server.persistence.TemplateRow;
import io.kvorum.server.persistence.VmRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows as views, with what is known of them besides: measurements, promises, the operation that holds them. */
@ApplicationScoped
public class Views {

    private final EntityManager entities;
    private final Documents documents;
    private final StatisticsStore statistics;

    Views(EntityManager entities, Documents documents, StatisticsStore statistics) {
        this.entities = entities;
        this.documents = documents;
        this.statistics = statistics;
    }

    VmView vm(UUID id) {
        Vm vm = vmRecord(id);
        return VmView.of(
                vm,
                hostNames(List.of(vm)).get(vm.hostId()),
                holders(Kind.VM, List.of(id)).get(id),
                usage(vm));
    }

    private UsageView usage(Vm vm) {
        return vm.state().active()
                ? UsageView.of(statistics.last(vm.id()).orElse(null), statistics.memoryGiven(vm.id()))
                : UsageView.NONE;
    }

    /** The template that a new VM names; null for none. */
    @Nullable
    Template template(@Nullable UUID id) {
        return id == null
                ? null
                : TemplateRow.<TemplateRow>findByIdOptional(id)
                        .map(row -> documents.read(row.document, Template.class))
                        .orElseThrow(() -> ProblemException.invalid("templateId", id, "There is no such template."));
    }

    /** The instance type that a VM names, or shall name; null for none. */
    @Nullable
    InstanceType instanceType(@Nullable UUID id) {
        return id == null
                ? null
                : InstanceTypeRow.<InstanceTypeRow>findByIdOptional(id)
                        .map(row -> documents.read(row.document, InstanceType.class))
                        .orElseThrow(() ->
                                ProblemException.invalid("instanceTypeId", id, "There is no such instance type."));
    }

    Vm vmRecord(UUID id) {
        entities.clear();
        return VmRow.<VmRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, Vm.class))
                .orElseThrow(() -> ProblemException.notFound("VM", id));
    }

    Page<VmView> vms(Listing<VmRow> listing) {
        Page<Vm> page = listing.page(entities, row -> documents.read(row.document, Vm.class));
        Map<UUID, UUID> holders =
                holders(Kind.VM, page.items().stream().map(Vm::id).toList());
        Map<UUID, String> hostNames = hostNames(page.items());
        return new Page<>(
                page.items().stream()
                        .map(vm -> VmView.of(vm, hostNames.get(vm.hostId()), holders.get(vm.id()), usage(vm)))
                        .toList(),
                page.nextCursor());
    }

    private Map<UUID, String> hostNames(Collection<Vm> vms) {
        List<UUID> ids =
                vms.stream().map(Vm::hostId).filter(Objects::nonNull).distinct().toList();
        Map<UUID, String> names = new HashMap<>();
        if (!ids.isEmpty()) {
            entities.createQuery("select id, name from HostRow where id in :ids", Object[].class)
                    .setParameter("ids", ids)
                    .getResultList()
                    .forEach(row -> names.put((UUID) row[0], (String) row[1]));
        }
        return names;
    }

    HostView host(UUID id) {
        Host host = hostRecord(id);
        return HostView.of(host, holders(Kind.HOST, List.of(id)).get(id), usage(host, promised(List.of(id))));
    }

    private HostUsageView usage(Host host, Map<UUID, Promised> promised) {
        return HostUsageView.of(
                promised.getOrDefault(host.id(), Promised.NOTHING),
                statistics.last(host.id()).orElse(null),
                statistics.memoryMerged(host.id()));
    }

    Host hostRecord(UUID id) {
        entities.clear();
        return HostRow.<HostRow>findByIdOptional(id)
                .map(row -> documents.read(row.document, Host.class))
                .orElseThrow(() -> ProblemException.notFound("host", id));
    }

    Page<HostView> hosts(Listing<HostRow> listing) {
        Page<Host> page = listing.page(entities, row -> documents.read(row.document, Host.class));
        List<UUID> ids = page.items().stream().map(Host::id).toList();
        Map<UUID, Promised> promised = promised(ids);
        Map<UUID, UUID> holders = holders(Kind.HOST, ids);
        return new Page<>(
                page.items().stream()
                        .map(host -> HostView.of(host, holders.get(host.id()), usage(host, promised)))
                        .toList(),
                page.nextCursor());
    }

    /** What hosts have promised to VMs that are on them, or on their way to them. */
    private Map<UUID, Promised> promised(Collection<UUID> hostIds) {
        Map<UUID, Promised> sums = new HashMap<>();
        if (hostIds.isEmpty()) {
            return sums;
        }
        List<?> rows = entities.createNativeQuery(
                        "select p.host_id, count(*), sum(p.vcpus), sum(p.memory) from (" + promisedBy("host_id")
                                + " union all " + promisedBy("target_host_id") + ") p group by p.host_id")
                .setParameter("ids", hostIds)
                .getResultList();
        for (Object row : rows) {
            Object[] columns = (Object[]) row;
            sums.put(
                    (UUID) columns[0],
                    new Promised(
                            ((Number) columns[1]).intValue(),
                            ((Number) columns[2]).intValue(),
                            ((Number) columns[3]).longValue()));
        }
        return sums;
    }

    private static String promisedBy(String hostColumn) {
        return "select s." + hostColumn + " as host_id, v.vcpus, v.memory_bytes as memory"
                + " from vm_status s join vm_spec v on v.id = s.id where s." + hostColumn + " in (:ids)";
    }

    /** Which operation holds each of these. */
    private Map<UUID, UUID> holders(Kind kind, Collection<UUID> ids) {
        Map<UUID, UUID> holders = new HashMap<>();
        if (!ids.isEmpty()) {
            List<?> rows = entities.createNativeQuery(
                            "select subject_id, operation_id from operation_lock where kind = :kind and subject_id in (:ids)")
                    .setParameter("kind", kind.name())
                    .setParameter("ids", ids)
                    .getResultList();
            for (Object row : rows) {
                Object[] columns = (Object[]) row;
                holders.put((UUID) columns[0], (UUID) columns[1]);
            }
        }
        return holders;
    }
}
