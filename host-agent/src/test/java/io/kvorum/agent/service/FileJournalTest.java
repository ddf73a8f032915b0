package io.kvorum.agent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.service.CommandJournal.Begun;
import io.kvorum.agent.service.CommandJournal.Ended;
import io.kvorum.agent.service.CommandJournal.Subject;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.Success;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
    private static final Subject SUBJECT = new Subject(10, "vm-1", "10.0.0.2", "host-2");

    @TempDir
    Path dir;

    Path file;
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    final InstantSource clock = () -> now;

    @BeforeEach
    void name() {
        file = dir.resolve("journal");
    }

    @Test
    void keepsBeginningsAndOutcomesOverRestart() throws IOException {
        try (FileJournal journal = FileJournal.open(file, clock)) {
            journal.begin("a", SUBJECT);
            journal.begin("b", SUBJECT);
            journal.end(outcome("b"));
        }

        try (FileJournal restarted = FileJournal.open(file, clock)) {
            assertEquals(Optional.of(new Begun(SUBJECT)), restarted.find("a"));
            assertEquals(Optional.of(new Ended(outcome("b"))), restarted.find("b"));
            assertEquals(Optional.empty(), restarted.find("c"));
        }
    }

    @Test
    void dropsRecordTornAtTheEndWhereverItTore() throws IOException {
        long whole;
        try (FileJournal journal = FileJournal.open(file, clock)) {
            journal.begin("a", SUBJECT);
            whole = Files.size(file);
            journal.begin("b", SUBJECT);
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int length = (int) whole; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            try (FileJournal torn = FileJournal.open(file, clock)) {
                assertTrue(torn.find("a").isPresent(), "at " + length);
                assertTrue(torn.find("b").isEmpty(), "at " + length);
            }
        }
    }

    @Test
    void dropsLastRecordWithWrongChecksum() throws IOException {
        try (FileJournal journal = FileJournal.open(file, clock)) {
            journal.begin("a", SUBJECT);
            journal.begin("b", SUBJECT);
        }
        damage((int) Files.size(file) - 1);

        try (FileJournal journal = FileJournal.open(file, clock)) {
            assertTrue(journal.find("a").isPresent());
            assertTrue(journal.find("b").isEmpty());
        }
    }

    @Test
    void refusesToOpenWithDamageBeforeTheEnd() throws IOException {
        try (FileJournal journal = FileJournal.open(file, clock)) {
            journal.begin("a", SUBJECT);
            journal.begin("b", SUBJECT);
        }
        damage(12);

        IOException refused = assertThrows(IOException.class, () -> FileJournal.open(file, clock));

        assertTrue(String.valueOf(refused.getMessage()).contains("damaged at byte 0"), refused.getMessage());
    }

    @Test
    void forgetsAfterADay() throws IOException {
        try (FileJournal journal = FileJournal.open(file, clock)) {
            journal.end(outcome("old"));
            now = now.plus(FileJournal.AGE).minus(Duration.ofHours(1));
            journal.end(outcome("new"));
        }
        now = now.plus(Duration.ofHours(2));

        try (FileJournal journal = FileJournal.open(file, clock)) {
            assertTrue(journal.find("old").isEmpty());
            assertTrue(journal.find("new").isPresent());
        }
    }

    @Test
    void keepsTheNewestUpToItsBound() throws IOException {
        int limit = 20;
        try (FileJournal journal = FileJournal.open(file, clock, limit)) {
            for (int i = 0; i < 10 * limit; i++) {
                journal.end(outcome("c" + i));
            }
            assertTrue(journal.find("c0").isEmpty());
            assertTrue(journal.find("c" + (10 * limit - 1)).isPresent());
            long size = Files.size(file);
            assertTrue(size < 100L * 2 * limit, "size " + size);
        }
        try (FileJournal journal = FileJournal.open(file, clock, limit)) {
            assertTrue(journal.find("c" + (9 * limit - 1)).isEmpty());
            assertTrue(journal.find("c" + 9 * limit).isPresent());
        }
    }

    private void damage(int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    private static ExecuteResponse outcome(String id) {
        return ExecuteResponse.newBuilder()
                .setCommandId(id)
                .setSuccess(Success.getDefaultInstance())
                .build();
    }
}
