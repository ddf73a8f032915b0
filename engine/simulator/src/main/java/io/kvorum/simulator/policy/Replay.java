package io.kvorum.simulator.policy;

import io.kvorum.simulator.policy.ReplayPolicy.Move;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plays a recorded day on 800 hosts by the rules of CloudSim 3.0.3 ({@code org.cloudbus.cloudsim.power} and its PlanetLab
 * examples), so that results compare with published ones.
 *
 * <ol>
 *   <li>VMs are placed where power grows least, as they ask for all they may; a quarter of them is of each kind.
 *   <li>Every 300 s the policy decides. A move lasts RAM / 62.5 MB/s; meanwhile the VM loses 10 % on its source and takes
 *       10 % on its target. A host without VMs is off.
 *   <li>Energy is counted between looks (steps, and ends of moves) on the line between the loads at both.
 *   <li>A VM that asks for nothing has ended, and is gone.
 * </ol>
 *
 * Memory counts in the first placement only, as in CloudSim, unless the policy sees to it itself.
 */
final class Replay {

    static final int HOSTS = 800;

    private static final double DAY_SECONDS = 86_400;

    /** When load is first there; steps follow from there. */
    private static final double FIRST_SECONDS = 0.1;

    private final Trace trace;
    private final List<ReplayHost> hosts = new ArrayList<>();
    private final List<ReplayVm> vms = new ArrayList<>();
    private final List<ReplayVm> everyVm;
    private double lastSeconds;
    private double joules;
    private int migrations;
    private double boundWatts;
    private double boundJoules;

    /**
     * @param slatah share of the active hosts' time in which a host gave less than was asked
     * @param pdm share of what was asked that was lost to migrations
     * @param boundKwh what no placement that keeps to memory can do without
     */
    record Result(double kwh, int migrations, double slatah, double pdm, double boundKwh) {
        double slav() {
            return slatah * pdm;
        }

        double esv() {
            return kwh * slav();
        }
    }

    Replay(Trace trace) {
        this.trace = trace;
        for (int i = 0; i < HOSTS; i++) {
            hosts.add(new ReplayHost(i, HostModel.values()[i % HostModel.values().length]));
        }
        int all = trace.use().size();
        int ofAKind = (all + VmModel.values().length - 1) / VmModel.values().length;
        for (int i = 0; i < all; i++) {
            ReplayVm vm = new ReplayVm(i, VmModel.values()[i / ofAKind]);
            FirstPlacement.place(vm, hosts);
            vms.add(vm);
        }
        everyVm = List.copyOf(vms);
    }

    Result run(ReplayPolicy policy) {
        for (double now = FIRST_SECONDS + Trace.STEP_SECONDS; now < DAY_SECONDS; now += Trace.STEP_SECONDS) {
            look(now, true);
            TreeMap<Double, List<ReplayVm>> ends = new TreeMap<>();
            for (Move move : policy.decide(hosts)) {
                begin(move, now);
                double end = now + move.vm().model.ramMb / HostModel.MIGRATION_MB_PER_SECOND;
                ends.computeIfAbsent(end, key -> new ArrayList<>()).add(move.vm());
            }
            ends.forEach((seconds, moved) -> {
                look(seconds, false);
                moved.forEach(Replay::end);
                hosts.forEach(host -> host.share(seconds));
            });
        }
        double active = hosts.stream().mapToDouble(ReplayHost::activeSeconds).sum();
        double tooLittle = hosts.stream().mapToDouble(ReplayHost::shortSeconds).sum();
        double requested =
                everyVm.stream().mapToDouble(ReplayVm::requestedTotal).sum();
        double lost = everyVm.stream().mapToDouble(ReplayVm::lostToMigrations).sum();
        return new Result(joules / 3.6e6, migrations, tooLittle / active, lost / requested, boundJoules / 3.6e6);
    }

    private void look(double now, boolean step) {
        for (ReplayVm vm : vms) {
            double share = trace.at(vm.id, now);
            vm.requestedMips = share * vm.model.mips;
            if (step) {
                vm.sample(share);
            }
        }
        for (ReplayHost host : hosts) {
            host.share(now);
            joules += host.energy(now - lastSeconds);
        }
        bound(now);
        lastSeconds = now;
        vms.removeIf(vm -> {
            boolean ended = !vm.migrating() && vm.requestedMips == 0;
            if (ended && vm.host != null) {
                vm.host.vms.remove(vm);
            }
            return ended;
        });
    }

    private void bound(double now) {
        double watts = LowerBound.watts(
                HOSTS / HostModel.values().length,
                HostsNeeded.atLeast(countsOfKinds()),
                hosts.stream().mapToDouble(ReplayHost::usedMips).sum());
        // Before the first look nothing is on, as far as energy is counted.
        boundJoules += boundWatts == 0 ? 0 : (boundWatts + watts) / 2 * (now - lastSeconds);
        boundWatts = watts;
    }

    private int[] countsOfKinds() {
        int[] counts = new int[VmModel.values().length];
        vms.forEach(vm -> counts[vm.model.ordinal()]++);
        return counts;
    }

    private void begin(Move move, double now) {
        ReplayHost source = hostOf(move.vm());
        if (move.vm().targets.contains(move.target()) || move.target() == source) {
            throw new IllegalStateException("VM " + move.vm().id + " cannot move to host " + move.target().id);
        }
        migrations++;
        move.vm().targets.add(move.target());
        move.target().vms.add(move.vm());
        move.target().share(now);
        source.share(now);
    }

    private static void end(ReplayVm vm) {
        hostOf(vm).vms.remove(vm);
        vm.host = vm.targets.removeFirst();
    }

    private static ReplayHost hostOf(ReplayVm vm) {
        @Nullable ReplayHost host = vm.host;
        if (host == null) {
            throw new IllegalStateException("VM " + vm.id + " is nowhere");
        }
        return host;
    }

    /** The first placement, while nothing runs yet. */
    private static final class FirstPlacement {

        /** A VM may have 100 Mb/s of a host's 1 Gb/s. */
        private static final int VMS_BY_NETWORK = 10;

        static void place(ReplayVm vm, List<ReplayHost> hosts) {
            ReplayHost best = hosts.stream()
                    .filter(host -> fits(vm, host))
                    .min(Comparator.comparingDouble(host ->
                            host.model.watts((given(host) + vm.model.mips) / host.model.mips()) - host.model.watts(0)))
                    .orElseThrow(() -> new IllegalStateException("No host is left for VM " + vm.id));
            best.vms.add(vm);
            vm.host = best;
        }

        private static boolean fits(ReplayVm vm, ReplayHost host) {
            return host.model.coreMips >= vm.model.mips
                    && host.model.mips() - given(host) >= vm.model.mips
                    && host.vms.size() < VMS_BY_NETWORK
                    && host.vms.stream().mapToInt(other -> other.model.ramMb).sum() + vm.model.ramMb
                            <= HostModel.RAM_MB;
        }

        private static double given(ReplayHost host) {
            return host.vms.stream().mapToDouble(vm -> vm.model.mips).sum();
        }
    }
}
