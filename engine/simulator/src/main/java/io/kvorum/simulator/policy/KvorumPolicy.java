package io.kvorum.simulator.policy;

import io.kvorum.core.balancing.DemandForecast;
import io.kvorum.core.balancing.LoadModel;
import io.kvorum.core.balancing.LoadModel.HostLoad;
import io.kvorum.core.balancing.LoadModel.VmLoad;
import io.kvorum.core.balancing.MoveRules;
import io.kvorum.core.balancing.PowerSaving;
import io.kvorum.core.balancing.TravelRest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Kvorum's own power saving. */
final class KvorumPolicy implements ReplayPolicy {

    /** Of a VM that nothing is known of yet, as a share of its CPUs. */
    private static final double ASSUMED_DEVIATION = 0.08;

    private static final long STEP_NANOS =
            Duration.ofSeconds(Trace.STEP_SECONDS).toNanos();

    private final boolean memoryCounts;
    private final Map<ReplayVm, DemandForecast> forecasts = new HashMap<>();
    private final Map<ReplayVm, TravelRest> rests = new HashMap<>();
    private long nowNanos;

    /** @param memoryCounts whether the VMs on a host may have no more memory than it has */
    KvorumPolicy(boolean memoryCounts) {
        this.memoryCounts = memoryCounts;
    }

    @Override
    public List<Move> decide(List<ReplayHost> hosts) {
        nowNanos += STEP_NANOS;
        List<HostLoad> hostLoads = new ArrayList<>();
        List<VmLoad> vmLoads = new ArrayList<>();
        List<ReplayVm> vms = new ArrayList<>();
        for (ReplayHost host : hosts) {
            double memory = memoryCounts ? HostModel.RAM_MB : Double.MAX_VALUE;
            hostLoads.add(new HostLoad(host.model.mips(), memory, host.model::watts));
            for (ReplayVm vm : host.vms) {
                vms.add(vm);
                vmLoads.add(load(host, vm));
            }
        }
        PowerSaving saving =
                new PowerSaving(new LoadModel(hostLoads, vmLoads), MoveRules.NONE, PowerSaving.Parameters.DEFAULT);
        List<Move> moves = saving.plan().stream()
                .map(move -> new Move(vms.get(move.vm()), hosts.get(move.to())))
                .toList();
        moves.forEach(move -> rest(move.vm()).moved(nowNanos));
        return moves;
    }

    private VmLoad load(ReplayHost host, ReplayVm vm) {
        DemandForecast forecast = observe(vm);
        return new VmLoad(
                host.id,
                vm.requestedMips,
                forecast.mean(),
                forecast.variance(),
                vm.model.ramMb,
                rest(vm).rested(nowNanos));
    }

    private TravelRest rest(ReplayVm vm) {
        return rests.computeIfAbsent(vm, key -> new TravelRest());
    }

    private DemandForecast observe(ReplayVm vm) {
        DemandForecast known = forecasts.get(vm);
        if (known == null) {
            known = new DemandForecast(vm.requestedMips, ASSUMED_DEVIATION * vm.model.mips);
            forecasts.put(vm, known);
        } else {
            known.add(vm.requestedMips);
        }
        return known;
    }
}
