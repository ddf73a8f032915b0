package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.scheduling.HostLoads;
import io.kvorum.core.scheduling.HostPressure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * A cluster as it was measured, as a {@link LoadModel}. Hosts that are not up, that an operation has to itself, or that have
 * not reported of late or reported what cannot be true, are left out: nothing moves there, nor away from there. A VM that
 * cannot move now counts as what its host needs for itself; one that is moving counts where it goes. What a host needs for itself is
 * what it used beside VMs, so that a VM's load moves with it before any host has reported again.
 */
final class ClusterLoads {

    private final List<Host> hosts = new ArrayList<>();
    private final List<Vm> vms = new ArrayList<>();
    private final Map<UUID, Integer> hostIndex = new HashMap<>();
    private final Map<UUID, Integer> vmIndex = new HashMap<>();
    private final LoadModel model;

    /** @param rested whether a VM may move again for the sake of others */
    ClusterLoads(Turn turn, Cluster cluster, HostLoads loads, Demands demands, Predicate<UUID> rested) {
        for (Host host : turn.inventory().hostsOf(cluster.id())) {
            if (host.state() == HostState.UP
                    && !turn.inventory().locked(Kind.HOST, host.id())
                    && loads.hostFresh(host.id(), turn.nanos())) {
                hostIndex.put(host.id(), hosts.size());
                hosts.add(host);
            }
        }
        double[] ownCpu = new double[hosts.size()];
        double[] ownMemory = new double[hosts.size()];
        double[] ownDisk = new double[hosts.size()];
        double[] ownNetwork = new double[hosts.size()];
        List<LoadModel.VmLoad> vmLoads = new ArrayList<>();
        for (int host = 0; host < hosts.size(); host++) {
            UUID id = hosts.get(host).id();
            ownCpu[host] += loads.hostOwnCpu(id) * hosts.get(host).facts().cpuThreads();
            ownMemory[host] += loads.hostOwnMemoryBytes(id);
            ownDisk[host] += known(loads.hostOwnDisk(id));
            ownNetwork[host] += known(loads.hostOwnNetwork(id));
            for (Vm vm : turn.inventory().vmsOn(id)) {
                double cpu =
                        loads.vmCpu(vm.id()).orElse(0) * vm.spec().hardware().vcpus();
                double measured = loads.vmMemoryBytes(vm.id());
                double memory = measured > 0 ? measured : vm.spec().hardware().memoryBytes();
                boolean leaves = vm.status().targetHostId() != null
                        && !id.equals(vm.status().targetHostId());
                if (leaves) {
                    continue;
                }
                Io io = new Io(known(loads.vmDisk(vm.id())), known(loads.vmNetwork(vm.id())));
                if (!movable(turn, vm) || !loads.vmFresh(vm.id(), turn.nanos())) {
                    ownCpu[host] += cpu;
                    ownMemory[host] += memory;
                    ownDisk[host] += io.disk();
                    ownNetwork[host] += io.network();
                } else {
                    vmIndex.put(vm.id(), vms.size());
                    vms.add(vm);
                    vmLoads.add(new LoadModel.VmLoad(
                            host,
                            cpu,
                            demands.mean(vm, cpu),
                            demands.variance(vm),
                            memory,
                            rested.test(vm.id()),
                            io,
                            demands.dirtied(turn, vm.id())));
                }
            }
        }
        Set<UUID> pressed = HostPressure.relievable(loads, cluster, hosts);
        List<LoadModel.HostLoad> hostLoads = new ArrayList<>();
        for (int host = 0; host < hosts.size(); host++) {
            hostLoads.add(new LoadModel.HostLoad(
                    Math.max(1, hosts.get(host).facts().cpuThreads()),
                    Math.max(1, hosts.get(host).facts().memoryBytes()),
                    PowerCurve.ASSUMED,
                    Math.max(0, ownCpu[host]),
                    Math.max(0, ownMemory[host]),
                    IoUse.capacity(loads, cluster, hosts.get(host).id()),
                    new Io(ownDisk[host], ownNetwork[host]),
                    pressed.contains(hosts.get(host).id())));
        }
        model = new LoadModel(hostLoads, vmLoads);
    }

    private static double known(double rate) {
        return Double.isNaN(rate) ? 0 : rate;
    }

    private static boolean movable(Turn turn, Vm vm) {
        return vm.state() == VmState.UP
                && vm.spec().migration() == MigrationMode.ALLOWED
                && !turn.inventory().locked(Kind.VM, vm.id());
    }

    LoadModel model() {
        return model;
    }

    Host host(int index) {
        return hosts.get(index);
    }

    Vm vm(int index) {
        return vms.get(index);
    }

    OptionalInt hostIndex(UUID id) {
        return index(hostIndex, id);
    }

    OptionalInt vmIndex(UUID id) {
        return index(vmIndex, id);
    }

    private static OptionalInt index(Map<UUID, Integer> map, UUID id) {
        Integer index = map.get(id);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
