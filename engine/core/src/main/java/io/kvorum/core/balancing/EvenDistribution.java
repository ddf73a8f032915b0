package io.kvorum.core.balancing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Evens out CPU and memory among hosts, and disks and networks where it is known of all hosts what they carry.
 *
 * <ol>
 *   <li>Of all moves from busier to less busy hosts, the one is taken that lowers {@link Unevenness} most, after its cost; then
 *       the next one from there, until none gains, or the cluster is even enough. In a large cluster only the VMs of some of the busiest hosts are
 *       tried on some of the least busy ones, until all hosts have had their turn and none gained.
 *   <li>Each of these moves is taken back and replaced by the best one that there is instead, as long as that is better: what
 *       was best at first often is not when the others are made too. One that is not worth it any more falls away.
 *   <li>What is not needed for the cluster to be even enough is left out.
 * <li>They are put in order: the one that helps most comes first.
 * </ol>
 *
 * A VM moves once in a plan. What is even enough is a matter of aggressiveness; a host above a threshold is relieved by
 * whatever helps, and one above the critical threshold even by VMs that have not rested. A host under pressure counts as above the
 * threshold until a tenth of its CPU's load is gone, and takes no VM.
 *
 * <p>Invariants, after every single move in that order: the rules allow it, given the moves before it; it fits in the target's
 * memory beside what is there; unevenness is lower; no host is worse than the worst one was. So a plan may end after any of its
 * moves, a balanced cluster has none, and planning again and again ends.
 */
public final class EvenDistribution {

    /**
     * How it plans. Thresholds are shares, 0 to 1.
     *
     * @param aggressiveness 1: only hosts above a threshold are relieved, to 5: all are to be as even as can be
     * @param mostMoves of a plan
     * @param bytesPerSecond that one migration gets of the network
     * @param limit share of a host's memory that may be given out
     * @param diskHigh share of what its disks carry above which a host is over-utilized
     * @param networkHigh likewise of its network
     */
    public record Parameters(
            double cpuHigh,
            double memoryHigh,
            double critical,
            int aggressiveness,
            int mostMoves,
            double bytesPerSecond,
            double limit,
            double diskHigh,
            double networkHigh) {

        public static final Parameters DEFAULT = new Parameters(0.8, 0.9, 0.95, 3, 20, 117e6, 0.97, 0.8, 0.8);

        public Parameters {
            if (aggressiveness < 1 || aggressiveness > 5) {
                throw new IllegalArgumentException("aggressiveness is 1 to 5, not " + aggressiveness);
            }
        }

        public Parameters over(double newBytesPerSecond) {
            return new Parameters(
                    cpuHigh,
                    memoryHigh,
                    critical,
                    aggressiveness,
                    mostMoves,
                    newBytesPerSecond,
                    limit,
                    diskHigh,
                    networkHigh);
        }

        public Parameters withMoves(int newAggressiveness, int newMostMoves) {
            return new Parameters(
                    cpuHigh,
                    memoryHigh,
                    critical,
                    newAggressiveness,
                    newMostMoves,
                    bytesPerSecond,
                    limit,
                    diskHigh,
                    networkHigh);
        }
    }

    private record Wanted(int vm, int to) {}

    /** Up to so many hosts each VM is tried on each host. */
    private static final int SMALL = 128;

    private static final int SOURCES_AT_ONCE = 16;
    private static final int TARGETS_OF_A_KIND = 32;

    /** Of a plan's moves, so many are taken back at once, at least. */
    private static final int TOGETHER = 4;

    /** At most: where the cluster is small, {@link #SHARE_TOGETHER} of the plan. */
    private static final int MOST_TOGETHER = 10;

    private static final double SHARE_TOGETHER = 0.1;

    /** Hosts that are tried beside those that the moves were between. */
    private static final int OTHERS = 6;

    private final LoadModel model;
    private final MoveRules rules;
    private final Parameters parameters;
    private final Unevenness unevenness;
    private final MoveSearch search;
    private final boolean[] moved;
    private List<Integer> travellers = new ArrayList<>();

    public EvenDistribution(LoadModel model, MoveRules rules, Parameters parameters) {
        this.model = model;
        this.rules = rules;
        this.parameters = parameters;
        unevenness = new Unevenness(model, parameters);
        search = new MoveSearch(model, rules, parameters, unevenness);
        moved = new boolean[model.vmCount()];
    }

    /** Plans; the model is left as it shall become. */
    public List<PlannedMove> plan() {
        int before;
        do {
            before = travellers.size();
            pass();
            polish();
        } while (travellers.size() > before && !full());
        trim();
        return inOrder();
    }

    private boolean full() {
        return travellers.size() >= parameters.mostMoves();
    }

    /** Every host has its turn, the busiest first. */
    private void pass() {
        if (model.hostCount() <= SMALL) {
            int[] all = IntStream.range(0, model.hostCount()).toArray();
            descend(all, all);
            return;
        }
        BitSet done = new BitSet(model.hostCount());
        while (done.cardinality() < model.hostCount() && !full()) {
            int[] byHeat = ordered(this::heat);
            int[] sources = IntStream.range(0, byHeat.length)
                    .map(i -> byHeat[byHeat.length - 1 - i])
                    .filter(host -> !done.get(host))
                    .limit(SOURCES_AT_ONCE)
                    .toArray();
            Arrays.stream(sources).forEach(done::set);
            descend(sources, targets(byHeat));
        }
    }

    private int[] targets(int[] byHeat) {
        return IntStream.concat(
                        Arrays.stream(byHeat).limit(TARGETS_OF_A_KIND),
                        IntStream.concat(
                                Arrays.stream(ordered(unevenness::cpu)).limit(TARGETS_OF_A_KIND),
                                Arrays.stream(ordered(unevenness::memory)).limit(TARGETS_OF_A_KIND)))
                .distinct()
                .toArray();
    }

