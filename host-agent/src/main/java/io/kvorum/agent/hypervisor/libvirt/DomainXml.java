package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.config.AgentConfig.Virtualization;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.CpuMode;
import io.kvorum.proto.agent.v1.CpuSpec;
import io.kvorum.proto.agent.v1.Firmware;
import io.kvorum.proto.agent.v1.MemorySpec;
import io.kvorum.proto.agent.v1.NumaCell;
import io.kvorum.proto.agent.v1.VcpuPin;
import io.kvorum.proto.agent.v1.VmSpec;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** The libvirt domain of a VM specification that was checked before. */
final class DomainXml {
    /** Namespace of the mark that says that Kvorum runs this domain, under which revision, and what it always has of its memory. */
    static final String MARK = "urn:kvorum:vm:1";

    /** How often memory can be added to a guest that runs. */
    private static final int MEMORY_SLOTS = 16;

    private final Virtualization virtualization;
    private final Path serialLogDir;

    DomainXml(Virtualization virtualization, Path serialLogDir) {
        this.virtualization = virtualization;
        this.serialLogDir = serialLogDir;
    }

    /**
     * @param consolePassword keeps the console locked until it is replaced
     * @param seed the cloud-init CD
     */
    Element of(VmSpec vm, String consolePassword, Optional<Path> seed) {
        boolean tcg = virtualization == Virtualization.TCG;
        Element domain = Element.of("domain").with("type", tcg ? "qemu" : "kvm");
        domain.child("name").text(vm.getName());
        domain.child("uuid").text(vm.getVmId());
        mark(domain.child("metadata").child("kvorum:vm").with("xmlns:kvorum", MARK), vm);
        memory(domain, vm.getMemory());
        CpuSpec cpu = vm.getCpu();
        vcpus(domain, cpu);
        tune(domain, vm);
        os(domain, vm);
        Element features = domain.child("features");
        features.child("acpi");
        features.child("apic");
        cpu(domain, vm, tcg);
        Element clock = domain.child("clock").with("offset", "utc");
        clock.child("timer").with("name", "rtc").with("tickpolicy", "catchup");
        clock.child("timer").with("name", "pit").with("tickpolicy", "delay");
        clock.child("timer").with("name", "hpet").with("present", "no");
        if (cpu.getTscHertz() > 0) {
            // With a frequency named, a guest whose counter is invariant can still be migrated.
            clock.child("timer").with("name", "tsc").with("frequency", cpu.getTscHertz());
        }
        domain.child("on_poweroff").text("destroy");
        domain.child("on_reboot").text("restart");
        domain.child("on_crash").text("destroy");
        domain.add(new DeviceXml(vm, serialLogDir).devices(consolePassword, seed));
        return domain;
    }

    private static int mostSockets(CpuSpec cpu) {
        return Math.max(cpu.getSockets(), cpu.getMaxSockets());
    }

    private static int vcpus(CpuSpec cpu, int sockets) {
        return sockets * cpu.getCoresPerSocket() * cpu.getThreadsPerCore();
    }

    private static void vcpus(Element domain, CpuSpec cpu) {
        Element vcpu = domain.child("vcpu").with("placement", "static");
        if (mostSockets(cpu) > cpu.getSockets()) {
            vcpu.with("current", vcpus(cpu, cpu.getSockets()));
        }
        vcpu.text(vcpus(cpu, mostSockets(cpu)));
    }

    private static boolean grows(MemorySpec memory) {
        return memory.getMaxBytes() > memory.getSizeBytes();
    }

    private static void mark(Element mark, VmSpec vm) {
        mark.with("revision", vm.getRevision());
        MemorySpec memory = vm.getMemory();
        // One that is guaranteed all keeps all, also of what it is given later.
        if (memory.getGuaranteedBytes() < memory.getSizeBytes()) {
            mark.with("guaranteed-kib", memory.getGuaranteedBytes() >> 10);
        }
    }

    private static void memory(Element domain, MemorySpec memory) {
        long kib = memory.getSizeBytes() >> 10;
        if (grows(memory)) {
            domain.child("maxMemory")
                    .with("slots", MEMORY_SLOTS)
                    .with("unit", "KiB")
                    .text(memory.getMaxBytes() >> 10);
        }
        domain.child("memory").with("unit", "KiB").text(kib);
        domain.child("currentMemory").with("unit", "KiB").text(kib);
        if (memory.getHugepageBytes() > 0) {
            domain.child("memoryBacking")
                    .child("hugepages")
                    .child("page")
                    .with("size", memory.getHugepageBytes() >> 10)
                    .with("unit", "KiB");
        }
    }

