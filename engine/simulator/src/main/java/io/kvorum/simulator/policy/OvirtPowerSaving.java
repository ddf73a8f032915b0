package io.kvorum.simulator.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The logic of oVirt's power_saving at its defaults: once a minute one VM moves, off a host above HighUtilization, or else off
 * one below LowUtilization, to the busiest host that stays below HighUtilization. The VM that uses the least goes first.
 */
final class OvirtPowerSaving implements ReplayPolicy {

    private static final double HIGH_UTILIZATION = 0.8;
    private static final double LOW_UTILIZATION = 0.2;
    private static final int MINUTES_A_STEP = Trace.STEP_SECONDS / 60;

    @Override
    public List<Move> decide(List<ReplayHost> hosts) {
        Map<ReplayHost, List<ReplayVm>> on = new HashMap<>();
        hosts.forEach(host -> on.put(host, new ArrayList<>(host.vms)));
        List<Move> moves = new ArrayList<>();
        for (int minute = 0; minute < MINUTES_A_STEP; minute++) {
            Optional<Move> move = pass(hosts, on, moves);
            if (move.isEmpty()) {
                return moves;
            }
            on.values().forEach(vms -> vms.remove(move.get().vm()));
            on.getOrDefault(move.get().target(), List.of()).add(move.get().vm());
            moves.add(move.get());
        }
        return moves;
    }

    private static Optional<Move> pass(List<ReplayHost> hosts, Map<ReplayHost, List<ReplayVm>> on, List<Move> moved) {
        Comparator<ReplayHost> byLoad = Comparator.comparingDouble(host -> load(host, on));
        List<ReplayHost> busy = hosts.stream()
                .filter(host -> load(host, on) > HIGH_UTILIZATION)
                .sorted(byLoad.reversed())
                .toList();
        List<ReplayHost> idle = hosts.stream()
                .filter(host -> load(host, on) > 0 && load(host, on) < LOW_UTILIZATION)
                .sorted(byLoad)
                .toList();
        for (ReplayHost source : busy.isEmpty() ? idle : busy) {
            Optional<ReplayVm> least = on.getOrDefault(source, List.of()).stream()
                    .filter(vm -> moved.stream().noneMatch(move -> move.vm() == vm))
                    .min(Comparator.comparingDouble(vm -> vm.requestedMips));
            Optional<Move> move = least.flatMap(vm -> hosts.stream()
                    .filter(host -> host != source
                            && host.model.coreMips >= vm.requestedMips
                            && (!busy.isEmpty() || load(host, on) > 0)
                            && load(host, on) + vm.requestedMips / host.model.mips() <= HIGH_UTILIZATION)
                    .max(byLoad)
                    .map(host -> new Move(vm, host)));
            if (move.isPresent()) {
                return move;
            }
        }
        return Optional.empty();
    }

    private static double load(ReplayHost host, Map<ReplayHost, List<ReplayVm>> on) {
        return on.getOrDefault(host, List.of()).stream()
                        .mapToDouble(vm -> vm.requestedMips)
                        .sum()
                / host.model.mips();
    }
}