    /** Hosts, the one with the lowest figure first. */
    private int[] ordered(IntToDoubleFunction figure) {
        long[] keys = new long[model.hostCount()];
        for (int host = 0; host < keys.length; host++) {
            // Bits of floats that are not negative are in the order of the floats.
            keys[host] = (long) Float.floatToIntBits((float) Math.max(0, figure.applyAsDouble(host))) << 32 | host;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /** The best move between these hosts, and the next, until none gains. */
    private void descend(int[] sources, int[] targets) {
        while (!full() && best(sources, targets)) {
            travellers.add(search.vm());
            go(search.vm(), search.target());
        }
    }

    /** Every move, and every few that follow each other, are looked at again now that the others are made. */
    private void polish() {
        int[] byHeat = ordered(this::heat);
        int most = model.hostCount() <= SMALL
                ? Math.clamp((long) (travellers.size() * SHARE_TOGETHER), TOGETHER, MOST_TOGETHER)
                : TOGETHER;
        for (int together = 1; together <= most; together++) {
            for (int first = 0; first + together <= travellers.size(); first++) {
                if (model.hostCount() <= SMALL) {
                    byHeat = ordered(this::heat);
                }
                replace(travellers.subList(first, first + together), byHeat);
            }
        }
    }

    /**
     * Takes the moves back and makes the best ones instead, at most as many: from the hosts that they came from and those that
     * are busiest anyway, to those that they went to and the least busy ones.
     */
    private void replace(List<Integer> few, int[] byHeat) {
        double before = unevenness.total();
        List<Wanted> old =
                few.stream().map(vm -> new Wanted(vm, model.hostOf(vm))).toList();
        old.forEach(move -> goBack(move.vm()));
        int[] sources = IntStream.concat(
                        old.stream().mapToInt(move -> model.hostOf(move.vm())),
                        Arrays.stream(byHeat).skip(Math.max(0, byHeat.length - OTHERS)))
                .distinct()
                .toArray();
        int[] targets = IntStream.concat(
                        old.stream().mapToInt(Wanted::to), Arrays.stream(byHeat).limit(OTHERS))
                .distinct()
                .toArray();
        List<Wanted> found = new ArrayList<>();
        while (found.size() < old.size() && best(sources, targets)) {
            found.add(new Wanted(search.vm(), search.target()));
            go(search.vm(), search.target());
        }
        if (found.size() < old.size() || unevenness.total() < before - MoveSearch.NOTHING) {
            few.clear();
            found.forEach(move -> few.add(move.vm()));
        } else {
            found.forEach(move -> goBack(move.vm()));
            old.forEach(move -> go(move.vm(), move.to()));
        }
    }

    /** Leaves out what is not needed after all, what helps least first. */
    private void trim() {
        List<Wanted> leastFirst = travellers.stream()
                .map(vm -> new Wanted(vm, model.hostOf(vm)))
                .sorted(Comparator.comparingDouble(
                        move -> -unevenness.gain(move.vm(), model.vm(move.vm()).host())))
                .toList();
        for (Wanted move : leastFirst) {
            goBack(move.vm());
            if (search.evenEnough() && !search.over(model.hostOf(move.vm()))) {
                travellers.remove((Integer) move.vm());
            } else {
                go(move.vm(), move.to());
            }
        }
    }

    private boolean best(int[] sources, int[] targets) {
        search.begin(MoveSearch.NOTHING);
        search.look(sources, targets, moved);
        return search.vm() != MoveSearch.NOBODY;
    }

    private double heat(int host) {
        return unevenness.heat(host);
    }

    private void go(int vm, int to) {
        unevenness.move(vm, to);
        rules.moved(vm, to);
        moved[vm] = true;
    }

    private void goBack(int vm) {
        go(vm, model.vm(vm).host());
        moved[vm] = false;
    }

    /** From the beginning again; a move that cannot be made at any point of that order is left out. */
    private List<PlannedMove> inOrder() {
        List<Wanted> open = new ArrayList<>();
        for (int vm : travellers) {
            open.add(new Wanted(vm, model.hostOf(vm)));
        }
        travellers.forEach(this::goBack);
        List<PlannedMove> plan = new ArrayList<>();
        int before;
        do {
            before = plan.size();
            open.sort(Comparator.comparingDouble((Wanted move) ->
                    -unevenness.gain(move.vm(), model.vm(move.vm()).host(), move.to())));
            List<Wanted> later = new ArrayList<>();
            for (Wanted move : open) {
                if (search.net(move.vm(), move.to()) > 0) {
                    plan.add(made(move.vm(), move.to()));
                } else {
                    later.add(move);
                }
            }
            open = later;
        } while (plan.size() > before && !open.isEmpty());
        return List.copyOf(plan);
    }

    /** Whether the host that the VM is on is above a threshold, or the cluster is not even enough. */
    boolean needed(int vm) {
        return search.over(model.hostOf(vm)) || !search.evenEnough();
    }

    /** Makes one move as the model stands, if that helps and is allowed. */
    Optional<PlannedMove> make(int vm, int to) {
        return model.hostOf(vm) != to && search.net(vm, to) > 0 ? Optional.of(made(vm, to)) : Optional.empty();
    }

    /** The VM stays where it was at first. */
    void takeBack(int vm) {
        goBack(vm);
    }

    private PlannedMove made(int vm, int to) {
        int from = model.hostOf(vm);
        Shares fromBefore = Shares.of(model, from);
        Shares toBefore = Shares.of(model, to);
        go(vm, to);
        return new PlannedMove(
                vm, from, to, fromBefore, Shares.of(model, from), toBefore, Shares.of(model, to), search.cost(vm));
    }
}
