package io.kvorum.agent.stub;

import io.kvorum.proto.agent.v1.CpuMode;
import io.kvorum.proto.agent.v1.CpuSpec;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskSpec;
import io.kvorum.proto.agent.v1.MemorySpec;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NetworkRef;
import io.kvorum.proto.agent.v1.NicSpec;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.StorageKind;
import io.kvorum.proto.agent.v1.VmSpec;

/** The VM of the proof, and what it stands on. */
final class ProofVm {
    static final String VM = "5e1f7e57-0000-4000-8000-000000000002";
    static final String DISK = "5e1f7e57-0000-4000-8000-00000000000d";
    static final StorageDomainRef DOMAIN = StorageDomainRef.newBuilder()
            .setStorageDomainId("5e1f7e57-0000-4000-8000-00000000000a")
            .setKind(StorageKind.STORAGE_KIND_SHARED_FOLDER)
            .setPath("/srv/kvorum/shared")
            .build();
    static final NetworkRef NETWORK = NetworkRef.newBuilder()
            .setNetworkId("5e1f7e57-0000-4000-8000-00000000000e")
            .setKind(NetworkKind.NETWORK_KIND_NAT)
            .setBridge("kvnat0")
            .setSubnet("192.168.77.0/24")
            .build();

    private ProofVm() {}

    static VmSpec spec() {
        return VmSpec.newBuilder()
                .setVmId(VM)
                .setName("lab-proof")
                .setRevision(1)
                .setCpu(CpuSpec.newBuilder()
                        .setSockets(1)
                        .setCoresPerSocket(1)
                        .setThreadsPerCore(1)
                        .setMode(CpuMode.CPU_MODE_MAXIMUM))
                .setMemory(MemorySpec.newBuilder().setSizeBytes(128 << 20))
                .addDisks(DiskSpec.newBuilder()
                        .setDiskId(DISK)
                        .setStorageDomain(DOMAIN)
                        .setFormat(DiskFormat.DISK_FORMAT_QCOW2)
                        .setBootOrder(1))
                .addNics(NicSpec.newBuilder()
                        .setNicId("5e1f7e57-0000-4000-8000-00000000000f")
                        .setMac("52:54:00:aa:bb:01")
                        .setNetwork(NETWORK)
                        .setLinkUp(true))
                .setRng(true)
                .setGraphics(true)
                .setGuestAgent(true)
                .build();
    }
}
