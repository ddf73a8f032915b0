package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.network.NetworkXml;
import io.kvorum.agent.storage.DomainLayout;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.DiskBus;
import io.kvorum.proto.agent.v1.DiskCache;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskSpec;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NicSpec;
import io.kvorum.proto.agent.v1.VmSpec;
import java.nio.file.Path;
import java.util.Optional;

/** The devices of a VM: virtio wherever there is a virtio one. */
final class DeviceXml {
    private final VmSpec vm;
    private final Path serialLogDir;

    DeviceXml(VmSpec vm, Path serialLogDir) {
        this.vm = vm;
        this.serialLogDir = serialLogDir;
    }

    Element devices(String consolePassword, Optional<Path> seed) {
        Element devices = Element.of("devices");
        int virtio = 0;
        // The seed takes sda.
        int scsi = seed.isPresent() ? 1 : 0;
        for (DiskSpec disk : vm.getDisksList()) {
            boolean onScsi = disk.getBus() == DiskBus.DISK_BUS_SCSI;
            devices.add(disk(disk, onScsi ? letters("sd", scsi++) : letters("vd", virtio++), onScsi));
        }
        seed.ifPresent(iso -> devices.add(cdrom(iso)));
        if (vm.getDisksList().stream().anyMatch(disk -> disk.getBus() == DiskBus.DISK_BUS_SCSI)) {
            devices.child("controller").with("type", "scsi").with("index", 0).with("model", "virtio-scsi");
        }
        for (NicSpec nic : vm.getNicsList()) {
            devices.add(nic(nic));
        }
        serial(devices);
        if (vm.getGuestAgent()) {
            devices.child("channel")
                    .with("type", "unix")
                    .child("target")
                    .with("type", "virtio")
                    .with("name", "org.qemu.guest_agent.0");
        }
        if (vm.getTpm()) {
            devices.child("tpm")
                    .with("model", "tpm-crb")
                    .child("backend")
                    .with("type", "emulator")
                    .with("version", "2.0");
        }
        if (vm.getGraphics()) {
            devices.child("input").with("type", "tablet").with("bus", "usb");
            devices.child("graphics")
                    .with("type", "vnc")
                    .with("autoport", "yes")
                    .with("listen", "127.0.0.1")
                    .with("passwd", consolePassword)
                    .with("passwdValidTo", "1970-01-01T00:00:01")
                    .child("listen")
                    .with("type", "address")
                    .with("address", "127.0.0.1");
            devices.child("video").child("model").with("type", "virtio").with("heads", 1);
        }
        if (vm.hasLeaseDomain()) {
            lease(devices);
        }
        devices.child("memballoon").with("model", "virtio").child("stats").with("period", 10);
        if (vm.getRng()) {
            devices.child("rng")
                    .with("model", "virtio")
                    .child("backend")
                    .with("model", "random")
                    .text("/dev/urandom");
        }
        return devices;
    }

    /** The lock manager takes it before the CPUs run, and hands it over when the guest migrates. */
    private void lease(Element devices) {
        Element lease = devices.child("lease");
        lease.child("lockspace").text(vm.getLeaseDomain().getStorageDomainId().replace("-", ""));
        lease.child("key").text(vm.getVmId());
        lease.child("target").with("path", DomainLayout.of(vm.getLeaseDomain()).lease(vm.getVmId()));
    }

    private static Element disk(DiskSpec spec, String device, boolean onScsi) {
        Element disk = Element.of("disk").with("type", "file").with("device", "disk");
        Element driver = disk.child("driver")
                .with("name", "qemu")
                .with("type", spec.getFormat() == DiskFormat.DISK_FORMAT_RAW ? "raw" : "qcow2")
                .with("cache", cache(spec))
                .with("discard", "unmap");
        String io = io(spec);
        if (!io.isEmpty()) {
            driver.with("io", io);
        }
        disk.child("source")
                .with("file", DomainLayout.of(spec.getStorageDomain()).disk(spec.getDiskId()));
        disk.child("target").with("dev", device).with("bus", onScsi ? "scsi" : "virtio");
        if (spec.getReadOnly()) {
            disk.child("readonly");
        }
        disk.child("serial").text(spec.getDiskId().replace("-", "").substring(0, 20));
        if (spec.getBootOrder() > 0) {
            disk.child("boot").with("order", spec.getBootOrder());
        }
        return disk;
    }

    private static String cache(DiskSpec spec) {
        return switch (spec.getCache()) {
            case DISK_CACHE_NONE, DISK_CACHE_UNSPECIFIED -> "none";
            case DISK_CACHE_WRITEBACK -> "writeback";
            case DISK_CACHE_WRITETHROUGH -> "writethrough";
            case UNRECOGNIZED ->
                throw CommandFailure.invalid(
                        "The disk's cache mode is " + spec.getCacheValue() + ", which this agent does not know");
        };
    }

    private static String io(DiskSpec spec) {
        boolean direct =
                spec.getCache() == DiskCache.DISK_CACHE_NONE || spec.getCache() == DiskCache.DISK_CACHE_UNSPECIFIED;
        return switch (spec.getIo()) {
            case DISK_IO_NATIVE -> {
                if (!direct) {
                    throw CommandFailure.invalid(
                            "Disk " + spec.getDiskId() + " asks for native I/O, which needs the cache mode none");
                }
                yield "native";
            }
            case DISK_IO_THREADS -> "threads";
            case DISK_IO_URING -> "io_uring";
            case DISK_IO_UNSPECIFIED -> "";
            case UNRECOGNIZED ->
                throw CommandFailure.invalid(
                        "The disk's I/O mode is " + spec.getIoValue() + ", which this agent does not know");
        };
    }

    private static Element cdrom(Path iso) {
        Element disk = Element.of("disk").with("type", "file").with("device", "cdrom");
        disk.child("driver").with("name", "qemu").with("type", "raw");
        disk.child("source").with("file", iso);
        disk.child("target").with("dev", "sda").with("bus", "sata");
        disk.child("readonly");
        return disk;
    }

    private static Element nic(NicSpec spec) {
        boolean nat = spec.getNetwork().getKind() == NetworkKind.NETWORK_KIND_NAT;
        Element nic = Element.of("interface").with("type", nat ? "network" : "bridge");
        nic.child("mac").with("address", spec.getMac());
        if (nat) {
            nic.child("source").with("network", NetworkXml.name(spec.getNetwork()));
        } else {
            nic.child("source").with("bridge", spec.getNetwork().getBridge());
        }
        nic.child("model").with("type", "virtio");
        nic.child("link").with("state", spec.getLinkUp() ? "up" : "down");
        return nic;
    }

    private void serial(Element devices) {
        Element serial = devices.child("serial").with("type", "pty");
        serial.child("log")
                .with("file", serialLogDir.resolve(vm.getVmId() + ".log"))
                .with("append", "on");
        serial.child("target").with("port", 0);
        devices.child("console")
                .with("type", "pty")
                .child("target")
                .with("type", "serial")
                .with("port", 0);
    }

    /** vda … vdz, vdaa … */
    static String letters(String prefix, int index) {
        StringBuilder letters = new StringBuilder();
        for (int rest = index; rest >= 0; rest = rest / 26 - 1) {
            letters.insert(0, (char) ('a' + rest % 26));
        }
        return prefix + letters;
    }
}
