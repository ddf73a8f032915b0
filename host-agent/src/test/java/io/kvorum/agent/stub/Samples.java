package io.kvorum.agent.stub;

import io.kvorum.proto.agent.v1.CloudInit;
import io.kvorum.proto.agent.v1.CpuMode;
import io.kvorum.proto.agent.v1.CpuSpec;
import io.kvorum.proto.agent.v1.DiskBus;
import io.kvorum.proto.agent.v1.DiskCache;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskIo;
import io.kvorum.proto.agent.v1.DiskSpec;
import io.kvorum.proto.agent.v1.Firmware;
import io.kvorum.proto.agent.v1.MemorySpec;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NetworkRef;
import io.kvorum.proto.agent.v1.NicSpec;
import io.kvorum.proto.agent.v1.NumaCell;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.StorageKind;
import io.kvorum.proto.agent.v1.VcpuPin;
import io.kvorum.proto.agent.v1.VmSpec;
import java.nio.file.Path;

/** VMs to try things with. */
public final class Samples {
    public static final String VM = "11111111-1111-4111-8111-111111111111";
    public static final String DOMAIN = "dddddddd-dddd-4ddd-8ddd-dddddddddddd";

    private Samples() {}

    /** One vCPU, 256 MiB, nothing else. */
    public static VmSpec.Builder smallest() {
        return VmSpec.newBuilder()
                .setVmId(VM)
                .setName("sample")
                .setRevision(3)
                .setCpu(cpu(1, CpuMode.CPU_MODE_HOST_MODEL))
                .setMemory(MemorySpec.newBuilder().setSizeBytes(256L << 20))
                .setFirmware(Firmware.FIRMWARE_BIOS);
    }

    /** UEFI, TPM, two NUMA nodes on huge pages, every vCPU pinned. */
    public static VmSpec.Builder tuned() {
        CpuSpec.Builder cpu = cpu(4, CpuMode.CPU_MODE_HOST_PASSTHROUGH).setShares(2048);
        for (int vcpu = 0; vcpu < 4; vcpu++) {
            cpu.addPins(VcpuPin.newBuilder().setVcpu(vcpu).setHostCpus(vcpu + "," + (vcpu + 8)));
        }
        return smallest()
                .setCpu(cpu)
                .setMemory(MemorySpec.newBuilder()
                        .setSizeBytes(4L << 30)
                        .setHugepageBytes(2L << 20)
                        .addNumaCells(cell("0-1", "0"))
                        .addNumaCells(cell("2-3", "1")))
                .setFirmware(Firmware.FIRMWARE_UEFI)
                .setTpm(true)
                .setRng(true)
                .setGraphics(true)
                .setGuestAgent(true)
                .addDisks(disk(1, DiskFormat.DISK_FORMAT_QCOW2).setBootOrder(1));
    }

    /** One NIC on a bridge, one behind NAT with its link down. */
    public static VmSpec.Builder networked() {
        return smallest()
                .addNics(nic(1).setLinkUp(true)
                        .setNetwork(network(1)
                                .setKind(NetworkKind.NETWORK_KIND_BRIDGE)
                                .setBridge("br0")))
                .addNics(nic(2).setNetwork(network(2)
                        .setKind(NetworkKind.NETWORK_KIND_NAT)
                        .setBridge("kvnat0")
                        .setSubnet("192.168.77.0/24")));
    }

    /** Every format, cache mode, kind of I/O and bus. */
    public static VmSpec.Builder manyDisks() {
        return smallest()
                .addDisks(disk(1, DiskFormat.DISK_FORMAT_RAW)
                        .setCache(DiskCache.DISK_CACHE_NONE)
                        .setIo(DiskIo.DISK_IO_NATIVE)
                        .setBootOrder(1))
                .addDisks(disk(2, DiskFormat.DISK_FORMAT_QCOW2)
                        .setCache(DiskCache.DISK_CACHE_WRITEBACK)
                        .setIo(DiskIo.DISK_IO_THREADS))
                .addDisks(disk(3, DiskFormat.DISK_FORMAT_QCOW2)
                        .setCache(DiskCache.DISK_CACHE_WRITETHROUGH)
                        .setIo(DiskIo.DISK_IO_URING)
                        .setReadOnly(true))
                .addDisks(disk(4, DiskFormat.DISK_FORMAT_RAW).setBus(DiskBus.DISK_BUS_SCSI))
                .addDisks(disk(5, DiskFormat.DISK_FORMAT_QCOW2)
                        .setBus(DiskBus.DISK_BUS_SCSI)
                        .setBootOrder(2));
    }

    /** A disk and a cloud-init seed. */
    public static VmSpec.Builder seeded() {
        return smallest()
                .addDisks(disk(1, DiskFormat.DISK_FORMAT_QCOW2).setBootOrder(1))
                .setCloudInit(CloudInit.newBuilder().setUserData("#cloud-config\n{}\n"));
    }

    public static StorageDomainRef domain(Path folder) {
        return StorageDomainRef.newBuilder()
                .setStorageDomainId(DOMAIN)
                .setKind(StorageKind.STORAGE_KIND_SHARED_FOLDER)
                .setPath(folder.toString())
                .build();
    }

    public static String diskId(int number) {
        return "eeeeeeee-eeee-4eee-8eee-%012d".formatted(number);
    }

    private static CpuSpec.Builder cpu(int cores, CpuMode mode) {
        return CpuSpec.newBuilder()
                .setSockets(1)
                .setCoresPerSocket(cores)
                .setThreadsPerCore(1)
                .setMode(mode);
    }

    private static NumaCell cell(String vcpus, String nodes) {
        return NumaCell.newBuilder()
                .setVcpus(vcpus)
                .setSizeBytes(2L << 30)
                .setHostNodes(nodes)
                .build();
    }

    private static DiskSpec.Builder disk(int number, DiskFormat format) {
        return DiskSpec.newBuilder()
                .setDiskId(diskId(number))
                .setStorageDomain(domain(Path.of("/srv/shared")))
                .setFormat(format);
    }

    private static NicSpec.Builder nic(int number) {
        return NicSpec.newBuilder()
                .setNicId("aaaaaaaa-aaaa-4aaa-8aaa-%012d".formatted(number))
                .setMac("52:54:00:00:00:%02d".formatted(number));
    }

    private static NetworkRef.Builder network(int number) {
        return NetworkRef.newBuilder().setNetworkId("bbbbbbbb-bbbb-4bbb-8bbb-%012d".formatted(number));
    }
}
