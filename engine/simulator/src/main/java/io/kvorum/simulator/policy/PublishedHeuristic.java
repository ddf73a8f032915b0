package io.kvorum.simulator.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The published heuristics that others are compared with (Beloglazov and Buyya, 2012), as CloudSim 3.0.3 has them: overloaded
 * hosts give away their VMs of the least memory, which go where power grows least; then every other host, the idlest
 * first, is emptied if all of its VMs find a place.
 */
final class PublishedHeuristic implements ReplayPolicy {

    /** What counts as overloaded. */
    private interface Overload {
        boolean test(ReplayHost host, List<ReplayVm> vms);
    }

    private static final int HISTORY = 30;
    private static final int REGRESSION = 10;
    private static final double FALLBACK = 0.7;

    private final Overload overload;

    private PublishedHeuristic(Overload overload) {
        this.overload = overload;
    }

    /** THR-MMT: overloaded above that share of the host. */
    static ReplayPolicy threshold(double share) {
        return new PublishedHeuristic((host, vms) -> requested(vms) / host.model.mips() > share);
    }

    /** LR-MMT: overloaded if a line through the last loads, times the safety, reaches all of the host. */
    static ReplayPolicy localRegression(double safety) {
        return new PublishedHeuristic((host, vms) -> {
            double[] loads = loads(host, vms);
            if (loads.length < REGRESSION) {
                return requested(vms) / host.model.mips() > FALLBACK;
            }
            return predicted(loads) * safety >= 1;
        });
    }

    /** Of the host, newest first, as if its VMs had always been there; without zeros at the end. */
    private static double[] loads(ReplayHost host, List<ReplayVm> vms) {
        double[] loads = new double[HISTORY];
        for (ReplayVm vm : vms) {
            for (int i = 0; i < Math.min(HISTORY, vm.samples); i++) {
                loads[i] += vm.history[vm.samples - 1 - i] * vm.model.mips / host.model.mips();
            }
        }
        int length = HISTORY;
        while (length > 1 && loads[length - 1] == 0) {
            length--;
        }
        return Arrays.copyOf(loads, length);
    }

    /** One step and one migration after the last of the ten newest loads, by least squares. */
    private static double predicted(double[] newestFirst) {
        double sumX = 0;
        double sumY = 0;
        double sumXx = 0;
        double sumXy = 0;
        for (int i = 0; i < REGRESSION; i++) {
            double x = i + 1;
            double y = newestFirst[REGRESSION - 1 - i];
            sumX += x;
            sumY += y;
            sumXx += x * x;
            sumXy += x * y;
        }
        double slope = (REGRESSION * sumXy - sumX * sumY) / (REGRESSION * sumXx - sumX * sumX);
        double intercept = (sumY - slope * sumX) / REGRESSION;
        return intercept + slope * (REGRESSION + 1);
    }

    private static double requested(List<ReplayVm> vms) {
        double sum = 0;
        for (ReplayVm vm : vms) {
            sum += vm.requestedMips;
        }
        return sum;
    }

    @Override
    public List<Move> decide(List<ReplayHost> hosts) {
        return new Round(hosts).decide();
    }

    /** One decision, on VMs that are moved in thought only. */
    private final class Round {
        private final List<ReplayHost> hosts;
        private final Map<ReplayHost, List<ReplayVm>> placed = new HashMap<>();
        private final List<Move> moves = new ArrayList<>();

        Round(List<ReplayHost> hosts) {
            this.hosts = hosts;
            hosts.forEach(host -> placed.put(host, new ArrayList<>(host.vms)));
        }

        List<Move> decide() {
            Set<ReplayHost> overloaded = new HashSet<>();
            List<ReplayVm> leaving = new ArrayList<>();
            for (ReplayHost host : hosts) {
                if (overload.test(host, on(host))) {
                    overloaded.add(host);
                }
            }
            for (ReplayHost host : hosts) {
                if (overloaded.contains(host)) {
                    relieve(host, leaving);
                }
            }
            for (ReplayVm vm : byDemand(leaving)) {
                ReplayHost target = target(vm, overloaded);
                if (target != null) {
                    place(vm, target);
                }
            }
            emptyTheIdlest(overloaded);
            return moves;
        }

        private List<ReplayVm> on(ReplayHost host) {
            return placed.getOrDefault(host, List.of());
        }

        private void relieve(ReplayHost host, List<ReplayVm> leaving) {
            List<ReplayVm> vms = on(host);
            while (!vms.isEmpty()) {
                ReplayVm least = vms.getFirst();
                for (ReplayVm vm : vms) {
                    least = vm.model.ramMb < least.model.ramMb ? vm : least;
                }
                vms.remove(least);
                leaving.add(least);
                if (!overload.test(host, vms)) {
                    return;
                }
            }
        }

        private void emptyTheIdlest(Set<ReplayHost> overloaded) {
            Set<ReplayHost> notEmptied = new HashSet<>(overloaded);
            Set<ReplayHost> notTargets = new HashSet<>(overloaded);
            for (ReplayHost host : hosts) {
                if (host.load() == 0) {
                    notEmptied.add(host);
                    notTargets.add(host);
                }
            }
            while (true) {
                ReplayHost idlest = null;
                double least = 1;
                for (ReplayHost host : hosts) {
                    if (host.load() > 0 && host.load() < least && !notEmptied.contains(host) && !on(host).isEmpty()) {
                        idlest = host;
                        least = host.load();
                    }
                }
                if (idlest == null) {
                    return;
                }
                notEmptied.add(idlest);
                notTargets.add(idlest);
                empty(idlest, notTargets).forEach(move -> notEmptied.add(move.target()));
            }
        }

        /** All of its VMs find a place, or none moves. */
        private List<Move> empty(ReplayHost host, Set<ReplayHost> notTargets) {
            int before = moves.size();
            for (ReplayVm vm : byDemand(on(host))) {
                ReplayHost target = target(vm, notTargets);
                if (target == null) {
                    while (moves.size() > before) {
                        Move undone = moves.removeLast();
                        on(undone.target()).remove(undone.vm());
                    }
                    return List.of();
                }
                place(vm, target);
            }
            return moves.subList(before, moves.size());
        }

        private void place(ReplayVm vm, ReplayHost target) {
            on(target).add(vm);
            moves.add(new Move(vm, target));
        }

        private @Nullable ReplayHost target(ReplayVm vm, Set<ReplayHost> excluded) {
            ReplayHost best = null;
            double least = Double.MAX_VALUE;
            for (ReplayHost host : hosts) {
                if (excluded.contains(host) || host == vm.host) {
                    continue;
                }
                List<ReplayVm> there = on(host);
                double given = 0;
                for (ReplayVm other : there) {
                    given += Math.min(other.requestedMips, host.model.coreMips);
                }
                if (vm.requestedMips > host.model.coreMips || host.model.mips() - given < vm.requestedMips) {
                    continue;
                }
                if (given != 0 && overloadedWith(host, there, vm)) {
                    continue;
                }
                double more = host.model.watts((given + vm.requestedMips) / host.model.mips())
                        - host.model.watts(host.load());
                if (more < least) {
                    least = more;
                    best = host;
                }
            }
            return best;
        }

        private boolean overloadedWith(ReplayHost host, List<ReplayVm> there, ReplayVm vm) {
            there.add(vm);
            boolean over = overload.test(host, there);
            there.removeLast();
            return over;
        }

        private static List<ReplayVm> byDemand(List<ReplayVm> vms) {
            return vms.stream()
                    .sorted(Comparator.<ReplayVm>comparingDouble(vm -> vm.requestedMips)
                            .reversed())
                    .toList();
        }
    }
}
