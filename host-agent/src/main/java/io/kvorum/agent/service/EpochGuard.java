package io.kvorum.agent.service;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kvorum.agent.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/**
 * Remembers the highest epoch that any caller named, and refuses lower ones, so that a leader that was replaced cannot
 * command any more. A higher one is on disk before it counts.
 */
public final class EpochGuard {
    private final Optional<Path> file;
    private final CopyOnWriteArrayList<LongConsumer> raised = new CopyOnWriteArrayList<>();
    private volatile long highest;
    private long sessionEpoch;
    private long latestSession;

    private EpochGuard(Optional<Path> file, long highest) {
        this.file = file;
        this.highest = highest;
    }

    /** Forgets with the process: for simulated hosts. */
    public static EpochGuard inMemory() {
        return new EpochGuard(Optional.empty(), 0);
    }

    /** Begins at 0, when a host joins. */
    public static void create(Path file) throws IOException {
        AtomicFile.write(file, "0\n", "rw-------");
    }

    /** Reads what {@link #create} or a guard wrote; a file that cannot be read is an error, never epoch 0. */
    public static EpochGuard open(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException(
                    "The epoch file " + file + " cannot be read (" + e
                            + "). Without it an old leader could command this host. Restore it, or join again with --force",
                    e);
        }
        try {
            long epoch = Long.parseLong(text);
            if (epoch >= 0) {
                return new EpochGuard(Optional.of(file), epoch);
            }
        } catch (NumberFormatException e) {
            // Told below, with the file's name.
        }
        throw new IOException(
                "The epoch file " + file + " holds no number of 0 or more. Restore it, or join again with --force");
    }

    public long highest() {
        return highest;
    }

    /** Hears of every new highest epoch. */
    void onRaise(LongConsumer listener) {
        raised.add(listener);
    }

    /**
     * Admits the epoch, and throws ABORTED for a connection that a later one of the same leader has replaced: what comes
     * late over it must not begin, since the leader may have asked since, and believed the answer. Connections end with
     * this process, so their numbers need not be kept. 0 is not checked.
     */
    void admit(long epoch, long session) {
        admit(epoch);
        synchronized (this) {
            if (session == 0 || epoch < sessionEpoch) {
                return;
            }
            if (epoch > sessionEpoch) {
                sessionEpoch = epoch;
                latestSession = 0;
            }
            if (session < latestSession) {
                throw new StatusRuntimeException(Status.ABORTED.withDescription("It came over connection " + session
                        + ", which connection " + latestSession + " has replaced. Send it again over that one"));
            }
            latestSession = session;
        }
    }

    /** Throws FAILED_PRECONDITION with both numbers for an epoch below the highest. */
    public void admit(long epoch) {
        synchronized (this) {
            if (epoch < highest || epoch <= 0) {
                throw new StatusRuntimeException(Status.FAILED_PRECONDITION.withDescription("Epoch " + epoch
                        + " is over: this host has seen epoch " + highest + ". Another engine leads now"));
            }
            if (epoch == highest) {
                return;
            }
            if (file.isPresent()) {
                try {
                    AtomicFile.write(file.get(), epoch + "\n", "rw-------");
                } catch (IOException e) {
                    throw new StatusRuntimeException(Status.UNAVAILABLE
                            .withDescription("Epoch " + epoch + " could not be written to " + file.get() + ": " + e)
                            .withCause(e));
                }
            }
            highest = epoch;
        }
        raised.forEach(listener -> listener.accept(epoch));
    }
}
