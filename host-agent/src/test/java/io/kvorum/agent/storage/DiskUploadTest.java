package io.kvorum.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.stub.Samples;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskResult;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images are made by the real qemu-img. */
class DiskUploadTest {
    private static final long SIZE = 2L << 20;
    private static final int VIRTUAL_SIZE_OFFSET = 24;

    @TempDir
    Path dir;

    final FolderDisks disks = new FolderDisks("99999999-9999-4999-8999-999999999999");
    Path folder;

    @BeforeEach
    void makeDomain() {
        folder = dir.resolve("kvorum-" + Samples.DOMAIN).resolve("disks");
        disks.inspect(InspectStorage.newBuilder()
                .setStorageDomain(Samples.domain(dir))
                .setCreate(true)
                .build());
    }

    @Test
    void takesGoodImageAndTellsItsChecksum() throws Exception {
        byte[] image = qcow2();
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image));

        DiskResult result = upload(header(image).setSha256(sha256.toUpperCase(java.util.Locale.ROOT)), image);

        assertEquals(SIZE, result.getSizeBytes());
        assertEquals(sha256, result.getSha256());
        assertEquals(List.of(Samples.diskId(1)), files());
        assertEquals(-1, Arrays.mismatch(image, Files.readAllBytes(folder.resolve(Samples.diskId(1)))));
    }

    @Test
    void takesRawImage() throws Exception {
        byte[] image = new byte[(int) SIZE];

        assertEquals(
                SIZE,
                upload(header(image).setFormat(DiskFormat.DISK_FORMAT_RAW), image)
                        .getSizeBytes());
    }

    @Test
    void leavesNothingOfTruncatedUpload() throws Exception {
        byte[] image = qcow2();

        String message = assertInvalid(header(image).setLengthBytes(image.length + 1), image);

        assertTrue(message.contains(Integer.toString(image.length)), message);
    }

    @Test
    void refusesMoreThanAnnounced() throws Exception {
        byte[] image = qcow2();
        assertInvalid(header(image).setLengthBytes(image.length - 1), image);
    }

    @Test
    void refusesWrongChecksum() throws Exception {
        byte[] image = qcow2();
        assertInvalid(header(image).setSha256("0".repeat(64)), image);
    }

    @Test
    void refusesBytesThatAreNotOfDeclaredFormat() throws Exception {
        byte[] noQcow2 = new byte[(int) SIZE];

        assertThrows(CommandFailure.class, () -> upload(header(noQcow2), noQcow2));

        assertEquals(List.of(), files());
    }

    @Test
    void refusesBackingFile() throws Exception {
        Path image = dir.resolve("backed");
        qemuImg("create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "/etc/shadow", image.toString(), "2M");

        String message = assertInvalid(header(Files.readAllBytes(image)), Files.readAllBytes(image));

        assertTrue(message.contains("another file"), message);
        assertFalse(message.contains("shadow"), "what lies elsewhere is not told: " + message);
    }

    @Test
    void refusesExternalDataFile() throws Exception {
        Path image = dir.resolve("split");
        qemuImg("create", "-q", "-f", "qcow2", "-o", "data_file=" + dir.resolve("data"), image.toString(), "2M");

        assertInvalid(header(Files.readAllBytes(image)), Files.readAllBytes(image));
    }

    @Test
    void refusesInternalSnapshots() throws Exception {
        Path image = dir.resolve("snapshot");
        qemuImg("create", "-q", "-f", "qcow2", image.toString(), "2M");
        qemuImg("snapshot", "-c", "one", image.toString());

        assertInvalid(header(Files.readAllBytes(image)), Files.readAllBytes(image));
    }

    @Test
    void refusesAbsurdVirtualSize() throws Exception {
        for (long size : new long[] {512, 1L << 47, Long.MAX_VALUE & -512}) {
            byte[] image = qcow2();
            ByteBuffer.wrap(image).putLong(VIRTUAL_SIZE_OFFSET, size);

            assertThrows(CommandFailure.class, () -> upload(header(image), image), "size " + size);

            assertEquals(List.of(), files());
        }
    }

    @Test
    void refusesTakenIdAndKeepsWhatIsThere() throws Exception {
        byte[] image = qcow2();
        upload(header(image), image);

        CommandFailure refused = assertThrows(CommandFailure.class, () -> upload(header(image), image));

        assertEquals(FailureReason.FAILURE_REASON_CONFLICT, refused.reason());
        assertEquals(List.of(Samples.diskId(1)), files());
    }

    @Test
    void refusesIdThatLeadsOut() throws Exception {
        byte[] image = qcow2();
        assertInvalid(header(image).setDiskId("../../escape"), image);
        assertFalse(Files.exists(dir.resolve("escape")));
    }

    @Test
    void refusesImageThatDoesNotFit() throws Exception {
        CommandFailure refused = assertThrows(
                CommandFailure.class,
                () -> disks.upload(header(new byte[0]).setLengthBytes(1L << 60).build()));

        assertEquals(FailureReason.FAILURE_REASON_NO_CAPACITY, refused.reason());
        assertEquals(List.of(), files());
    }

    private DiskResult upload(WriteDiskHeader.Builder header, byte[] image) {
        try (DiskStore.Upload upload = disks.upload(header.build())) {
            int half = image.length / 2;
            upload.write(Arrays.copyOf(image, half));
            upload.write(Arrays.copyOfRange(image, half, image.length));
            return upload.finish();
        }
    }

    private String assertInvalid(WriteDiskHeader.Builder header, byte[] image) throws IOException {
        CommandFailure refused = assertThrows(CommandFailure.class, () -> upload(header, image));
        assertEquals(FailureReason.FAILURE_REASON_INVALID, refused.reason(), refused.getMessage());
        assertEquals(List.of(), files());
        return String.valueOf(refused.getMessage());
    }

    private WriteDiskHeader.Builder header(byte[] image) {
        return WriteDiskHeader.newBuilder()
                .setDiskId(Samples.diskId(1))
                .setStorageDomain(Samples.domain(dir))
                .setFormat(DiskFormat.DISK_FORMAT_QCOW2)
                .setLengthBytes(image.length);
    }

    private byte[] qcow2() throws IOException {
        Path image = dir.resolve("image");
        qemuImg("create", "-q", "-f", "qcow2", image.toString(), Long.toString(SIZE));
        return Files.readAllBytes(image);
    }

    private static void qemuImg(String... arguments) {
        QemuImage.run(List.of(arguments), java.time.Duration.ofSeconds(60));
    }

    private List<String> files() throws IOException {
        try (var stream = Files.list(folder)) {
            return stream.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
