package io.kvorum.agent.storage;

import io.kvorum.agent.files.AtomicFile;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.rules.Rules;
import io.kvorum.proto.agent.v1.CreateDisk;
import io.kvorum.proto.agent.v1.DeleteDisk;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskRef;
import io.kvorum.proto.agent.v1.DiskResult;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.StorageResult;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

/** Disks as files in folders. Each is made under a temporary name and renamed when it is whole. */
public final class FolderDisks implements DiskStore {
    private static final Logger LOG = Logger.getLogger(FolderDisks.class.getName());
    private static final Duration QUICK = Duration.ofSeconds(60);

    private final String owner;
    private final Map<Path, Boolean> swept = new ConcurrentHashMap<>();

    /** @param owner id of this host, which alone removes what it left unfinished before this process began */
    public FolderDisks(String owner) {
        this.owner = Rules.uuid("The host's id", owner);
    }

    @Override
    public DiskResult create(CreateDisk command, CommandContext context) {
        DomainLayout layout = present(DomainLayout.of(command.getStorageDomain()));
        Path disk = layout.disk(command.getDiskId());
        DiskFormat format = command.getFormat();
        if (Files.exists(disk)) {
            QemuImage.Info info = QemuImage.info(disk, format);
            if (info.virtualSize() != command.getSizeBytes()) {
                throw CommandFailure.conflict("Disk " + command.getDiskId() + " exists with " + info.virtualSize()
                        + " bytes, not " + command.getSizeBytes() + "; delete it or take another id");
            }
            return result(command.getDiskId(), format, info);
        }
        Path staging = layout.staging(command.getDiskId(), owner);
        try {
            switch (command.getSourceCase()) {
                case BACKING -> overlay(command, staging);
                case COPY_OF -> copy(command, staging, context.remaining());
                case SOURCE_NOT_SET ->
                    QemuImage.run(
                            List.of(
                                    "create",
                                    "-q",
                                    "-f",
                                    QemuImage.name(format),
                                    staging.toString(),
                                    Long.toString(command.getSizeBytes())),
                            QUICK);
            }
            return publish(staging, disk, command.getDiskId(), format);
        } finally {
            discard(staging);
        }
    }

    private static void overlay(CreateDisk command, Path staging) {
        Path backing = source(command.getBacking());
        QemuImage.run(
                List.of(
                        "create",
                        "-q",
                        "-f",
                        "qcow2",
                        "-F",
                        QemuImage.name(command.getBacking().getFormat()),
                        "-b",
                        backing.toString(),
                        staging.toString(),
                        Long.toString(command.getSizeBytes())),
                QUICK);
    }

    private static void copy(CreateDisk command, Path staging, Duration limit) {
        DiskRef from = command.getCopyOf();
        String format = QemuImage.name(command.getFormat());
        long size = QemuImage.info(source(from), from.getFormat()).virtualSize();
        if (size > command.getSizeBytes()) {
            throw CommandFailure.invalid("A copy of disk " + from.getDiskId() + " needs " + size + " bytes; asked were "
                    + command.getSizeBytes());
        }
        QemuImage.run(
                List.of(
                        "convert",
                        "-q",
                        "-f",
                        QemuImage.name(from.getFormat()),
                        "-O",
                        format,
                        source(from).toString(),
                        staging.toString()),
                limit);
        if (size < command.getSizeBytes()) {
            QemuImage.run(
                    List.of("resize", "-q", "-f", format, staging.toString(), Long.toString(command.getSizeBytes())),
                    QUICK);
        }
    }

    private static Path source(DiskRef ref) {
        Path source = DomainLayout.of(ref.getStorageDomain()).disk(ref.getDiskId());
        if (!Files.isRegularFile(source)) {
            throw CommandFailure.notFound("Disk " + ref.getDiskId() + " is not in " + source.getParent());
        }
        return source;
    }

