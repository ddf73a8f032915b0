package io.kvorum.core.balancing;

import io.kvorum.core.balancing.LoadModel.HostLoad;
import io.kvorum.core.balancing.LoadModel.Move;
import io.kvorum.core.balancing.LoadModel.VmLoad;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Packs VMs onto few hosts, so that the others can be switched off.
 *
 * <ol>
 *   <li>A host that is asked for more than it has gives away VMs, those first that relieve it most for the memory that has
 *       to be copied, until it has some room again. They may go to a host that is off.
 *   <li>Hosts whose VMs have all rested are emptied, the least useful first, if all of their VMs find room on others; else
 *       they are left as they are.
 *   <li>A VM goes where it fits tightest, which keeps large holes for large VMs. It fits where what is expected
 *       (the sum of means, and so many standard deviations of that sum) stays below the limit: the loads of many VMs on a host
 *       even out, so they need less than each of them at its worst.
 * </ol>
 *
 * Invariants: no move makes a host need more than the limit, nor a host under pressure need more; memory suffices for every order of the moves.
 */
public final class PowerSaving {

    /**
     * How it packs.
     *
     * @param limit share of a host's CPUs that may be given out
     * @param deviations standard deviations that are kept free for peaks
     * @param relievedTo share of a host's CPUs that it is relieved to
     * @param memoryLimit share of a host's memory that may be given out
     * @param diskLimit share of what a host's disks carry, where that is known
     * @param networkLimit likewise of its network
     */
    public record Parameters(
            double limit,
            double deviations,
            double relievedTo,
            double memoryLimit,
            double diskLimit,
            double networkLimit) {
        public static final Parameters DEFAULT = new Parameters(0.95, 2, 0.9, 1, 1, 1);
    }

    private static final int NOWHERE = -1;

    private final LoadModel model;
    private final MoveRules rules;
    private final Parameters parameters;

    /** Cost of what each host can do: its watts when it is as full as memory allows, by the load it then carries. */
    private final double[] wattsByWork;

    public PowerSaving(LoadModel model, MoveRules rules, Parameters parameters) {
        this.model = model;
        this.rules = rules;
        this.parameters = parameters;
        double meanByMemory = IntStream.range(0, model.vmCount())
                        .mapToDouble(vm -> model.vm(vm).cpuMean())
                        .sum()
                / IntStream.range(0, model.vmCount())
                        .mapToDouble(vm -> model.vm(vm).memory())
                        .sum();
        wattsByWork = IntStream.range(0, model.hostCount())
                .mapToDouble(host -> wattsByWork(model.host(host), meanByMemory))
                .toArray();
    }

    private double wattsByWork(HostLoad host, double meanByMemory) {
        double work = Math.min(parameters.limit() * host.cpuCapacity(), meanByMemory * host.memoryCapacity());
        return host.power().watts(work / host.cpuCapacity()) / work;
    }

    /** Plans; the model is left as it shall become. */
    public List<Move> plan() {
        for (int host = 0; host < model.hostCount(); host++) {
            relieve(host);
        }
        empty(host -> true);
        return model.moves();
    }

