package io.kvorum.server.persistence;

import io.agroal.api.AgroalDataSource;
import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Operation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The leader's side of the database: loads the inventory at the beginning of a term, and stores what the controller
 * decided. Every transaction first proves that its term is still the current one.
 */
@ApplicationScoped
public class InventoryStore {

    private static final int ROWS_AT_ONCE = 1000;

    private final AgroalDataSource dataSource;
    private final Documents documents;

    InventoryStore(AgroalDataSource dataSource, Documents documents) {
        this.dataSource = dataSource;
        this.documents = documents;
    }

    /** Begins a term: the epoch grows by one, in the transaction that makes this replica the leader. */
    @Transactional
    public long beginTerm(String replica, String address) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "update term set epoch = epoch + 1, leader = ?, address = ?, since = now() returning epoch")) {
            statement.setString(1, replica);
            statement.setString(2, address);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }

    /** Everything but operations that have ended. */
    @Transactional
    public List<Entity> load() throws SQLException {
        List<Entity> entities = new ArrayList<>();
        try (Connection connection = dataSource.getConnection()) {
            for (Kind kind : Kind.values()) {
                boolean operations = kind == Kind.OPERATION;
                load(
                        connection,
                        "select " + (operations ? OperationQueue.WHOLE_DOCUMENT : "document") + " from "
                                + ChangeWriter.table(kind)
                                + (operations ? " where state in ('QUEUED', 'RUNNING')" : "")
                                + " order by created_at, id",
                        typeOf(kind),
                        entities);
            }
        }
        return entities;
    }

    private static Class<? extends Entity> typeOf(Kind kind) {
        return switch (kind) {
            case DATA_CENTER -> DataCenter.class;
            case CLUSTER -> Cluster.class;
            case HOST -> Host.class;
            case STORAGE_DOMAIN -> StorageDomain.class;
            case NETWORK -> Network.class;
            case AFFINITY_GROUP -> AffinityGroup.class;
            case AFFINITY_LABEL -> AffinityLabel.class;
            case SCHEDULING_POLICY -> SchedulingPolicy.class;
            case QUOTA -> Quota.class;
            case INSTANCE_TYPE -> InstanceType.class;
            case IMAGE -> Image.class;
            case TEMPLATE -> Template.class;
            case VM -> Vm.class;
            case BALANCING_PLAN -> BalancingPlan.class;
            case OPERATION -> Operation.class;
        };
    }

    /** Row by row: a fleet's VMs as text would take a multiple of what they take as records. */
    private void load(Connection connection, String query, Class<? extends Entity> type, List<Entity> entities)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setFetchSize(ROWS_AT_ONCE);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    entities.add(documents.read(rows.getString(1), type));
                }
            }
        }
    }

    /** Stores the changes in one transaction and tells all replicas about them when it has committed. */
    @Transactional
    public void persist(long epoch, List<Change> changes) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            proveTerm(connection, epoch);
            try (ChangeWriter writer = new ChangeWriter(connection, documents)) {
                writer.write(changes);
            }
        }
    }

    private static void proveTerm(Connection connection, long epoch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select epoch from term for share");
                ResultSet result = statement.executeQuery()) {
            result.next();
            if (result.getLong(1) != epoch) {
                throw new LeadershipLostException(epoch, result.getLong(1));
            }
        }
    }
}
