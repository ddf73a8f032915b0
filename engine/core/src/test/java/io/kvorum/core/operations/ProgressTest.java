package io.kvorum.core.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import io.kvorum.core.operations.Progress.Migrating;
import io.kvorum.core.testing.FakeHost.Habit;
import io.kvorum.core.testing.TestCluster;
import io.kvorum.core.testing.Things;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far a migration is, as its host tells. */
@NullUnmarked
class ProgressTest {

    private TestCluster cluster;
    private UUID operationId;
    private Effect.SendCommand command;

    @BeforeEach
    void aMigrationThatIsUnderWay() {
        cluster = TestCluster.of(2, Things.on(Things.vm("v"), "h1"));
        cluster.host("h1").habit(AgentCommand.MigrateVm.class, Habit.SWALLOW);
        operationId = cluster.submit(new Request.MigrateVm(Things.id("v"), null));
        cluster.until(
                Duration.ofSeconds(5),
                c -> c.sent.stream().anyMatch(sent -> sent.command() instanceof AgentCommand.MigrateVm));
        command = cluster.sent.getLast();
    }

    private static Progress pass(int percent, long pass) {
        return new Progress(percent, new Migrating(10, 5, 3, 2, pass, Duration.ofMillis(150), false));
    }

    private void told(UUID commandId, Progress progress) {
        cluster.handle(new Event.CommandProgressed(operationId, commandId, progress));
    }

    private Progress progress() {
        return cluster.openOperations().stream()
                .filter(operation -> operation.id().equals(operationId))
                .findFirst()
                .orElseThrow()
                .progress();
    }

    @Test
    void isStoredWhenItIsFurther() {
        assertNull(progress());
        told(command.commandId(), pass(10, 1));
        assertEquals(pass(10, 1), progress());
        told(command.commandId(), pass(30, 2));
        assertEquals(pass(30, 2), progress());
    }

    @Test
    void goesNoFurtherBackAndIsStillToldNowAndThen() {
        told(command.commandId(), pass(90, 1));
        int persists = cluster.persists();

        told(command.commandId(), pass(60, 2));
        assertEquals(persists, cluster.persists());
        cluster.advance(Duration.ofSeconds(3));
        told(command.commandId(), pass(60, 3));

        assertEquals(pass(90, 3), progress());
    }

    @Test
    void ofAnotherCommandItIsNone() {
        told(UUID.randomUUID(), pass(10, 1));

        assertNull(progress());
    }

    @Test
    void isOverWithTheMigration() {
        told(command.commandId(), pass(10, 1));
        cluster.until(Duration.ofHours(2), c -> c.ended.containsKey(operationId));

        assertNull(cluster.ended.get(operationId).progress());
        assertFalse(cluster.ended.get(operationId).steps().isEmpty());
    }

    @Test
    void aShareIsAShareWhateverIsTold() {
        assertEquals(100, Progress.of(250).percent());
        assertEquals(0, Progress.of(-3).percent());
    }
}
