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
 * call answers "where would it go, and why?".
 */
public final class Scheduler {

    private final Inventory inventory;
    private final List<Filter> filters;
    private final List<Weight> weights;

    public Scheduler(Inventory inventory, HostLoads loads) {
        this.inventory = inventory;
        this.filters = Filters.ALL;
        this.weights = Weights.evenDistribution(loads);
    }

    /** The choice with its explanation. */
    public PlacementDecision place(PlacementRequest request) {
        List<Candidate> candidates = new ArrayList<>();
        for (Host host : inventory.hostsOf(request.cluster().id())) {
            candidates.add(judge(request, host));
        }
        Candidate best = null;
        for (Candidate candidate : candidates) {
            if (candidate.refusedBy == null && (best == null || candidate.beats(best))) {
                best = candidate;
            }
        }
        return new PlacementDecision(
                Optional.ofNullable(best).map(Candidate::host), explain(request, candidates, best));
    }

    private Candidate judge(PlacementRequest request, Host host) {
        for (Filter filter : filters) {
            if (!filter.passes(inventory, request, host)) {
                return new Candidate(host, filter, List.of(), 0);
            }
        }
        List<Score> scores = new ArrayList<>(weights.size());
        double total = 0;
        for (Weight weight : weights) {
            double score = weight.score(inventory, request, host);
            scores.add(new Score(weight.name(), score, weight.factor()));
            total += score * weight.factor();
        }
        return new Candidate(host, null, scores, total);
    }

    private Explanation explain(PlacementRequest request, List<Candidate> candidates, @Nullable Candidate best) {
        List<HostVerdict> verdicts = candidates.stream()
                .map(candidate -> {
                    Filter filter = candidate.refusedBy;
                    Host host = candidate.host;
                    return filter == null
                            ? new HostVerdict(
                                    host.id(),
                                    host.name(),
                                    candidate == best ? Verdict.CHOSEN : Verdict.FITS,
                                    null,
                                    null,
                                    candidate.scores,
                                    candidate.total)
                            : new HostVerdict(
                                    host.id(),
                                    host.name(),
                                    Verdict.REFUSED,
                                    filter.name(),
                                    filter.reason(inventory, request, host),
                                    List.of(),
                                    null);
                })
                .toList();
        return new Explanation(best == null ? null : best.host.id(), summary(request, candidates, best), verdicts);
    }

    private static String summary(PlacementRequest request, List<Candidate> candidates, @Nullable Candidate best) {
        String vm = "VM " + request.vm().name();
        String cluster = "cluster " + request.cluster().name();
        if (candidates.isEmpty()) {
            return vm + " fits nowhere: " + cluster + " has no hosts.";
        }
        long fitting = candidates.stream().filter(c -> c.refusedBy == null).count();
        return best == null
                ? vm + " fits on none of the " + candidates.size() + " hosts of " + cluster + "."
                : vm + " fits best on " + best.host.name() + ", of " + fitting + " hosts that could take it and "
                        + candidates.size() + " in " + cluster + ".";
    }

    private record Candidate(Host host, @Nullable Filter refusedBy, List<Score> scores, double total) {

        boolean beats(Candidate other) {
            int byTotal = Double.compare(total, other.total);
            return byTotal != 0 ? byTotal > 0 : host.name().compareTo(other.host.name()) < 0;
        }
    }
}
