package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.Explanation.Score;
import io.kvorum.core.scheduling.Explanation.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a host for a VM: every host of the cluster goes through the filters, those that pass are weighed, the
 * heaviest wins; among equals the one whose name comes first. Reads the inventory and changes nothing, so that the same
 * call answers "where would it go, and why?". The explanation asks the same filters and weights again, on demand.
 */
public final class Scheduler {

    private static final int NOWHERE = -1;

    private final Inventory inventory;
    private final List<Filter> filters;
    private final List<Weight> weights;

    public Scheduler(Inventory inventory, HostLoads loads) {
        this.inventory = inventory;
        this.filters = Filters.ALL;
        this.weights = Weights.evenDistribution(loads);
    }

    /** The choice alone: no words are made. */
    public Optional<Host> choose(PlacementRequest request) {
        Candidates candidates = Candidates.of(inventory, request);
        return chosen(candidates, best(candidates));
    }

    /** The choice of {@link #choose} with its explanation. */
    public PlacementDecision place(PlacementRequest request) {
        Candidates candidates = Candidates.of(inventory, request);
        int best = best(candidates);
        return new PlacementDecision(chosen(candidates, best), explain(candidates, best));
    }

    private static Optional<Host> chosen(Candidates candidates, int best) {
        return best == NOWHERE ? Optional.empty() : Optional.of(candidates.host(best));
    }

    private int best(Candidates candidates) {
        int best = NOWHERE;
        double bestTotal = 0;
        for (int i = 0; i < candidates.slots().size(); i++) {
            int slot = candidates.slots().get(i);
            if (refusing(candidates, slot) == null) {
                double total = total(candidates, slot);
                if (best == NOWHERE
                        || total > bestTotal
                        || (total == bestTotal && nameOf(candidates, slot).compareTo(nameOf(candidates, best)) < 0)) {
                    best = slot;
                    bestTotal = total;
                }
            }
        }
        return best;
    }

    private @Nullable Filter refusing(Candidates candidates, int slot) {
        for (int i = 0; i < filters.size(); i++) {
            Filter filter = filters.get(i);
            if (!filter.admits(candidates, slot)) {
                return filter;
            }
        }
        return null;
    }

    private double total(Candidates candidates, int slot) {
        double total = 0;
        for (int i = 0; i < weights.size(); i++) {
            Weight weight = weights.get(i);
            total += weight.score(candidates, slot) * weight.factor();
        }
        return total;
    }

    private static String nameOf(Candidates candidates, int slot) {
        return candidates.host(slot).name();
    }

    private Explanation explain(Candidates candidates, int best) {
        int all = candidates.slots().size();
        List<HostVerdict> verdicts = new ArrayList<>(all);
        for (int i = 0; i < all; i++) {
            verdicts.add(verdict(candidates, candidates.slots().get(i), best));
        }
        return new Explanation(
                chosen(candidates, best).map(Host::id).orElse(null), summary(candidates, verdicts, best), verdicts);
    }

    private HostVerdict verdict(Candidates candidates, int slot, int best) {
        Host host = candidates.host(slot);
        Filter filter = refusing(candidates, slot);
        if (filter != null) {
            String reason = filter.reason(candidates, slot);
            return new HostVerdict(host.id(), host.name(), Verdict.REFUSED, filter.name(), reason, List.of(), null);
        }
        List<Score> scores = weights.stream()
                .map(weight -> new Score(weight.name(), weight.score(candidates, slot), weight.factor()))
                .toList();
        Verdict verdict = slot == best ? Verdict.CHOSEN : Verdict.FITS;
        return new HostVerdict(host.id(), host.name(), verdict, null, null, scores, total(candidates, slot));
    }

    private static String summary(Candidates candidates, List<HostVerdict> verdicts, int best) {
        String vm = "VM " + candidates.request().vm().name();
        String cluster = "cluster " + candidates.request().cluster().name();
        if (verdicts.isEmpty()) {
            return vm + " fits nowhere: " + cluster + " has no hosts.";
        }
        long fitting = verdicts.stream()
                .filter(verdict -> verdict.verdict() != Verdict.REFUSED)
                .count();
        return best == NOWHERE
                ? vm + " fits on none of the " + verdicts.size() + " hosts of " + cluster + "."
                : vm + " fits best on " + nameOf(candidates, best) + ", of " + fitting
                        + " hosts that could take it and " + verdicts.size() + " in " + cluster + ".";
    }
}