    /** Empties what can be emptied of these hosts, and answers which; the model is left as it shall become. */
    List<Integer> empty(IntPredicate candidates) {
        return IntStream.range(0, model.hostCount())
                .filter(host -> !model.isEmpty(host) && candidates.test(host) && allRested(host))
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(host -> -wattsByWork[host])
                        .thenComparingDouble(this::fullness))
                .filter(this::empty)
                .toList();
    }

    /** Whether the VM, as the model stands, may go there. */
    boolean fits(int vm, int host) {
        return model.hostOf(vm) != host && fit(vm, host) >= 0 && rules.allows(model, vm, host);
    }

    private void move(int vm, int to) {
        model.move(vm, to);
        rules.moved(vm, to);
    }

    private boolean allRested(int host) {
        return IntStream.of(model.vmsOn(host)).allMatch(vm -> model.vm(vm).rested());
    }

    private double fullness(int host) {
        return Math.max(
                model.cpuMean(host) / model.host(host).cpuCapacity(),
                model.memory(host) / model.host(host).memoryCapacity());
    }

    private double asked(int host) {
        return Math.max(model.cpu(host), model.cpuMean(host));
    }

    private void relieve(int host) {
        double capacity = model.host(host).cpuCapacity();
        if (asked(host) <= capacity) {
            return;
        }
        double room = parameters.relievedTo() * capacity;
        for (int[] on = model.vmsOn(host); asked(host) > room && on.length > 1; on = model.vmsOn(host)) {
            double tooMuch = asked(host) - room;
            int best = IntStream.of(on)
                    .boxed()
                    .max(Comparator.comparingDouble(
                            vm -> Math.min(lasting(vm), tooMuch) / model.vm(vm).memory()))
                    .orElseThrow();
            int target = target(best, true);
            if (target == NOWHERE) {
                return;
            }
            move(best, target);
        }
    }

    /** Of what it asks for now, what it will go on asking for: a short peak does not pay for a move. */
    private double lasting(int vm) {
        return Math.min(model.vm(vm).cpu(), 1.5 * model.vm(vm).cpuMean());
    }

    /** All of its VMs find room, or none moves. */
    private boolean empty(int host) {
        List<Integer> moved = new ArrayList<>();
        int[] largestFirst = IntStream.of(model.vmsOn(host))
                .boxed()
                .sorted(Comparator.comparingDouble(this::size).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        for (int vm : largestFirst) {
            int target = target(vm, false);
            if (target == NOWHERE) {
                moved.reversed().forEach(undone -> move(undone, host));
                return false;
            }
            moved.add(vm);
            move(vm, target);
        }
        return true;
    }

    private double size(int vm) {
        VmLoad load = model.vm(vm);
        return load.cpuMean() + parameters.deviations() * Math.sqrt(load.cpuVariance());
    }

    /** The host that it fits on tightest, of those that work best for what they draw; one that is off only if it may wake it. */
    private int target(int vm, boolean mayWake) {
        int from = model.hostOf(vm);
        int best = NOWHERE;
        int asleep = NOWHERE;
        double bestFit = 0;
        for (int host = 0; host < model.hostCount(); host++) {
            if (host == from || (model.isEmpty(host) && !mayWake)) {
                continue;
            }
            double fit = fit(vm, host);
            if (fit < 0 || !rules.allows(model, vm, host)) {
                continue;
            }
            if (model.isEmpty(host)) {
                asleep = asleep == NOWHERE || wattsByWork[host] < wattsByWork[asleep] ? host : asleep;
            } else if (best == NOWHERE
                    || wattsByWork[host] < wattsByWork[best]
                    || (wattsByWork[host] == wattsByWork[best] && fit > bestFit)) {
                best = host;
                bestFit = fit;
            }
        }
        return best == NOWHERE ? asleep : best;
    }

    private boolean tooMuchIo(Io more, int host) {
        Io carried = model.host(host).ioCapacity();
        return tooMuch(model.disk(host), more.disk(), parameters.diskLimit() * carried.disk())
                || tooMuch(model.network(host), more.network(), parameters.networkLimit() * carried.network());
    }

    private static boolean tooMuch(double now, double more, double limit) {
        return limit > 0 && more > 0 && now + more > limit;
    }

    /** How full the host would be, 0 to 1, in what it has least of; negative if the VM does not fit. */
    private double fit(int vm, int host) {
        VmLoad load = model.vm(vm);
        HostLoad there = model.host(host);
        double now = model.cpu(host) + load.cpu();
        double expected = model.cpuMean(host)
                + load.cpuMean()
                + parameters.deviations() * Math.sqrt(model.cpuVariance(host) + load.cpuVariance());
        boolean comesBack = load.host() == host;
        double memory = model.memoryInTransit(host) + (comesBack ? 0 : load.memory());
        if (Math.max(now, expected) > parameters.limit() * there.cpuCapacity()
                || memory > parameters.memoryLimit() * there.memoryCapacity()
                || there.pressed()
                || tooMuchIo(load.io(), host)) {
            return -1;
        }
        return Math.max(expected / there.cpuCapacity(), memory / there.memoryCapacity());
    }
}
