package io.kvorum.server.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Duration;
import io.kvorum.core.controller.Event.CommandProgressed;
import io.kvorum.core.operations.Progress;
import io.kvorum.core.operations.Progress.Migrating;
import io.kvorum.proto.agent.v1.CommandProgress;
import io.kvorum.proto.agent.v1.WatchResponse;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What hosts say of a command's progress, true or not. */
class ReportWordsTest {

    private static final UUID COMMAND = new UUID(0, 1);
    private static final UUID OPERATION = new UUID(0, 2);

    private static Progress read(CommandProgress.Builder told) {
        ReportWords words = new ReportWords(new UUID(0, 3), id -> Optional.of(OPERATION));
        WatchResponse report = WatchResponse.newBuilder()
                .setProgress(told.setCommandId(COMMAND.toString()))
                .build();
        return ((CommandProgressed) words.report(report).orElseThrow()).progress();
    }

    @Test
    void aMigrationTellsHowItGoes() {
        Progress progress = read(CommandProgress.newBuilder()
                .setPercent(40)
                .setDoneBytes(600)
                .setTotalBytes(1000)
                .setRemainingBytes(200)
                .setBytesPerSecond(70)
                .setDirtyBytesPerSecond(60)
                .setPass(2)
                .setAllowedDowntime(Duration.newBuilder().setNanos(150_000_000)));

        assertEquals(
                new Progress(40, new Migrating(600, 200, 70, 60, 2, java.time.Duration.ofMillis(150), false)),
                progress);
    }

    @Test
    void whereNothingIsCopiedThereIsAPercentageAlone() {
        assertEquals(Progress.of(70), read(CommandProgress.newBuilder().setPercent(70)));
    }

    @Test
    void absurdFiguresAreTakenForNone() {
        Progress progress = read(CommandProgress.newBuilder()
                .setPercent(-40)
                .setDoneBytes(-1)
                .setTotalBytes(1000)
                .setRemainingBytes(Long.MIN_VALUE)
                .setBytesPerSecond(-70)
                .setDirtyBytesPerSecond(-60)
                .setPass(-2)
                .setAllowedDowntime(
                        Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(-1)));

        assertEquals(new Progress(0, new Migrating(0, 0, 0, 0, 0, java.time.Duration.ofHours(1), false)), progress);
    }
}
