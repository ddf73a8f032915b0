package io.kvorum.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agroal.api.AgroalDataSource;
import io.kvorum.server.EngineResource;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an older engine stored is there after the upgrade, in a schema of its own beside the engine of the tests. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class SchemaUpgradeTest {

    private static final String SCHEMA = "older_engine";
    private static final String ID = "00000000-0000-0000-0000-00000000000";

    @Inject
    AgroalDataSource dataSource;

    private Flyway upTo(String version) {
        return Flyway.configure()
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .locations("classpath:db/migration")
                .target(version)
                .load();
    }

    @AfterEach
    void tidyUp() throws SQLException {
        run("drop schema if exists " + SCHEMA + " cascade");
    }

    @Test
    void vmsKeepTheirStateAndOperationsTheirExplanation() throws SQLException {
        upTo("12").migrate();
        String times = "1, now(), now()";
        run("insert into data_center (id, name, revision, created_at, updated_at, document) values" + " ('" + ID
                + "1', 'dc', " + times + ", '{}')");
        run("insert into cluster (id, name, data_center_id, revision, created_at, updated_at, document) values" + " ('"
                + ID + "2', 'c', '" + ID + "1', " + times + ", '{}')");
        run("insert into host (id, name, cluster_id, state, revision, created_at, updated_at, document) values" + " ('"
                + ID + "3', 'h', '" + ID + "2', 'UP', " + times + ", '{}')");
        String vm = "{\"id\":\"" + ID + "4\",\"spec\":{\"name\":\"v\",\"hardware\":{\"sockets\":2,\"coresPerSocket\":3,"
                + "\"threadsPerCore\":1,\"memoryBytes\":8589934592}},"
                + "\"status\":{\"state\":\"UP\",\"hostId\":\"" + ID + "3\"},\"meta\":{\"revision\":7}}";
        run("insert into vm (id, name, cluster_id, host_id, state, revision, created_at, updated_at, document) values"
                + " ('" + ID + "4', 'v', '" + ID + "2', '" + ID + "3', 'UP', 7, now(), now(), '" + vm + "')");
        run("insert into operation (id, name, type, state, subject_kind, subject_id, requested_by, idempotency_key,"
                + " revision, created_at, updated_at, document) values ('" + ID + "5', 'start v', 'start_vm',"
                + " 'SUCCEEDED', 'VM', '" + ID + "4', 'admin', 'k', " + times
                + ", '{\"summary\":\"It runs.\",\"explanation\":{\"summary\":\"best on h\"}}')");

        upTo("latest").migrate();

        assertEquals("t", ask("select document = '" + vm + "'::jsonb from vm"));
        assertEquals("UP/" + ID + "3/7", ask("select state || '/' || host_id || '/' || revision from vm"));
        assertEquals("6/8589934592", ask("select vcpus || '/' || memory_bytes from vm_spec"));
        assertEquals(
                "{\"summary\": \"It runs.\"}/best on h",
                ask("select document::text || '/' || (explanation ->> 'summary') from operation"));
    }

    private void run(String sql) throws SQLException {
        ask(sql);
    }

    /** The first column of the first row that it answers, if it answers any. */
    private String ask(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to " + SCHEMA + ", public");
            try {
                if (!statement.execute(sql)) {
                    return "";
                }
                try (ResultSet rows = statement.getResultSet()) {
                    return rows.next() ? rows.getString(1) : "";
                }
            } finally {
                statement.execute("reset search_path");
            }
        }
    }
}
