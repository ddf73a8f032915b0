package io.kvorum.agent.lease;

import io.kvorum.agent.files.AtomicFile;
import io.kvorum.agent.hypervisor.CommandFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import java.util.UUID;
import java.util.function.ToIntFunction;

/** A file of sanlock's in a storage domain, made whole under another name first, and never over one that is there. */
final class LeaseFile {
    private static final String SANLOCK_GROUP = "sanlock";

    private LeaseFile() {}

    /**
     * Makes the file unless it is there.
     *
     * @param write has sanlock write its content; answers as {@link Sanlock} does
     */
    static void make(Path file, ToIntFunction<Path> write) {
        if (Files.exists(file)) {
            return;
        }
        Path folder = Objects.requireNonNull(file.getParent(), "a lease lies in a folder");
        Path staging = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".new");
        try {
            if (!Files.isDirectory(Objects.requireNonNull(folder.getParent(), "a domain has a folder"))) {
                throw CommandFailure.notFound("There is no storage domain in " + folder.getParent()
                        + ". Check that its file system is mounted");
            }
            Files.createDirectories(folder);
            Files.createFile(staging);
            shareWithSanlock(staging);
            int ended = write.applyAsInt(staging);
            if (ended != Sanlock.DONE) {
                throw CommandFailure.storage("sanlock could not write " + file + ": " + words(ended));
            }
            publish(staging, file);
            AtomicFile.syncFolder(folder);
        } catch (IOException e) {
            throw CommandFailure.storage("No lease can be kept in " + folder + ": " + e
                    + ". Check that the storage has space left and can be written");
        } finally {
            discard(staging);
        }
    }

    /** Two hosts that make the same file at once cannot replace each other's: a link, unlike a move, is never made over a file. */
    private static void publish(Path staging, Path file) throws IOException {
        try {
            Files.createLink(file, staging);
        } catch (FileAlreadyExistsException e) {
            // The other one was first, and its file is as good.
        }
    }

    /** The daemon does not run as root. */
    private static void shareWithSanlock(Path file) throws IOException {
        try {
            GroupPrincipal group =
                    file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(SANLOCK_GROUP);
            PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            view.setGroup(group);
            view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
        } catch (UserPrincipalNotFoundException e) {
            // Then it runs as somebody who needs no permission.
        }
    }

    private static void discard(Path staging) {
        try {
            Files.deleteIfExists(staging);
        } catch (IOException e) {
            // Left there under a name that nothing uses.
        }
    }

    static String words(int ended) {
        return switch (ended) {
            case Sanlock.NO_ANSWER -> "its daemon does not answer";
            case Sanlock.NO_SPACE -> "no space is left there";
            case Sanlock.ABSENT, -19, -5, -30, -13 ->
                "it cannot read or write there (error " + ended + "); see sanlock's log";
            default -> "it ended with " + ended + "; see sanlock's log";
        };
    }
}
