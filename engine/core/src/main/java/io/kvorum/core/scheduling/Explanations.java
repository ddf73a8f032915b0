package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.Explanation.Score;
import io.kvorum.core.scheduling.Explanation.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a decision into words, by asking the same filters and weights about each host. */
final class Explanations {

    private Explanations() {}

    /**
     * Why that host.
     *
     * @param best its slot, or -1
     */
    static Explanation of(Candidates candidates, int best) {
        SlotSet slots = candidates.slots();
        boolean yielded = best < 0 || refusing(candidates, best, true) != null;
        List<HostVerdict> verdicts = new ArrayList<>(slots.size());
        for (int slot = slots.next(0); slot >= 0; slot = slots.next(slot + 1)) {
            verdicts.add(verdict(candidates, slot, best, !yielded));
        }
        verdicts.sort(Comparator.comparing(HostVerdict::hostName));
        return new Explanation(
                best < 0 ? null : candidates.host(best).id(), summary(candidates, verdicts, best), verdicts);
    }

    private static HostVerdict verdict(Candidates candidates, int slot, int best, boolean withYielding) {
        Host host = candidates.host(slot);
        Filter filter = refusing(candidates, slot, withYielding);
        if (filter != null) {
            String reason = filter.reason(candidates, slot);
            return new HostVerdict(host.id(), host.name(), Verdict.REFUSED, filter.name(), reason, List.of(), null);
        }
        List<Score> scores = candidates.policy().weights().stream()
                .filter(weighted -> weighted.unit().applies(candidates))
                .map(weighted ->
                        new Score(weighted.unit().name(), weighted.unit().score(candidates, slot), weighted.factor()))
                .toList();
        double total = 0;
        for (Score score : scores) {
            total += score.factor() * score.score();
        }
        Verdict verdict = slot == best ? Verdict.CHOSEN : Verdict.FITS;
        return new HostVerdict(host.id(), host.name(), verdict, null, null, scores, total);
    }

    private static @Nullable Filter refusing(Candidates candidates, int slot, boolean withYielding) {
        for (Filter filter : Scheduler.FILTERS) {
            if ((withYielding || !filter.yields()) && filter.applies(candidates) && !filter.admits(candidates, slot)) {
                return filter;
            }
        }
        return null;
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
        return best < 0
                ? vm + " fits on none of the " + verdicts.size() + " hosts of " + cluster + "."
                : vm + " fits best on " + candidates.host(best).name() + ", of " + fitting
                        + " hosts that could take it and " + verdicts.size() + " in " + cluster + ".";
    }
}
