package io.kvorum.agent.storage;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.DiskResult;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * An image on its way in: streamed to a hidden file, checked (length, SHA-256, that it is what was declared and refers
 * to nothing else), then renamed. Closing it without finishing leaves nothing.
 */
final class DiskUpload implements DiskStore.Upload {
    private static final long SPARE_BYTES = 64L << 20;

    private final WriteDiskHeader header;
    private final Path disk;
    private final Path staging;
    private final FileChannel channel;
    private final MessageDigest digest;
    private long received;

    DiskUpload(WriteDiskHeader header, Path disk, Path staging) {
        this.header = header;
        this.disk = disk;
        this.staging = staging;
        try {
            long free = Files.getFileStore(java.util.Objects.requireNonNull(disk.getParent()))
                    .getUsableSpace();
            if (header.getLengthBytes() + SPARE_BYTES > free) {
                throw CommandFailure.noCapacity("The image has " + header.getLengthBytes()
                        + " bytes; the storage domain has " + free + " free");
            }
            this.digest = MessageDigest.getInstance("SHA-256");
            this.channel = FileChannel.open(staging, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw CommandFailure.storage("The upload of disk " + header.getDiskId() + " could not begin: " + e);
        }
    }

    @Override
    public void write(byte[] data) {
        received += data.length;
        if (received > header.getLengthBytes()) {
            throw CommandFailure.invalid("More bytes came than the announced " + header.getLengthBytes());
        }
        digest.update(data);
        try {
            ByteBuffer buffer = ByteBuffer.wrap(data);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw CommandFailure.storage("The upload of disk " + header.getDiskId() + " could not be written: " + e);
        }
    }

    @Override
    public DiskResult finish() {
        if (received != header.getLengthBytes()) {
            throw CommandFailure.invalid(
                    received + " bytes came, " + header.getLengthBytes() + " were announced; upload it again");
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        if (!header.getSha256().isEmpty() && !header.getSha256().equalsIgnoreCase(sha256)) {
            throw CommandFailure.invalid(
                    "The bytes have SHA-256 " + sha256 + ", announced was " + header.getSha256() + "; upload it again");
        }
        try {
            channel.force(true);
            channel.close();
        } catch (IOException e) {
            throw CommandFailure.storage("The upload of disk " + header.getDiskId() + " did not reach the disk: " + e);
        }
        QemuImage.vet(staging, header.getFormat());
        return FolderDisks.publish(staging, disk, header.getDiskId(), header.getFormat()).toBuilder()
                .setSha256(sha256)
                .build();
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(staging);
        } catch (IOException e) {
            throw CommandFailure.storage("The unfinished upload " + staging + " could not be removed: " + e);
        }
    }
}
