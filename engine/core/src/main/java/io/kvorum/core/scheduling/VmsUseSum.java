package io.kvorum.core.scheduling;

import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.scheduling.HostLoads.VmsUse;
import java.util.Optional;

/** Adds up what the VMs of a host use of it. */
public final class VmsUseSum {

    private final int threads;
    private double cpus;
    private double waitedCpus;
    private double memoryBytes;
    private double disk;
    private double network;
    private boolean migrates;

    /** @param threads CPU threads of the host */
    public VmsUseSum(int threads) {
        this.threads = Math.max(1, threads);
    }

    /** Adds one that the host has reported; it may be unknown. */
    public void add(VmLoad told, Optional<Vm> vm) {
        vm.ifPresent(this::see);
        add(
                vm.map(VmsUseSum::vcpus).orElse(0),
                told.cpuUsage(),
                HostSenses.share(told.cpuWait()),
                told.memoryUsedBytes(),
                HostSenses.rate(told.diskBytesPerSecond()),
                HostSenses.rate(told.networkBytesPerSecond()));
    }

    /**
     * Adds one that the host has not reported yet, as it was last measured, here or elsewhere; how long it waits here is not known,
     * and is no worse for that.
     *
     * @param here whether it runs there, or is only on its way
     */
    public void add(HostLoads loads, Vm vm, boolean here) {
        see(vm);
        if (here) {
            add(
                    vcpus(vm),
                    loads.vmCpu(vm.id()).orElse(0),
                    0,
                    loads.vmMemoryBytes(vm.id()),
                    loads.vmDisk(vm.id()),
                    loads.vmNetwork(vm.id()));
        }
    }

    private void see(Vm vm) {
        migrates |= vm.state() == VmState.MIGRATING;
    }

    private static int vcpus(Vm vm) {
        return vm.spec().hardware().vcpus();
    }

    /** Whether one of them is migrating. */
    public boolean migrates() {
        return migrates;
    }

    private void add(int vcpus, double cpu, double wait, double memory, double diskRate, double networkRate) {
        cpus += cpu * vcpus;
        // A VM of which it is not known makes the sum unknown, unless it does nothing.
        waitedCpus += cpu * vcpus == 0 && Double.isNaN(wait) ? 0 : wait * vcpus;
        memoryBytes += memory;
        disk += Double.isNaN(diskRate) ? 0 : diskRate;
        network += Double.isNaN(networkRate) ? 0 : networkRate;
    }

    public VmsUse use() {
        return new VmsUse(cpus / threads, memoryBytes, waitedCpus / threads, disk, network);
    }
}
