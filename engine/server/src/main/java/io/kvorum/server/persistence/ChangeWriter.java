package io.kvorum.server.persistence;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.OperationRecord;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Lock;
import io.kvorum.core.operations.Operation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
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

    /** Tables in the order of their references. */
    private static final List<Kind> ORDER = List.of(
            Kind.DATA_CENTER,
            Kind.SCHEDULING_POLICY,
            Kind.QUOTA,
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

    private final Connection connection;
    private final Documents documents;
    private final Map<String, PreparedStatement> statements = new LinkedHashMap<>();
    private final List<String> notices = new ArrayList<>();

    /** What waits to be written: of each kind the entities, in the order in which they were first put. */
    private final Map<Kind, Map<UUID, Entity>> puts = new EnumMap<>(Kind.class);

    private final Map<Kind, Map<String, UUID>> names = new EnumMap<>(Kind.class);
    private @Nullable PreparedStatement current;

    ChangeWriter(Connection connection, Documents documents) {
        this.connection = connection;
        this.documents = documents;
    }

    void write(List<Change> changes) throws SQLException {
        List<LogEntry> entries = new ArrayList<>();
        for (Change change : changes) {
            switch (change) {
                case Change.Put(Entity entity) -> gather(entity);
                case Change.Remove(Kind kind, var id) -> {
                    putGathered();
                    add("delete from " + table(kind) + " where id = ?", id);
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

    private void gather(Entity entity) throws SQLException {
        if (!WITHOUT_UNIQUE_NAMES.contains(entity.kind())) {
            Map<String, UUID> owners = names.computeIfAbsent(entity.kind(), kind -> new HashMap<>());
            String name = entity.name().toLowerCase(Locale.ROOT);
            Entity earlier = puts.getOrDefault(entity.kind(), Map.of()).get(entity.id());
            boolean renamed = earlier != null && !earlier.name().equals(entity.name());
            if (renamed || !entity.id().equals(owners.getOrDefault(name, entity.id()))) {
                putGathered();
            }
            owners.put(name, entity.id());
        }
        puts.computeIfAbsent(entity.kind(), kind -> new LinkedHashMap<>()).put(entity.id(), entity);
    }

    private void putGathered() throws SQLException {
        for (Kind kind : ORDER) {
            for (Entity entity : puts.getOrDefault(kind, Map.of()).values()) {
                put(entity);
            }
        }
        lock(puts.getOrDefault(Kind.OPERATION, Map.of()).values());
        puts.clear();
        names.clear();
    }

    /** What operations hold in the end: those that have ended let go before others take. */
    private void lock(Collection<Entity> operations) throws SQLException {
        for (Entity entity : operations) {
            if (entity instanceof Operation operation && operation.state().ended()) {
                add("delete from operation_lock where operation_id = ?", operation.id());
            }
        }
        for (Entity entity : operations) {
            if (entity instanceof Operation operation) {
                for (Lock lock : operation.locks()) {
                    add(
                            "insert into operation_lock (kind, subject_id, operation_id) values (?, ?, ?)"
                                    + " on conflict (kind, subject_id) do update set operation_id = excluded.operation_id",
                            lock.kind().name(),
                            lock.id(),
                            operation.id());
                }
            }
        }
    }

    private void put(Entity entity) throws SQLException {
        switch (entity) {
            case DataCenter dataCenter -> upsert(entity, new String[] {});
            case Cluster cluster ->
                upsert(
                        entity,
                        new String[] {"data_center_id", "custom_policy_id"},
                        cluster.dataCenterId(),
                        cluster.customPolicyId());
            case AffinityGroup group -> upsert(entity, new String[] {"cluster_id"}, group.clusterId());
            case AffinityLabel label -> upsert(entity, new String[] {});
            case Quota quota -> upsert(entity, new String[] {"data_center_id"}, quota.dataCenterId());
            case SchedulingPolicy policy -> upsert(entity, new String[] {});
            case Host host ->
                upsert(
                        entity,
                        new String[] {"cluster_id", "state"},
                        host.spec().clusterId(),
                        host.state().name());
            case StorageDomain domain ->
                upsert(entity, new String[] {"data_center_id", "host_id"}, domain.dataCenterId(), domain.hostId());
            case Network network -> upsert(entity, new String[] {"data_center_id"}, network.dataCenterId());
            case Image image ->
                upsert(
                        entity,
                        new String[] {"storage_domain_id", "state"},
                        image.storageDomainId(),
                        image.state().name());
            case Template template -> upsert(entity, new String[] {"data_center_id"}, template.dataCenterId());
            case Vm vm ->
                upsert(
                        entity,
                        new String[] {"cluster_id", "template_id", "host_id", "target_host_id", "state"},
                        vm.spec().clusterId(),
                        vm.spec().templateId(),
                        vm.hostId(),
                        vm.status().targetHostId(),
                        vm.state().name());
            case BalancingPlan plan ->
                upsert(
                        entity,
                        new String[] {"cluster_id", "state"},
                        plan.clusterId(),
                        plan.state().name());
            case OperationRecord operation -> put((Operation) operation);
        }
        notices.add(entity.kind() + " " + entity.id() + " " + entity.meta().revision());
    }

    private void put(Operation operation) throws SQLException {
        upsert(
                operation,
                new String[] {"type", "state", "subject_kind", "subject_id", "parent_id", "requested_by"},
                OperationTypes.of(operation.request()),
                operation.state().name(),
                operation.about().kind().name(),
                operation.about().id(),
                operation.parentId(),
                operation.requestedBy());
    }

    private void upsert(Entity entity, String[] columns, @Nullable Object... values) throws SQLException {
        StringBuilder names = new StringBuilder("id, name, revision, created_at, updated_at, document");
        StringBuilder marks = new StringBuilder("?, ?, ?, ?, ?, ?::jsonb");
        StringBuilder sets = new StringBuilder("name = excluded.name, revision = excluded.revision,"
                + " updated_at = excluded.updated_at, document = excluded.document");
        for (String column : columns) {
            names.append(", ").append(column);
            marks.append(", ?");
            sets.append(", ").append(column).append(" = excluded.").append(column);
        }
        List<@Nullable Object> parameters = new ArrayList<>();
        parameters.add(entity.id());
        parameters.add(entity.name());
        parameters.add(entity.meta().revision());
        parameters.add(entity.meta().createdAt());
        parameters.add(entity.meta().updatedAt());
        parameters.add(documents.write(entity));
        for (Object value : values) {
            parameters.add(value);
        }
        add(
                "insert into " + table(entity.kind()) + " (" + names + ") values (" + marks
                        + ") on conflict (id) do update set " + sets,
                parameters.toArray());
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
        }
        if (current != statement) {
            flush();
            current = statement;
        }
        for (int i = 0; i < parameters.length; i++) {
            Object value = parameters[i];
            statement.setObject(i + 1, value instanceof Instant instant ? Timestamp.from(instant) : value);
        }
        statement.addBatch();
    }

    private void flush() throws SQLException {
        if (current != null) {
            current.executeBatch();
            current = null;
        }
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