    private static void tune(Element domain, VmSpec vm) {
        CpuSpec cpu = vm.getCpu();
        if (cpu.getShares() > 0 || cpu.getPinsCount() > 0) {
            Element tune = domain.child("cputune");
            if (cpu.getShares() > 0) {
                tune.child("shares").text(cpu.getShares());
            }
            cpu.getPinsList()
                    .forEach(pin ->
                            tune.child("vcpupin").with("vcpu", pin.getVcpu()).with("cpuset", pin.getHostCpus()));
            if (cpu.getPinsCount() > 0) {
                // QEMU's own threads stay on the guest's CPUs too, off those of others.
                String own = cpu.getPinsList().stream()
                        .map(VcpuPin::getHostCpus)
                        .distinct()
                        .collect(Collectors.joining(","));
                tune.child("emulatorpin").with("cpuset", own);
            }
        }
        if (vm.getMemory().getNumaCellsList().stream()
                .anyMatch(cell -> !cell.getHostNodes().isEmpty())) {
            Element numa = domain.child("numatune");
            int id = 0;
            for (NumaCell cell : vm.getMemory().getNumaCellsList()) {
                if (!cell.getHostNodes().isEmpty()) {
                    numa.child("memnode")
                            .with("cellid", id)
                            .with("mode", "strict")
                            .with("nodeset", cell.getHostNodes());
                }
                id++;
            }
        }
    }

    private static void os(Element domain, VmSpec vm) {
        Element os = domain.child("os");
        if (vm.getFirmware() == Firmware.FIRMWARE_UEFI) {
            os.with("firmware", "efi");
        }
        os.child("type")
                .with("arch", "x86_64")
                .with("machine", vm.getMachine().isEmpty() ? "q35" : vm.getMachine())
                .text("hvm");
    }

    private static void cpu(Element domain, VmSpec vm, boolean tcg) {
        CpuSpec cpu = vm.getCpu();
        Element element = domain.child("cpu");
        CpuMode mode = cpu.getMode();
        switch (mode) {
            case CPU_MODE_CUSTOM -> {
                element.with("mode", "custom").with("match", "exact").with("check", tcg ? "none" : "partial");
                element.child("model").with("fallback", "forbid").text(cpu.getModel());
            }
            // An emulator has no host CPU to hand on: its widest is what comes nearest.
            case CPU_MODE_HOST_MODEL, CPU_MODE_UNSPECIFIED -> element.with("mode", tcg ? "maximum" : "host-model");
            case CPU_MODE_HOST_PASSTHROUGH -> {
                element.with("mode", tcg ? "maximum" : "host-passthrough");
                if (!tcg) {
                    element.with("migratable", "on");
                }
            }
            case CPU_MODE_MAXIMUM -> element.with("mode", "maximum");
            case UNRECOGNIZED ->
                throw CommandFailure.invalid(
                        "The CPU mode is " + cpu.getModeValue() + ", which this agent does not know");
        }
        element.child("topology")
                .with("sockets", mostSockets(cpu))
                .with("dies", 1)
                .with("cores", cpu.getCoresPerSocket())
                .with("threads", cpu.getThreadsPerCore());
        if (cpu.getTscHertz() > 0) {
            if (tcg) {
                throw CommandFailure.invalid("This host emulates CPUs, whose time stamp counter keeps no frequency");
            }
            element.child("feature").with("policy", "require").with("name", "invtsc");
        }
        numa(element, vm);
    }

    private static void numa(Element cpuElement, VmSpec vm) {
        if (grows(vm.getMemory())) {
            // libvirt adds memory to a NUMA node only: one has all of the guest.
            int last = vcpus(vm.getCpu(), mostSockets(vm.getCpu())) - 1;
            cell(
                    cpuElement.child("numa"),
                    0,
                    last == 0 ? "0" : "0-" + last,
                    vm.getMemory().getSizeBytes());
        } else if (vm.getMemory().getNumaCellsCount() > 0) {
            Element numa = cpuElement.child("numa");
            int id = 0;
            for (NumaCell cell : vm.getMemory().getNumaCellsList()) {
                cell(numa, id++, cell.getVcpus(), cell.getSizeBytes());
            }
        }
    }

    private static void cell(Element numa, int id, String vcpus, long bytes) {
        numa.child("cell")
                .with("id", id)
                .with("cpus", vcpus)
                .with("memory", bytes >> 10)
                .with("unit", "KiB");
    }
}
