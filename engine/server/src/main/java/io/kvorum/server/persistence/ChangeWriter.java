package io.kvorum.server.persistence;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Change.Put;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.OperationRecord;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.operations.Lock;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.scheduling.Explanation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes one transaction's changes: of each entity only what it is in the end, and in batches by table, so that a turn of
 * a hundred VMs costs a handful of round trips. Who refers to another comes after it.
 *
 * <p>The order of the changes is kept where it counts: around everything that is removed, and where a name passes from
 * one entity to another.
 */
final class ChangeWriter implements AutoCloseable {

    private static final int NOTIFY_LIMIT_BYTES = 7000;
    private static final String VM_SPEC = "vm_spec";

    /** Tables in the order of their references. */
    private static final List<Kind> ORDER = List.of(
            Kind.DATA_CENTER,
            Kind.SCHEDULING_POLICY,
            Kind.QUOTA,
            Kind.INSTANCE_TYPE,
            Kind.CLUSTER,
            Kind.AFFINITY_GROUP,
            Kind.AFFINITY_LABEL,
            Kind.HOST,
            Kind.STORAGE_DOMAIN,
            Kind.NETWORK,
            Kind.IMAGE,
            Kind.TEMPLATE,
            Kind.VM,
            Kind.BALANCING_PLAN,
            Kind.OPERATION);

    private static final Set<Kind> WITHOUT_UNIQUE_NAMES = EnumSet.of(Kind.BALANCING_PLAN, Kind.OPERATION);

    /** The document of a VM is these two in one. */
    private record SpecPart(UUID id, VmSpec spec) {}

    private record StatusPart(VmStatus status, Meta meta) {}

    private final Connection connection;
    private final Documents documents;
    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>();
    private final Set<PreparedStatement> updates = new HashSet<>();
    private final List<String> notices = new ArrayList<>();

    /** What waits to be written: of each kind the entities, in the order in which they were first put. */
    private final Map<Kind, Map<UUID, Put>> puts = new EnumMap<>(Kind.class);

    private final Map<Kind, Map<String, UUID>> names = new EnumMap<>(Kind.class);

    /** Statements with rows that are not executed yet. */
    private final Set<PreparedStatement> pending = new LinkedHashSet<>();

    /** While rows of one kind are written, none of which stands in the way of another. */
    private boolean inAnyOrder;

    ChangeWriter(Connection connection, Documents documents) {
        this.connection = connection;
        this.documents = documents;
    }

    void write(List<Change> changes) throws SQLException {
        List<LogEntry> entries = new ArrayList<>();
        for (Change change : changes) {
            switch (change) {
                case Change.Put put -> gather(put);
                case Change.Remove(Kind kind, var id) -> {
                    putGathered();
                    add("delete from " + (kind == Kind.VM ? VM_SPEC : table(kind)) + " where id = ?", id);
                    notices.add(kind + " " + id + " 0");
                }
                case Change.Log(LogEntry entry) -> entries.add(entry);
            }
        }
        putGathered();
        for (LogEntry entry : entries) {
            log(entry);
        }
        flush();
        announce();
    }

    private void gather(Put put) throws SQLException {
        Entity entity = put.entity();
        if (!WITHOUT_UNIQUE_NAMES.contains(entity.kind())) {
            Map<String, UUID> owners = names.computeIfAbsent(entity.kind(), kind -> new HashMap<>());
            String name = entity.name().toLowerCase(Locale.ROOT);
            Put earlier = puts.getOrDefault(entity.kind(), Map.of()).get(entity.id());
            boolean renamed = earlier != null && !earlier.entity().name().equals(entity.name());
            if (renamed || !entity.id().equals(owners.getOrDefault(name, entity.id()))) {
                putGathered();
            }
            owners.put(name, entity.id());
        }
        puts.computeIfAbsent(entity.kind(), kind -> new LinkedHashMap<>())
                .merge(entity.id(), put, (first, next) -> new Put(next.entity(), first.before()));
    }

