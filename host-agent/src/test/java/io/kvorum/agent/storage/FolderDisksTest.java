package io.kvorum.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.rules.CommandRules;
import io.kvorum.agent.stub.Samples;
import io.kvorum.proto.agent.v1.CreateDisk;
import io.kvorum.proto.agent.v1.DeleteDisk;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskRef;
import io.kvorum.proto.agent.v1.DiskResult;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDisksTest {
    private static final String HOST = "99999999-9999-4999-8999-999999999999";
    private static final String OTHER = "88888888-8888-4888-8888-888888888888";
    private static final long SIZE = 4L << 20;

    @TempDir
    Path dir;

    final FolderDisks disks = new FolderDisks(HOST);
    StorageDomainRef domain;
    Path folder;

    @BeforeEach
    void makeDomain() {
        domain = Samples.domain(dir);
        folder = dir.resolve("kvorum-" + Samples.DOMAIN).resolve("disks");
        disks.inspect(InspectStorage.newBuilder()
                .setStorageDomain(domain)
                .setCreate(true)
                .build());
    }

    @Test
    void createsDisksOfBothFormatsOnce() throws IOException {
        for (DiskFormat format : List.of(DiskFormat.DISK_FORMAT_QCOW2, DiskFormat.DISK_FORMAT_RAW)) {
            CreateDisk command =
                    create(format.getNumber(), SIZE).setFormat(format).build();

            DiskResult first = disks.create(command, context());
            DiskResult second = disks.create(command, context());

            assertEquals(SIZE, first.getSizeBytes());
            assertEquals(first, second);
        }
        assertEquals(2, files().size());
    }

    @Test
    void refusesSameIdWithAnotherSize() {
        disks.create(create(1, SIZE).build(), context());

        CommandFailure refused = assertThrows(
                CommandFailure.class, () -> disks.create(create(1, 2 * SIZE).build(), context()));

        assertEquals(FailureReason.FAILURE_REASON_CONFLICT, refused.reason());
    }

    @Test
    void makesLinkedCloneThatTakesNoSpaceOfItsOwn() throws Exception {
        disks.create(create(1, SIZE).build(), context());
        CreateDisk clone = create(2, SIZE).setBacking(ref(1)).build();

        DiskResult first = disks.create(clone, context());
        DiskResult second = disks.create(clone, context());

        assertEquals(first, second);
        QemuImage.Info info = QemuImage.info(folder.resolve(Samples.diskId(2)), DiskFormat.DISK_FORMAT_QCOW2);
        assertTrue(info.refersElsewhere());
        assertEquals(SIZE, info.virtualSize());
    }

    @Test
    void makesFullCopyThatIsGrownAndStandsAlone() throws Exception {
        disks.create(create(1, SIZE).build(), context());
        CreateDisk copy = create(2, 2 * SIZE)
                .setFormat(DiskFormat.DISK_FORMAT_RAW)
                .setCopyOf(ref(1))
                .build();

        DiskResult first = disks.create(copy, context());
        DiskResult second = disks.create(copy, context());

        assertEquals(first, second);
        assertEquals(2 * SIZE, Files.size(folder.resolve(Samples.diskId(2))));
    }

    @Test
    void refusesCopyOfDiskThatIsNotThereAndLeavesNothing() throws IOException {
        CommandFailure refused = assertThrows(
                CommandFailure.class,
                () -> disks.create(create(2, SIZE).setCopyOf(ref(7)).build(), context()));

        assertEquals(FailureReason.FAILURE_REASON_NOT_FOUND, refused.reason());
        assertEquals(List.of(), files());
    }

    @Test
    void refusesCopyIntoLessSpace() throws IOException {
        disks.create(create(1, 2 * SIZE).build(), context());

        CommandFailure refused = assertThrows(
                CommandFailure.class,
                () -> disks.create(create(2, SIZE).setCopyOf(ref(1)).build(), context()));

        assertEquals(FailureReason.FAILURE_REASON_INVALID, refused.reason());
        assertEquals(1, files().size());
    }

    @Test
    void deletesAndTakesAbsentDiskAsDeleted() throws IOException {
        disks.create(create(1, SIZE).build(), context());
        DeleteDisk command = DeleteDisk.newBuilder()
                .setStorageDomain(domain)
                .setDiskId(Samples.diskId(1))
                .build();

        disks.delete(command);
        disks.delete(command);

        assertEquals(List.of(), files());
    }

    @Test
    void saysWhereDomainIsNotMounted() {
        StorageDomainRef elsewhere = Samples.domain(dir.resolve("empty"));

        CommandFailure refused = assertThrows(
                CommandFailure.class,
                () -> disks.create(create(1, SIZE).setStorageDomain(elsewhere).build(), context()));

        assertEquals(FailureReason.FAILURE_REASON_NOT_FOUND, refused.reason());
        assertFalse(Files.exists(dir.resolve("empty")), "nothing is made where a file system is missing");
    }

    @Test
    void refusesPathsThatLeadOut() {
        for (String id :
                List.of("../../etc/passwd", "..", "", "a/b", Samples.diskId(1).toUpperCase(java.util.Locale.ROOT))) {
            assertInvalid(() -> disks.create(create(1, SIZE).setDiskId(id).build(), context()));
            assertInvalid(() -> disks.delete(DeleteDisk.newBuilder()
                    .setStorageDomain(domain)
                    .setDiskId(id)
                    .build()));
        }
        for (String path : List.of("relative", "/srv/../etc", "/srv/./x", "/", "/srv/\n", "/srv//x/..")) {
            StorageDomainRef wrong = domain.toBuilder().setPath(path).build();
            assertInvalid(() -> disks.inspect(
                    InspectStorage.newBuilder().setStorageDomain(wrong).build()));
        }
        assertInvalid(() -> disks.inspect(InspectStorage.newBuilder()
                .setStorageDomain(domain.toBuilder().setStorageDomainId("../x"))
                .build()));
    }

    @Test
    void refusesAbsurdSizes() {
        for (long size : new long[] {0, -1, 1000, 65L << 40, Long.MAX_VALUE}) {
            assertInvalid(() -> CommandRules.check(
                    ExecuteRequest.newBuilder().setCreateDisk(create(1, size)).build()));
        }
    }

    @Test
    void removesItsOwnUnfinishedFilesOfEarlierRunAndNoOthers() throws IOException {
        Path own = Files.writeString(folder.resolve("." + Samples.diskId(1) + "." + HOST + ".x.new"), "half");
        Path others = Files.writeString(folder.resolve("." + Samples.diskId(1) + "." + OTHER + ".x.new"), "half");
        InspectStorage look =
                InspectStorage.newBuilder().setStorageDomain(domain).build();

        disks.inspect(look);
        assertTrue(Files.exists(own), "only at the first look of a process: later it may be under way");

        new FolderDisks(HOST).inspect(look);
        assertFalse(Files.exists(own));
        assertTrue(Files.exists(others));
    }

    private List<String> files() throws IOException {
        try (var stream = Files.list(folder)) {
            return stream.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    private CreateDisk.Builder create(int number, long size) {
        return CreateDisk.newBuilder()
                .setDiskId(Samples.diskId(number))
                .setStorageDomain(domain)
                .setFormat(DiskFormat.DISK_FORMAT_QCOW2)
                .setSizeBytes(size);
    }

    private DiskRef ref(int number) {
        return DiskRef.newBuilder()
                .setDiskId(Samples.diskId(number))
                .setStorageDomain(domain)
                .setFormat(DiskFormat.DISK_FORMAT_QCOW2)
                .build();
    }

    private static void assertInvalid(Runnable action) {
        CommandFailure refused = assertThrows(CommandFailure.class, action::run);
        assertEquals(FailureReason.FAILURE_REASON_INVALID, refused.reason());
    }

    private static CommandContext context() {
        return new CommandContext("c", "o", System.nanoTime() + TimeUnit.SECONDS.toNanos(60), progress -> {});
    }
}
