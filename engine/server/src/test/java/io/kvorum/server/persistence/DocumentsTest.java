package io.kvorum.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
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
}