    private void putGathered() throws SQLException {
        for (Kind kind : ORDER) {
            flush();
            inAnyOrder = true;
            for (Put put : puts.getOrDefault(kind, Map.of()).values()) {
                write(put);
            }
            inAnyOrder = false;
        }
        lock(puts.getOrDefault(Kind.OPERATION, Map.of()).values());
        puts.clear();
        names.clear();
    }

    /** What operations hold in the end: those that have ended let go before others take. */
    private void lock(Collection<Put> operations) throws SQLException {
        for (Put put : operations) {
            for (Lock lock : locksOf(put.before())) {
                if (!locksOf(put.entity()).contains(lock)) {
                    add(
                            "delete from operation_lock where kind = ? and subject_id = ? and operation_id = ?",
                            lock.kind().name(),
                            lock.id(),
                            put.entity().id());
                }
            }
        }
        for (Put put : operations) {
            for (Lock lock : locksOf(put.entity())) {
                if (!locksOf(put.before()).contains(lock)) {
                    add(
                            "insert into operation_lock (kind, subject_id, operation_id) values (?, ?, ?)"
                                    + " on conflict (kind, subject_id) do update set operation_id = excluded.operation_id",
                            lock.kind().name(),
                            lock.id(),
                            put.entity().id());
                }
            }
        }
    }

    private static List<Lock> locksOf(@Nullable Entity entity) {
        return entity instanceof Operation operation ? operation.locks() : List.of();
    }

    private void write(Put put) throws SQLException {
        Entity entity = put.entity();
        Entity before = put.before();
        boolean renamed = before != null && !before.name().equals(entity.name());
        if (renamed) {
            flush(); // whoever has the new name let go of it before
        }
        switch (entity) {
            case DataCenter dataCenter -> store(before, row(entity));
            case Cluster cluster ->
                store(
                        before,
                        row(entity)
                                .with("data_center_id", cluster.dataCenterId())
                                .with("custom_policy_id", cluster.customPolicyId()));
            case AffinityGroup group -> store(before, row(entity).with("cluster_id", group.clusterId()));
            case AffinityLabel label -> store(before, row(entity));
            case Quota quota -> store(before, row(entity).with("data_center_id", quota.dataCenterId()));
            case SchedulingPolicy policy -> store(before, row(entity));
            case InstanceType type -> store(before, row(entity));
            case Host host ->
                store(
                        before,
                        row(entity)
                                .with("cluster_id", host.spec().clusterId())
                                .with("state", host.state().name()));
            case StorageDomain domain ->
                store(
                        before,
                        row(entity)
                                .with("data_center_id", domain.dataCenterId())
                                .with("host_id", domain.hostId()));
            case Network network -> store(before, row(entity).with("data_center_id", network.dataCenterId()));
            case Image image ->
                store(
                        before,
                        row(entity)
                                .with("storage_domain_id", image.storageDomainId())
                                .with("state", image.state().name()));
            case Template template -> store(before, row(entity).with("data_center_id", template.dataCenterId()));
            case Vm vm -> write(vm, (Vm) before);
            case BalancingPlan plan ->
                store(
                        before,
                        row(entity)
                                .with("cluster_id", plan.clusterId())
                                .with("state", plan.state().name()));
            case OperationRecord operation -> write((Operation) operation, (Operation) before);
        }
        if (renamed) {
            flush();
        }
        notices.add(entity.kind() + " " + entity.id() + " " + entity.meta().revision());
    }

    private Row row(Entity entity) {
        return new Row(table(entity.kind()), entity.id())
                .with("name", entity.name())
                .with("revision", entity.meta().revision())
                .withOnce("created_at", entity.meta().createdAt())
                .with("updated_at", entity.meta().updatedAt())
                .withJson("document", documents.write(entity));
    }

