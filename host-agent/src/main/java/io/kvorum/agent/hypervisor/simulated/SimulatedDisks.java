package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.storage.DiskStore;
import io.kvorum.proto.agent.v1.CreateDisk;
import io.kvorum.proto.agent.v1.DeleteDisk;
import io.kvorum.proto.agent.v1.DiskResult;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.StorageResult;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Disks without bytes; every simulated host sees the same ones. */
public final class SimulatedDisks implements DiskStore {
    private static final long CAPACITY = 100L << 40;

    private final SimulatedWorld world;

    public SimulatedDisks(SimulatedWorld world) {
        this.world = world;
    }

    @Override
    public DiskResult create(CreateDisk command, CommandContext context) {
        String key = key(command.getStorageDomain(), command.getDiskId());
        DiskResult made = DiskResult.newBuilder()
                .setDiskId(command.getDiskId())
                .setFormat(command.getFormat())
                .setSizeBytes(command.getSizeBytes())
                .setAllocatedBytes(196_608)
                .build();
        DiskResult present = world.disks.putIfAbsent(key, made);
        if (present != null && present.getSizeBytes() != command.getSizeBytes()) {
            throw CommandFailure.conflict("Disk " + command.getDiskId() + " exists with " + present.getSizeBytes()
                    + " bytes, not " + command.getSizeBytes());
        }
        return present == null ? made : present;
    }

    @Override
    public void delete(DeleteDisk command) {
        world.disks.remove(key(command.getStorageDomain(), command.getDiskId()));
    }

    @Override
    public StorageResult inspect(InspectStorage command) {
        return StorageResult.newBuilder()
                .setStorageDomainId(command.getStorageDomain().getStorageDomainId())
                .setCapacityBytes(CAPACITY)
                .setAvailableBytes(CAPACITY
                        - world.disks.values().stream()
                                .mapToLong(DiskResult::getAllocatedBytes)
                                .sum())
                .build();
    }

    @Override
    public Upload upload(WriteDiskHeader header) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw CommandFailure.storage("This Java has no SHA-256: " + e);
        }
        return new Upload() {
            private long length;

            @Override
            public void write(byte[] data) {
                length += data.length;
                digest.update(data);
            }

            @Override
            public DiskResult finish() {
                String sha256 = HexFormat.of().formatHex(digest.digest());
                if (length != header.getLengthBytes()
                        || !(header.getSha256().isEmpty() || header.getSha256().equals(sha256))) {
                    throw CommandFailure.storage("The upload of disk " + header.getDiskId() + " has " + length
                            + " bytes with SHA-256 " + sha256 + "; announced were " + header.getLengthBytes() + " and "
                            + header.getSha256());
                }
                DiskResult disk = DiskResult.newBuilder()
                        .setDiskId(header.getDiskId())
                        .setFormat(header.getFormat())
                        .setSizeBytes(Math.max(length, 1 << 20))
                        .setAllocatedBytes(length)
                        .setSha256(sha256)
                        .build();
                world.disks.put(key(header.getStorageDomain(), header.getDiskId()), disk);
                return disk;
            }

            @Override
            public void close() {}
        };
    }

    private static String key(StorageDomainRef domain, String diskId) {
        return domain.getStorageDomainId() + "/" + diskId;
    }
}
