package io.kvorum.agent.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** Replaces a file as a whole: after a crash it has the old content or the new, and the new is on disk. */
public final class AtomicFile {
    private AtomicFile() {}

    /**
     * Writes, syncs, renames and syncs the folder.
     *
     * @param mode permissions such as {@code rw-------}
     */
    public static void write(Path path, byte[] content, String mode) throws IOException {
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a folder");
        Files.createDirectories(folder);
        Path staging = Files.createTempFile(
                folder,
                ".new-",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel channel = FileChannel.open(staging, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(staging, PosixFilePermissions.fromString(mode));
            Files.move(staging, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder(folder);
        } finally {
            Files.deleteIfExists(staging);
        }
    }

    public static void write(Path path, String content, String mode) throws IOException {
        write(path, content.getBytes(StandardCharsets.UTF_8), mode);
    }

    /** Makes renames and removals in the folder durable. */
    public static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