    /** In two tables: what every start changes, and what hardly anything does. */
    private void write(Vm vm, @Nullable Vm before) throws SQLException {
        if (before == null || !before.spec().equals(vm.spec())) {
            store(
                    before,
                    new Row(VM_SPEC, vm.id())
                            .with("name", vm.name())
                            .with("cluster_id", vm.spec().clusterId())
                            .with("template_id", vm.spec().templateId())
                            .with("instance_type_id", vm.spec().instanceTypeId())
                            .withOnce("created_at", vm.meta().createdAt())
                            .withJson("document", documents.write(new SpecPart(vm.id(), vm.spec()))));
        }
        store(
                before,
                new Row("vm_status", vm.id())
                        .with("host_id", vm.hostId())
                        .with("target_host_id", vm.status().targetHostId())
                        .with("state", vm.state().name())
                        .with("revision", vm.meta().revision())
                        .with("updated_at", vm.meta().updatedAt())
                        .withJson("document", documents.write(new StatusPart(vm.status(), vm.meta()))));
    }

    private void write(Operation operation, @Nullable Operation before) throws SQLException {
        Row row = row(operation.asKept())
                .with("type", OperationTypes.of(operation.request()))
                .with("state", operation.state().name())
                .with("subject_kind", operation.about().kind().name())
                .with("subject_id", operation.about().id())
                .with("parent_id", operation.parentId())
                .with("requested_by", operation.requestedBy());
        Explanation explanation = operation.explanation();
        if (explanation != null && (before == null || !explanation.equals(before.explanation()))) {
            row.withJson("explanation", documents.write(explanation));
        }
        store(before, row);
    }

    /** Over what is stored, or where nobody knows of it, over what may be. */
    private void store(@Nullable Entity before, Row row) throws SQLException {
        if (before == null) {
            add(row.upsert(), row.upsertParameters().toArray());
        } else {
            add(row.update(), row.updateParameters().toArray());
        }
    }

    private void log(LogEntry entry) throws SQLException {
        add(
                "insert into event_log (time, severity, code, message, subject_kind, subject_id, subject_name,"
                        + " operation_id, actor) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                entry.time(),
                entry.severity().name(),
                entry.code(),
                entry.message(),
                entry.subject() == null ? null : entry.subject().kind().name(),
                entry.subject() == null ? null : entry.subject().id(),
                entry.subject() == null ? null : entry.subject().name(),
                entry.operationId(),
                entry.actor());
        notices.add("EVENT - 0");
    }

    private void add(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
            if (sql.startsWith(Row.UPDATE)) {
                updates.add(statement);
            }
        }
        if (!inAnyOrder && !pending.contains(statement)) {
            flush();
        }
        pending.add(statement);
        for (int i = 0; i < parameters.length; i++) {
            Object value = parameters[i];
            statement.setObject(i + 1, value instanceof Instant instant ? Timestamp.from(instant) : value);
        }
        statement.addBatch();
    }

    /** Of a new VM both tables are written in the order in which their statements were first needed. */
    private void flush() throws SQLException {
        for (PreparedStatement statement : pending) {
            int[] counts = statement.executeBatch();
            if (updates.contains(statement) && Arrays.stream(counts).anyMatch(count -> count != 1)) {
                throw new SQLException("What is to be changed is not stored: " + statement);
            }
        }
        pending.clear();
    }

    private void announce() throws SQLException {
        try (PreparedStatement notify = connection.prepareStatement("select pg_notify('kvorum_change', ?)")) {
            StringBuilder payload = new StringBuilder();
            for (String notice : new LinkedHashSet<>(notices)) {
                if (payload.length() + notice.length() > NOTIFY_LIMIT_BYTES) {
                    send(notify, payload);
                }
                payload.append(notice).append('\n');
            }
            send(notify, payload);
        }
    }

    private static void send(PreparedStatement notify, StringBuilder payload) throws SQLException {
        if (!payload.isEmpty()) {
            notify.setString(1, payload.toString());
            notify.execute();
            payload.setLength(0);
        }
    }

    static String table(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
    }
}