    @Override
    public void delete(DeleteDisk command) {
        Path disk = DomainLayout.of(command.getStorageDomain()).disk(command.getDiskId());
        try {
            if (Files.deleteIfExists(disk)) {
                AtomicFile.syncFolder(parent(disk));
            }
        } catch (IOException e) {
            throw CommandFailure.storage("Disk " + command.getDiskId() + " could not be deleted: " + e);
        }
    }

    @Override
    public StorageResult inspect(InspectStorage command) {
        DomainLayout layout = DomainLayout.of(command.getStorageDomain());
        try {
            if (command.getCreate()) {
                for (Path folder : List.of(layout.disks(), layout.saved(), layout.seeds())) {
                    Files.createDirectories(folder);
                }
            }
            present(layout);
            Path probe = Files.createTempFile(layout.disks(), ".probe." + owner + ".", ".new");
            Files.delete(probe);
            FileStore store = Files.getFileStore(layout.root());
            return StorageResult.newBuilder()
                    .setStorageDomainId(command.getStorageDomain().getStorageDomainId())
                    .setCapacityBytes(store.getTotalSpace())
                    .setAvailableBytes(store.getUsableSpace())
                    .build();
        } catch (IOException e) {
            throw CommandFailure.storage("The storage domain in " + layout.root() + " cannot be written: " + e
                    + ". Check that it is mounted and that the agent may write there");
        }
    }

    @Override
    public Upload upload(WriteDiskHeader header) {
        DomainLayout layout = present(DomainLayout.of(header.getStorageDomain()));
        Path disk = layout.disk(header.getDiskId());
        if (Files.exists(disk)) {
            throw CommandFailure.conflict("Disk " + header.getDiskId() + " exists already; upload under another id");
        }
        return new DiskUpload(header, disk, layout.staging(header.getDiskId(), owner));
    }

    private DomainLayout present(DomainLayout layout) {
        if (!Files.isDirectory(layout.disks())) {
            throw CommandFailure.notFound("There is no storage domain in " + layout.root()
                    + ". Check that its file system is mounted, or create it with InspectStorage");
        }
        swept.computeIfAbsent(layout.root(), root -> {
            try {
                layout.sweep(owner);
            } catch (IOException e) {
                LOG.warning("unfinished disks of an earlier run were not removed from " + root + ": " + e);
            }
            return true;
        });
        return layout;
    }

    static DiskResult publish(Path staging, Path disk, String diskId, DiskFormat format) {
        try {
            try (var channel = java.nio.channels.FileChannel.open(staging, java.nio.file.StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            // link fails where the name is taken, so that two who make the same disk cannot replace each other's.
            Files.createLink(disk, staging);
            Files.delete(staging);
            AtomicFile.syncFolder(parent(disk));
        } catch (UnsupportedOperationException e) {
            rename(staging, disk);
        } catch (IOException e) {
            throw CommandFailure.storage("Disk " + diskId + " could not be put in place: " + e);
        }
        return result(diskId, format, QemuImage.info(disk, format));
    }

    private static void rename(Path staging, Path disk) {
        try {
            Files.move(staging, disk, StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.syncFolder(parent(disk));
        } catch (IOException e) {
            throw CommandFailure.storage("Disk " + disk.getFileName() + " could not be put in place: " + e);
        }
    }

    private static Path parent(Path file) {
        return java.util.Objects.requireNonNull(file.getParent(), "a disk lies in a folder");
    }

    static void discard(Path staging) {
        try {
            Files.deleteIfExists(staging);
        } catch (IOException e) {
            throw CommandFailure.storage("The unfinished " + staging + " could not be removed: " + e);
        }
    }

    private static DiskResult result(String diskId, DiskFormat format, QemuImage.Info info) {
        return DiskResult.newBuilder()
                .setDiskId(diskId)
                .setFormat(format)
                .setSizeBytes(info.virtualSize())
                .setAllocatedBytes(info.allocated())
                .build();
    }
}
