package io.kvorum.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agroal.api.AgroalDataSource;
import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Lock;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.server.EngineResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The leader's side of a real PostgreSQL. What is written here is taken back: the engine of the tests lives on it. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class InventoryStoreTest {

    @Inject
    InventoryStore store;

    @Inject
    AgroalDataSource dataSource;

    @Test
    void writesNothingInATermThatIsOver() throws SQLException {
        long epoch = number("select epoch from term");
        DataCenter late = new DataCenter(UUID.randomUUID(), "too-late", "", META);

        LeadershipLostException refused = assertThrows(
                LeadershipLostException.class, () -> store.persist(epoch - 1, List.of(new Change.Put(late))));

        assertEquals("Term " + (epoch - 1) + " is over; the current one is " + epoch + ".", refused.getMessage());
        assertEquals(0, number("select count(*) from data_center where name = 'too-late'"));
    }

    @Test
    void writesAllChangesOfATransactionOrNone() throws SQLException {
        long epoch = number("select epoch from term");
        DataCenter first = new DataCenter(UUID.randomUUID(), "half-done", "", META);
        DataCenter sameName = new DataCenter(UUID.randomUUID(), "HALF-done", "", META);

        assertThrows(
                Exception.class, () -> store.persist(epoch, List.of(new Change.Put(first), new Change.Put(sameName))));

        assertEquals(0, number("select count(*) from data_center where lower(name) = 'half-done'"));
    }

    /** However much of one transaction is put together, a name passes on in the order of the changes. */
    @Test
    void aNamePassesFromOneToAnotherWithinATransaction() throws SQLException {
        long epoch = number("select epoch from term");
        DataCenter a = new DataCenter(UUID.randomUUID(), "passing-1", "", META);
        DataCenter b = new DataCenter(UUID.randomUUID(), "passing-2", "", META);
        DataCenter c = new DataCenter(UUID.randomUUID(), "passing-3", "", META);
        store.persist(epoch, List.of(new Change.Put(a), new Change.Put(b)));

        store.persist(
                epoch,
                List.of(
                        new Change.Put(b),
                        new Change.Put(renamed(a, "passing-3")),
                        new Change.Put(renamed(b, "passing-1")),
                        new Change.Put(renamed(a, "passing-2")),
                        new Change.Put(c),
                        new Change.Remove(Kind.DATA_CENTER, b.id()),
                        new Change.Put(renamed(c, "passing-1")),
                        new Change.Put(renamed(a, "passing-3")),
                        new Change.Put(renamed(c, "passing-2"))));

        try {
            Map<UUID, String> names = QuarkusTransaction.requiringNew()
                    .call(() -> store.load().stream()
                            .filter(entity -> entity.name().startsWith("passing-"))
                            .collect(Collectors.toMap(Entity::id, Entity::name)));
            assertEquals(Map.of(a.id(), "passing-3", c.id(), "passing-2"), names);
        } finally {
            store.persist(
                    epoch,
                    List.of(new Change.Remove(Kind.DATA_CENTER, a.id()), new Change.Remove(Kind.DATA_CENTER, c.id())));
        }
    }

    /** An operation that ends lets go of what the next one takes in the same transaction. */
    @Test
    void aLockPassesFromOneOperationToTheNextWithinATransaction() throws SQLException {
        long epoch = number("select epoch from term");
        Lock lock = new Lock(Kind.VM, UUID.randomUUID());
        Operation first = operation(OperationState.RUNNING, List.of(lock));
        Operation next = operation(OperationState.RUNNING, List.of(lock));
        Operation ended = with(first, Map.of("state", OperationState.SUCCEEDED, "locks", List.of()));
        store.persist(epoch, List.of(new Change.Put(first)));

        store.persist(epoch, List.of(new Change.Put(next), new Change.Put(ended, first)));

        try {
            assertEquals(
                    1,
                    number("select count(*) from operation_lock where subject_id = '" + lock.id()
                            + "' and operation_id = '" + next.id() + "'"));
        } finally {
            store.persist(
                    epoch,
                    List.of(
                            new Change.Remove(Kind.OPERATION, first.id()),
                            new Change.Remove(Kind.OPERATION, next.id())));
        }
    }

    /** A VM is in two tables; what changes in one of them shows in both directions, and the other one is left alone. */
    @Test
    void aVmIsWhatItWasMadeAndWhatHasBecomeOfIt() throws SQLException {
        long epoch = number("select epoch from term");
        List<Entity> entities = oneOfEachKind();
        Vm made =
                (Vm) entities.stream().filter(Vm.class::isInstance).findFirst().orElseThrow();
        List<Entity> needed = entities.stream()
                .filter(entity -> entity instanceof DataCenter
                        || entity instanceof SchedulingPolicy
                        || entity instanceof Cluster
                        || entity instanceof InstanceType
                        || entity instanceof Host)
                .toList();
        List<Change> puts = new ArrayList<>(needed.stream().map(Change.Put::new).toList());
        puts.add(new Change.Put(made));
        try {
            store.persist(epoch, puts);
            Vm down = made.withStatus(VmStatus.in(VmState.DOWN));
            store.persist(epoch, List.of(new Change.Put(down, made)));
            assertEquals(down, stored(made.id()));
            Vm renamed = down.withSpec(with(made.spec(), Map.of("name", "other-" + made.id())));

            store.persist(epoch, List.of(new Change.Put(renamed, down)));

            assertEquals(renamed, stored(made.id()));
            assertEquals(
                    1, number("select count(*) from vm where name = 'other-" + made.id() + "' and state = 'DOWN'"));
        } finally {
            List<Change> removals = new ArrayList<>(List.of(new Change.Remove(Kind.VM, made.id())));
            needed.reversed().forEach(entity -> removals.add(new Change.Remove(entity.kind(), entity.id())));
            store.persist(epoch, removals);
        }
        assertEquals(0, number("select count(*) from vm_status where id = '" + made.id() + "'"));
    }

    @Test
    void refusesToChangeWhatIsNotStored() throws SQLException {
        long epoch = number("select epoch from term");
        DataCenter nowhere = new DataCenter(UUID.randomUUID(), "nowhere", "", META);

        assertThrows(
                SQLException.class,
                () -> store.persist(epoch, List.of(new Change.Put(renamed(nowhere, "elsewhere"), nowhere))));
    }

    private Entity stored(UUID id) {
        return QuarkusTransaction.requiringNew()
                .call(() -> store.load().stream()
                        .filter(entity -> entity.id().equals(id))
                        .findFirst()
                        .orElseThrow());
    }

    private static Operation operation(OperationState state, List<Lock> locks) {
        return with(
                sample(Operation.class), Map.of("id", UUID.randomUUID(), "state", state, "meta", META, "locks", locks));
    }

    private static DataCenter renamed(DataCenter dataCenter, String name) {
        return new DataCenter(dataCenter.id(), name, dataCenter.description(), META);
    }

    @Test
    void loadsWhatWasPersisted() throws SQLException {
        long epoch = number("select epoch from term");
        List<Entity> entities = oneOfEachKind();
        assertEquals(
                Arrays.stream(Kind.values()).collect(Collectors.toSet()),
                entities.stream().map(Entity::kind).collect(Collectors.toSet()));
        try {
            store.persist(
                    epoch,
                    entities.stream()
                            .map(entity -> (Change) new Change.Put(entity))
                            .toList());

            Map<UUID, Entity> loaded = QuarkusTransaction.requiringNew()
                    .call(() -> store.load().stream().collect(Collectors.toMap(Entity::id, Function.identity())));

            for (Entity entity : entities) {
                assertEquals(entity, loaded.get(entity.id()));
            }
        } finally {
            List<Change> removals = new ArrayList<>();
            for (Entity entity : entities.reversed()) {
                removals.add(new Change.Remove(entity.kind(), entity.id()));
            }
            store.persist(epoch, removals);
        }
    }

    @Test
    void leavesOutOperationsThatHaveEnded() throws SQLException {
        long epoch = number("select epoch from term");
        Operation ended = with(
                sample(Operation.class),
                Map.of("id", UUID.randomUUID(), "state", OperationState.SUCCEEDED, "meta", META, "locks", List.of()));
        store.persist(epoch, List.of(new Change.Put(ended)));

        assertTrue(store.load().stream().noneMatch(entity -> entity.id().equals(ended.id())));

        store.persist(epoch, List.of(new Change.Remove(Kind.OPERATION, ended.id())));
    }

    private static final Meta META = new Meta(
            3, java.time.Instant.parse("2026-01-02T03:04:05.123456Z"), java.time.Instant.parse("2026-01-03T00:00:00Z"));

    /** In the order in which the foreign keys allow them. */
    private static List<Entity> oneOfEachKind() {
        UUID dataCenter = UUID.randomUUID();
        UUID cluster = UUID.randomUUID();
        UUID policy = UUID.randomUUID();
        UUID host = UUID.randomUUID();
        UUID domain = UUID.randomUUID();
        UUID template = UUID.randomUUID();
        UUID instanceType = UUID.randomUUID();
        HostSpec hostSpec = with(sample(HostSpec.class), Map.of("clusterId", cluster));
        Vm vm = sample(Vm.class);
        return List.of(
                with(sample(DataCenter.class), Map.of("id", dataCenter, "meta", META)),
                with(sample(SchedulingPolicy.class), Map.of("id", policy, "meta", META)),
                with(
                        sample(Cluster.class),
                        Map.of("id", cluster, "dataCenterId", dataCenter, "customPolicyId", policy, "meta", META)),
                with(sample(AffinityGroup.class), Map.of("id", UUID.randomUUID(), "clusterId", cluster, "meta", META)),
                with(sample(Quota.class), Map.of("id", UUID.randomUUID(), "dataCenterId", dataCenter, "meta", META)),
                with(sample(InstanceType.class), Map.of("id", instanceType, "meta", META)),
                with(sample(AffinityLabel.class), Map.of("id", UUID.randomUUID(), "meta", META)),
                with(sample(Host.class), Map.of("id", host, "spec", hostSpec, "meta", META)),
                with(
                        sample(StorageDomain.class),
                        Map.of("id", domain, "dataCenterId", dataCenter, "hostId", host, "meta", META)),
                with(sample(Network.class), Map.of("id", UUID.randomUUID(), "dataCenterId", dataCenter, "meta", META)),
                with(
                        sample(Image.class),
                        Map.of("id", UUID.randomUUID(), "storageDomainId", domain, "hostId", host, "meta", META)),
                with(sample(Template.class), Map.of("id", template, "dataCenterId", dataCenter, "meta", META)),
                with(sample(BalancingPlan.class), Map.of("id", UUID.randomUUID(), "clusterId", cluster, "meta", META)),
                with(
                        vm,
                        Map.of(
                                "id",
                                UUID.randomUUID(),
                                "spec",
                                with(
                                        vm.spec(),
                                        Map.of(
                                                "clusterId",
                                                cluster,
                                                "templateId",
                                                template,
                                                "instanceTypeId",
                                                instanceType)),
                                "status",
                                with(vm.status(), Map.of("hostId", host, "targetHostId", host)),
                                "meta",
                                META)),
                with(
                        sample(Operation.class),
                        Map.of("id", UUID.randomUUID(), "state", OperationState.RUNNING, "meta", META)));
    }

    private static <T> T sample(Class<T> type) {
        return type.cast(Samples.of(type).findFirst().orElseThrow());
    }

    /** The record with some components replaced. */
    private static <T> T with(T record, Map<String, Object> replaced) {
        try {
            RecordComponent[] components = record.getClass().getRecordComponents();
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                Object old = components[i].getAccessor().invoke(record);
                values[i] = replaced.getOrDefault(components[i].getName(), old);
            }
            @SuppressWarnings("unchecked")
            Constructor<T> constructor = (Constructor<T>) record.getClass()
                    .getDeclaredConstructor(Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new));
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
