package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.CpuSpec;
import io.kvorum.proto.agent.v1.GrowVm;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmSpec;
import java.util.Optional;

/** A simulated guest is given more while it runs, within what it was started with room for and what its host has. */
final class SimulatedGrowth {
    private SimulatedGrowth() {}

    static void run(SimulatedHypervisor host, GrowVm command, Optional<String> failure) {
        synchronized (host) {
            SimulatedVm vm = host.require(command.getVmId());
            if (vm.migrating || vm.state == VmRunState.VM_RUN_STATE_MIGRATING_IN) {
                throw CommandFailure.conflict("VM " + vm.id + " is migrating");
            }
            int vcpus = Math.max(vm.vcpus, command.getVcpus());
            long memoryBytes = Math.max(vm.memoryBytes, command.getMemoryBytes());
            checkRoom(vm, host.specs().getOrDefault(vm.id, VmSpec.getDefaultInstance()), vcpus, memoryBytes);
            SimulatedVm larger = vm.copy(vm.state, System.nanoTime());
            larger.resize(vcpus, memoryBytes, System.nanoTime());
            host.admit(larger);
            if (failure.isPresent()) {
                throw CommandFailure.hypervisor(failure.get());
            }
            vm.resize(vcpus, memoryBytes, System.nanoTime());
        }
    }

    private static void checkRoom(SimulatedVm vm, VmSpec spec, int vcpus, long memoryBytes) {
        CpuSpec cpu = spec.getCpu();
        int mostVcpus = cpu.getMaxSockets() * cpu.getCoresPerSocket() * cpu.getThreadsPerCore();
        long mostBytes = spec.getMemory().getMaxBytes();
        if ((vcpus > vm.vcpus && vcpus > mostVcpus) || (memoryBytes > vm.memoryBytes && memoryBytes > mostBytes)) {
            throw CommandFailure.conflict("VM " + vm.id + " was started with room for " + mostVcpus + " vCPUs and "
                    + mostBytes + " bytes of memory; stop it and start it again to give it more");
        }
    }
}
