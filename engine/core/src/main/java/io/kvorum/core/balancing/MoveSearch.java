package io.kvorum.core.balancing;

import io.kvorum.core.balancing.EvenDistribution.Parameters;
import java.util.stream.IntStream;

/**
 * Looks for the one move that lowers {@link Unevenness} most, after its cost, in the state that the model is in. What is cheap
 * is asked first: the rules are asked only of a move that would be the best one yet.
 */
final class MoveSearch {

    static final int NOBODY = -1;

    /** A gain that is none but for rounding. */
    static final double NOTHING = 1e-9;

    /** Below that a cluster is even enough, by aggressiveness: the standard deviations of all that counts, added. */
    private static final double[] EVEN_ENOUGH = {Double.POSITIVE_INFINITY, 0.2, 0.1, 0.048, 0.015};

    /** What a move must gain: two hosts come nearer to each other by 2 % of what they have. */
    private static final double MINIMUM_GAIN = 0.02;

    /** So much of its CPU's load goes away from a host under pressure before it is looked at again. */
    private static final double RELIEF = 0.9;

    /** What copying costs: a move that takes an hour must gain 0.2 more. */
    private static final double COST_OF_A_SECOND = 0.2 / 3600;

    private final LoadModel model;
    private final MoveRules rules;
    private final Parameters parameters;
    private final Unevenness unevenness;
    private final MigrationCost[] costs;
    private final double[] charges;
    private final boolean[] pressed;
    private final double[] cpuHigh;

    private int vm = NOBODY;
    private int target = NOBODY;
    private double net;

    MoveSearch(LoadModel model, MoveRules rules, Parameters parameters, Unevenness unevenness) {
        this.model = model;
        this.rules = rules;
        this.parameters = parameters;
        this.unevenness = unevenness;
        costs = IntStream.range(0, model.vmCount())
                .mapToObj(each -> MigrationCost.of(model.vm(each), parameters.bytesPerSecond()))
                .toArray(MigrationCost[]::new);
        charges = IntStream.range(0, costs.length)
                .mapToDouble(each -> costs[each].seconds() * COST_OF_A_SECOND)
                .toArray();
        pressed = new boolean[model.hostCount()];
        cpuHigh = new double[model.hostCount()];
        for (int host = 0; host < pressed.length; host++) {
            pressed[host] = model.host(host).pressed();
            cpuHigh[host] = pressed[host]
                    ? Math.min(parameters.cpuHigh(), RELIEF * unevenness.cpu(host))
                    : parameters.cpuHigh();
        }
    }

    /** The VM of the best move; {@link #NOBODY} if none gains enough. */
    int vm() {
        return vm;
    }

    int target() {
        return target;
    }

    MigrationCost cost(int of) {
        return costs[of];
    }

    /** What the move would gain after its cost, if it may be made now; negative if it may not. */
    double net(int of, int to) {
        double gains = unevenness.gain(of, to) - charges[of];
        return gains > NOTHING && admitted(of, to) ? gains : -1;
    }

    /** Begins anew; what is found must gain more than that. */
    void begin(double atLeast) {
        vm = NOBODY;
        target = NOBODY;
        net = atLeast;
    }

    /** Tries all VMs of these hosts that have not moved in the plan on all those hosts. */
    void look(int[] sources, int[] targets, boolean[] moved) {
        for (int source : sources) {
            boolean critical = unevenness.fullest(source) > parameters.critical();
            double needed = needed(source);
            for (int each = model.firstOn(source); each != NOBODY; each = model.nextOn(each)) {
                if (!moved[each] && (critical || model.vm(each).rested())) {
                    look(each, source, needed, targets);
                }
            }
        }
    }

    private void look(int of, int source, double needed, int[] targets) {
        double charge = charges[of];
        for (int to : targets) {
            double gains = unevenness.gain(of, source, to) - charge;
            if (gains > needed && gains > net && to != source && admitted(of, to)) {
                net = gains;
                vm = of;
                target = to;
            }
        }
    }

    private double needed(int source) {
        if (over(source)) {
            return NOTHING;
        }
        return evenEnough() ? Double.POSITIVE_INFINITY : MINIMUM_GAIN;
    }

    /** Whether nothing moves any more but off hosts above a threshold. */
    boolean evenEnough() {
        return unevenness.total() <= EVEN_ENOUGH[parameters.aggressiveness() - 1] * model.hostCount();
    }

    /** Whether the host is above a threshold. */
    boolean over(int host) {
        return unevenness.cpu(host) > cpuHigh[host]
                || unevenness.memory(host) > parameters.memoryHigh()
                || unevenness.overIo(host);
    }

    private boolean admitted(int of, int to) {
        int from = model.hostOf(of);
        double cpu = unevenness.cpuAfter(of, to);
        double memory = unevenness.memoryAfter(of, to);
        return !pressed[to]
                && memory <= parameters.limit()
                && cpu <= Math.max(parameters.cpuHigh(), unevenness.cpu(from))
                && memory <= Math.max(parameters.memoryHigh(), unevenness.memory(from))
                && Math.max(cpu, memory) <= unevenness.worst()
                && !unevenness.tooMuchIo(of, from, to)
                && rules.allows(model, of, to);
    }
}
