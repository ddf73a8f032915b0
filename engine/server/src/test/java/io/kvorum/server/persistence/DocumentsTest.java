package io.kvorum.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.MigrationDetail;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.IoPolicy;
import io.kvorum.core.inventory.PressurePolicy;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every record that the database may hold comes back as it was. */
class DocumentsTest {

    private final Documents documents = new Documents();

    static Stream<Arguments> everyRecord() {
        return Stream.of(
                        Request.class,
                        AgentCommand.class,
                        CommandOutcome.class,
                        CommandOutcome.Detail.class,
                        ConfigObject.class,
                        Host.class,
                        Image.class,
                        Template.class,
                        Vm.class,
                        Operation.class,
                        BalancingPlan.class)
                .flatMap(type -> Samples.of(type)
                        .map(sample ->
                                Arguments.of(type, Named.of(sample.getClass().getSimpleName(), sample))));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("everyRecord")
    void comesBackAsItWas(Class<?> type, Object record) {
        assertEquals(record, documents.read(documents.write(record), type));
    }

    /** Rows of clusters, plans and migrations that were stored before disks, networks and pressure counted. */
    @Test
    void whatIsNotInOldDocumentsIsAsByDefault() {
        Cluster cluster = documents.read(without(sample(Cluster.class), "io", "pressure"), Cluster.class);
        assertEquals(IoPolicy.DEFAULT, cluster.balancing().io());
        assertEquals(PressurePolicy.DEFAULT, cluster.balancing().pressure());

        BalancingPlan plan =
                documents.read(without(sample(BalancingPlan.class), "disk", "network", "rolling"), BalancingPlan.class);
        assertNull(plan.rolling());
        assertNull(plan.moves().getFirst().to().after().network());

        MigrationDetail migration =
                documents.read(without(sample(MigrationDetail.class), "dirtiedBytesPerSecond"), MigrationDetail.class);
        assertEquals(0, migration.dirtiedBytesPerSecond());
    }

    private static <T> T sample(Class<T> type) {
        return type.cast(Samples.of(type).findFirst().orElseThrow());
    }

    private String without(Object record, String... fields) {
        try {
            JsonNode document = new ObjectMapper().readTree(documents.write(record));
            for (String field : fields) {
                List<JsonNode> parents = document.findParents(field);
                assertFalse(parents.isEmpty(), field);
                parents.forEach(parent -> ((ObjectNode) parent).remove(field));
            }
            return document.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
