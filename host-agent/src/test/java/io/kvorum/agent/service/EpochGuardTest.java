package io.kvorum.agent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochGuardTest {
    @TempDir
    Path dir;

    Path file;

    @BeforeEach
    void create() throws IOException {
        file = dir.resolve("epoch");
        EpochGuard.create(file);
    }

    @Test
    void remembersHighestEpochOverRestart() throws IOException {
        EpochGuard.open(file).admit(7);

        EpochGuard restarted = EpochGuard.open(file);

        assertEquals(7, restarted.highest());
        assertRefused(restarted, 6);
        restarted.admit(7);
    }

    @Test
    void refusesLowerEpochWithBothNumbers() throws IOException {
        EpochGuard guard = EpochGuard.open(file);
        guard.admit(41);

        String message = assertRefused(guard, 23);

        assertTrue(message.contains("23") && message.contains("41"), message);
        assertEquals(41, guard.highest());
    }

    @Test
    void refusesWhatComesLateOverAConnectionThatWasReplaced() throws IOException {
        EpochGuard guard = EpochGuard.open(file);
        guard.admit(7, 1);
        guard.admit(7, 2);

        StatusRuntimeException late = assertThrows(StatusRuntimeException.class, () -> guard.admit(7, 1));

        assertEquals(Status.Code.ABORTED, late.getStatus().getCode());
        guard.admit(7, 2);
        guard.admit(7, 0);
    }

    @Test
    void aLaterTermNumbersItsConnectionsAnew() throws IOException {
        EpochGuard guard = EpochGuard.open(file);
        guard.admit(7, 9);

        guard.admit(8, 1);

        assertRefused(guard, 7);
        assertThrows(StatusRuntimeException.class, () -> guard.admit(7, 10));
    }

    @Test
    void refusesEpochZeroAndBelow() throws IOException {
        EpochGuard guard = EpochGuard.open(file);
        assertRefused(guard, 0);
        assertRefused(guard, -1);
    }

    @Test
    void refusesToOpenWithoutReadableFile() throws IOException {
        for (String damaged : List.of("", "soon", "-1", "1.5")) {
            Files.writeString(file, damaged);
            assertThrows(IOException.class, () -> EpochGuard.open(file), damaged);
        }
        Files.delete(file);
        IOException absent = assertThrows(IOException.class, () -> EpochGuard.open(file));
        assertTrue(String.valueOf(absent.getMessage()).contains("--force"), absent.getMessage());
    }

    @Test
    void refusesEpochThatCannotBeWritten() throws IOException {
        EpochGuard guard = EpochGuard.open(file);
        Files.delete(file);
        Files.delete(dir);
        Files.writeString(dir, "a file where the folder was");
        try {
            StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> guard.admit(3));
            assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
            assertEquals(0, guard.highest());
        } finally {
            Files.delete(dir);
            Files.createDirectory(dir);
        }
    }

    @Test
    void tellsListenersOfEachRaiseOnce() throws IOException {
        EpochGuard guard = EpochGuard.open(file);
        List<Long> heard = new ArrayList<>();
        guard.onRaise(heard::add);

        guard.admit(2);
        guard.admit(2);
        guard.admit(5);

        assertEquals(List.of(2L, 5L), heard);
    }

    private static String assertRefused(EpochGuard guard, long epoch) {
        StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> guard.admit(epoch));
        assertEquals(Status.Code.FAILED_PRECONDITION, refused.getStatus().getCode());
        return String.valueOf(refused.getMessage());
    }
}
