package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.CpuFacts;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.NumaNode;
import io.kvorum.proto.agent.v1.Tsc;
import io.kvorum.proto.agent.v1.VersionFacts;
import io.kvorum.proto.agent.v1.Virtualization;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * What a simulated host has.
 *
 * @param cpus logical CPUs, 1 to 4096
 * @param memoryBytes at least 1 GiB
 */
public record SimulatedCapacity(int cpus, long memoryBytes) {
    /** Memory that the host itself needs and never gives to guests. */
    static final long RESERVED_BYTES = 512L << 20;

    /** vCPUs that one CPU carries at most. */
    static final int CPU_OVERCOMMIT = 10;

    public SimulatedCapacity {
        if (cpus < 1 || cpus > 4096 || memoryBytes < 1L << 30) {
            throw new IllegalArgumentException("A simulated host has 1 to 4096 CPUs and 1 GiB or more, not " + cpus
                    + " CPUs and " + memoryBytes + " bytes");
        }
    }

    HostFacts facts(String name, String bootId) {
        return HostFacts.newBuilder()
                .setHardwareId(UUID.nameUUIDFromBytes(("kvorum-simulated-" + name).getBytes(StandardCharsets.UTF_8))
                        .toString())
                .setHostname(name)
                .setCpu(CpuFacts.newBuilder()
                        .setArchitecture("x86_64")
                        .setModel("EPYC-Rome")
                        .setVendor("AMD")
                        .setSockets(1)
                        .setCoresPerSocket(cpus)
                        .setThreadsPerCore(1)
                        .setThreads(cpus)
                        .setMegahertz(3000)
                        .addAllFeatures(List.of("svm", "aes", "avx2")))
                .setMemoryBytes(memoryBytes)
                .addNumaNodes(NumaNode.newBuilder()
                        .setNode(0)
                        .setMemoryBytes(memoryBytes)
                        .setCpus(cpus == 1 ? "0" : "0-" + (cpus - 1)))
                .setVersions(VersionFacts.newBuilder()
                        .setAgent("0.1.0")
                        .setLibvirt("9.0.0")
                        .setQemu("7.2.0")
                        .setKernel("simulated")
                        .setOs("simulated"))
                .setVirtualization(Virtualization.VIRTUALIZATION_SIMULATED)
                .addMachineTypes("pc-q35-7.2")
                .putMachineAliases("q35", "pc-q35-7.2")
                .setTsc(Tsc.newBuilder().setHertz(3_000_000_000L))
                .addAllCpuModels(List.of("EPYC-Rome", "EPYC", "qemu64"))
                .addAllBridges(List.of("br0", "br1", "br2", "br3"))
                .setUefi(true)
                .setTpm(true)
                .setBootId(bootId)
                .build();
    }

    /** Throws CommandFailure with NO_CAPACITY for a VM that does not fit beside the others. */
    void admit(SimulatedVm vm, Collection<SimulatedVm> all, String host) {
        List<SimulatedVm> others =
                all.stream().filter(other -> !other.id.equals(vm.id)).toList();
        long used = others.stream().mapToLong(other -> other.memoryBytes).sum();
        long free = memoryBytes - RESERVED_BYTES - used;
        if (vm.memoryBytes > free) {
            throw CommandFailure.noCapacity("VM " + vm.id + " needs " + vm.memoryBytes + " bytes of memory; " + host
                    + " has " + free + " free. Another host may do");
        }
        int vcpus = others.stream().mapToInt(other -> other.vcpus).sum();
        if (vm.vcpus > cpus || vcpus + vm.vcpus > cpus * CPU_OVERCOMMIT) {
            throw CommandFailure.noCapacity("VM " + vm.id + " needs " + vm.vcpus + " vCPUs; " + host + " has " + cpus
                    + " CPUs that carry " + vcpus + " already. Another host may do");
        }
    }
}
