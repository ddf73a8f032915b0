package io.kvorum.server.agents;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.Vm.VmNic;
import io.kvorum.proto.agent.v1.CloudInit;
import io.kvorum.proto.agent.v1.CpuMode;
import io.kvorum.proto.agent.v1.CpuSpec;
import io.kvorum.proto.agent.v1.DiskBus;
import io.kvorum.proto.agent.v1.DiskCache;
import io.kvorum.proto.agent.v1.DiskSpec;
import io.kvorum.proto.agent.v1.Firmware;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NetworkRef;
import io.kvorum.proto.agent.v1.NicSpec;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.StorageKind;
import io.kvorum.proto.agent.v1.VmSpec;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A VM and what it stands on, in the contract's words. */
public final class VmWords {

    private VmWords() {}

    static VmSpec write(AgentCommand.StartVm start) {
        var vm = start.vm();
        Hardware hardware = vm.spec().hardware();
        Map<UUID, StorageDomain> domains =
                start.storageDomains().stream().collect(Collectors.toMap(StorageDomain::id, Function.identity()));
        Map<UUID, Network> networks =
                start.networks().stream().collect(Collectors.toMap(Network::id, Function.identity()));
        VmSpec.Builder spec = VmSpec.newBuilder()
                .setVmId(vm.id().toString())
                .setName(vm.name())
                .setCpu(cpu(hardware, start.cpuModel()).toBuilder()
                        .setTscHertz(start.platform().tscHertz())
                        .addAllPins(SeatWords.pins(hardware.vcpus(), vm.status().seatAtStart())))
                .setMemory(SeatWords.memory(hardware, vm.status().seatAtStart()))
                .setFirmware(
                        hardware.firmware() == Hardware.Firmware.UEFI ? Firmware.FIRMWARE_UEFI : Firmware.FIRMWARE_BIOS)
                .setMachine(Objects.requireNonNullElse(start.platform().machine(), ""))
                .setTpm(hardware.tpm())
                .setRng(hardware.rng())
                .setGraphics(hardware.graphics())
                .setGuestAgent(hardware.guestAgent())
                .setRevision(vm.meta().revision());
        for (VmDisk disk : vm.spec().disks()) {
            spec.addDisks(DiskSpec.newBuilder()
                    .setDiskId(disk.id().toString())
                    .setStorageDomain(domain(Objects.requireNonNull(domains.get(disk.storageDomainId()))))
                    .setFormat(format(disk.format()))
                    .setCache(DiskCache.DISK_CACHE_NONE)
                    .setBootOrder(disk.bootOrder())
                    .setBus(DiskBus.DISK_BUS_VIRTIO));
        }
        for (VmNic nic : vm.spec().nics()) {
            spec.addNics(NicSpec.newBuilder()
                    .setNicId(nic.id().toString())
                    .setMac(nic.mac())
                    .setNetwork(network(Objects.requireNonNull(networks.get(nic.networkId()))))
                    .setLinkUp(nic.linkUp()));
        }
        UUID lease = vm.leaseDomainId();
        if (lease != null) {
            spec.setLeaseDomain(domain(Objects.requireNonNull(domains.get(lease))));
        }
        String userData = vm.spec().cloudInitUserData();
        if (userData != null) {
            spec.setCloudInit(CloudInit.newBuilder()
                    .setUserData(userData)
                    .setMetaData("instance-id: " + vm.id() + "\nlocal-hostname: " + vm.name() + "\n"));
        }
        return spec.build();
    }

    private static CpuSpec cpu(Hardware hardware, @Nullable String clusterModel) {
        CpuSpec.Builder cpu = CpuSpec.newBuilder()
                .setSockets(hardware.sockets())
                .setCoresPerSocket(hardware.coresPerSocket())
                .setThreadsPerCore(hardware.threadsPerCore())
                .setMaxSockets(hardware.growth() == null ? 0 : hardware.growth().maxSockets());
        if (clusterModel != null && hardware.cpuMode().takesModel()) {
            return cpu.setMode(CpuMode.CPU_MODE_CUSTOM).setModel(clusterModel).build();
        }
        return cpu.setMode(
                        switch (hardware.cpuMode()) {
                            case DEFAULT, CUSTOM -> CpuMode.CPU_MODE_UNSPECIFIED;
                            case HOST_MODEL -> CpuMode.CPU_MODE_HOST_MODEL;
                            case HOST_PASSTHROUGH -> CpuMode.CPU_MODE_HOST_PASSTHROUGH;
                            case MAXIMUM -> CpuMode.CPU_MODE_MAXIMUM;
                        })
                .build();
    }

    public static StorageDomainRef domain(StorageDomain domain) {
        return StorageDomainRef.newBuilder()
                .setStorageDomainId(domain.id().toString())
                .setKind(
                        domain.storage() == StorageDomain.StorageKind.SHARED_FOLDER
                                ? StorageKind.STORAGE_KIND_SHARED_FOLDER
                                : StorageKind.STORAGE_KIND_LOCAL_FOLDER)
                .setPath(domain.path())
                .build();
    }

    static NetworkRef network(Network network) {
        NetworkRef.Builder builder = NetworkRef.newBuilder()
                .setNetworkId(network.id().toString())
                .setKind(
                        network.network() == Network.NetworkKind.NAT
                                ? NetworkKind.NETWORK_KIND_NAT
                                : NetworkKind.NETWORK_KIND_BRIDGE)
                .setBridge(network.bridge());
        if (network.subnet() != null) {
            builder.setSubnet(network.subnet());
        }
        return builder.build();
    }

    public static io.kvorum.proto.agent.v1.DiskFormat format(DiskFormat format) {
        return switch (format) {
            case QCOW2 -> io.kvorum.proto.agent.v1.DiskFormat.DISK_FORMAT_QCOW2;
            case RAW -> io.kvorum.proto.agent.v1.DiskFormat.DISK_FORMAT_RAW;
        };
    }
}
