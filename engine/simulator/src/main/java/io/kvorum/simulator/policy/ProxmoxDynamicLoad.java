package io.kvorum.simulator.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rebalancing of Proxmox VE 9.2's cluster resource scheduler with dynamic load ({@code ha=dynamic,ha-auto-rebalance=1}), at its
 * defaults.
 *
 * <ol>
 *   <li>A host's load is the mean of the shares of its CPU and of its memory that are in use. Imbalance is the coefficient of variation
 *       of the hosts' loads, divided by the highest that there can be, the square root of their number less one.
 *   <li>Every 10 s the HA manager looks. Where the imbalance was above 30 % three times running, every guest is tried on every other host
 *       (method "bruteforce"), and the migration that leaves the least imbalance is begun, if it lowers it by 10 % of what it is.
 *   <li>Nothing else is begun until it has ended.
 * </ol>
 *
 * The measure and the choice are those of the crate {@code proxmox-resource-scheduling} ({@code scheduler.rs}, {@code node.rs}); the rounds
 * and thresholds are from the description of the settings. The HA manager's own loop for this version could not be had: that it counts
 * anew after a migration, and that the margin is a share of the imbalance, is taken from that description. It knows no
 * saving of power: hosts without guests are off only because the replay has them so.
 */
final class ProxmoxDynamicLoad implements ReplayPolicy {

    private static final double IMBALANCE_THRESHOLD = 0.3;
    private static final double MARGIN = 0.1;
    private static final int HOLD_ROUNDS = 3;
    private static final double ROUND_SECONDS = 10;
    private static final int ROUNDS_A_STEP = (int) (Trace.STEP_SECONDS / ROUND_SECONDS);

    private final double threshold;
    private int roundsAbove;

    ProxmoxDynamicLoad() {
        this(IMBALANCE_THRESHOLD);
    }

    /** @param threshold of the imbalance, 0 to 1 */
    ProxmoxDynamicLoad(double threshold) {
        this.threshold = threshold;
    }

    @Override
    public List<Move> decide(List<ReplayHost> hosts) {
        Loads loads = new Loads(hosts);
        List<Move> moves = new ArrayList<>();
        int round = 0;
        while (round < ROUNDS_A_STEP) {
            roundsAbove = loads.imbalance() > threshold ? roundsAbove + 1 : 0;
            round++;
            if (roundsAbove >= HOLD_ROUNDS) {
                Optional<Move> move = loads.best();
                if (move.isEmpty()) {
                    return moves;
                }
                loads.make(move.get());
                moves.add(move.get());
                roundsAbove = 0;
                round += (int)
                        Math.ceil(move.get().vm().model.ramMb / HostModel.MIGRATION_MB_PER_SECOND / ROUND_SECONDS);
            }
        }
        return moves;
    }

    /** The hosts' loads, and what they would be. */
    private static final class Loads {

        private final List<ReplayHost> hosts;
        private final List<List<ReplayVm>> on = new ArrayList<>();
        private final double[] load;
        private double sum;
        private double squares;

        Loads(List<ReplayHost> hosts) {
            this.hosts = hosts;
            load = new double[hosts.size()];
            for (ReplayHost host : hosts) {
                on.add(new ArrayList<>(host.vms));
                host.vms.forEach(vm -> load[host.id] += share(vm, host));
                sum += load[host.id];
                squares += load[host.id] * load[host.id];
            }
        }

        /** What the VM adds to the load of a host. */
        private static double share(ReplayVm vm, ReplayHost host) {
            return (vm.requestedMips / host.model.mips() + (double) vm.model.ramMb / HostModel.RAM_MB) / 2;
        }

        double imbalance() {
            return imbalance(sum, squares);
        }

        private double imbalance(double ofSum, double ofSquares) {
            int count = load.length;
            if (count < 2 || ofSum == 0) {
                return 0;
            }
            double mean = ofSum / count;
            double deviation = Math.sqrt(Math.max(0, ofSquares / count - mean * mean));
            return deviation / mean / Math.sqrt(count - 1);
        }

        Optional<Move> best() {
            double least = imbalance() * (1 - MARGIN);
            Optional<Move> best = Optional.empty();
            for (ReplayHost source : hosts) {
                for (ReplayVm vm : on.get(source.id)) {
                    for (ReplayHost target : hosts) {
                        double after = target == source ? 1 : with(vm, source, target);
                        if (after <= least && (after < least || best.isEmpty())) {
                            least = after;
                            best = Optional.of(new Move(vm, target));
                        }
                    }
                }
            }
            return best;
        }

        private double with(ReplayVm vm, ReplayHost source, ReplayHost target) {
            double left = Math.max(0, load[source.id] - share(vm, source));
            double there = load[target.id] + share(vm, target);
            return imbalance(
                    sum - load[source.id] - load[target.id] + left + there,
                    squares
                            - load[source.id] * load[source.id]
                            - load[target.id] * load[target.id]
                            + left * left
                            + there * there);
        }

        void make(Move move) {
            ReplayHost source = hosts.stream()
                    .filter(host -> on.get(host.id).contains(move.vm()))
                    .findFirst()
                    .orElseThrow();
            change(source.id, -share(move.vm(), source));
            change(move.target().id, share(move.vm(), move.target()));
            // Not added to the target's: the replay moves a guest once a step.
            on.get(source.id).remove(move.vm());
        }

        private void change(int host, double by) {
            double after = Math.max(0, load[host] + by);
            sum += after - load[host];
            squares += after * after - load[host] * load[host];
            load[host] = after;
        }
    }
}
