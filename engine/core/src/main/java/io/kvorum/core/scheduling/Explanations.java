package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.Explanation.Refusal;
import io.kvorum.core.scheduling.Explanation.Score;
import io.kvorum.core.scheduling.Explanation.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
        return of(candidates, best, false);
    }

    /**
     * What {@link #of} says, with everything that stands against each refused host, and on which host the least does.
     *
     * @param best its slot, or -1
     */
    static Explanation thorough(Candidates candidates, int best) {
        return of(candidates, best, true);
    }

    private static Explanation of(Candidates candidates, int best, boolean thorough) {
        SlotSet slots = candidates.slots();
        boolean yielded = best < 0 || refusing(candidates, best, true) != null;
        List<HostVerdict> verdicts = new ArrayList<>(slots.size());
        for (int slot = slots.next(0); slot >= 0; slot = slots.next(slot + 1)) {
            verdicts.add(verdict(candidates, slot, best, !yielded, thorough));
        }
        verdicts.sort(Comparator.comparing(HostVerdict::hostName));
        String nearest = thorough && best < 0 ? nearest(verdicts) : "";
        return new Explanation(
                best < 0 ? null : candidates.host(best).id(), summary(candidates, verdicts, best) + nearest, verdicts);
    }

    private static HostVerdict verdict(
            Candidates candidates, int slot, int best, boolean withYielding, boolean thorough) {
        Host host = candidates.host(slot);
        Filter filter = refusing(candidates, slot, withYielding);
        if (filter != null) {
            String reason = filter.reason(candidates, slot);
            List<Refusal> further = thorough ? furtherRefusals(candidates, slot, filter) : List.of();
            return new HostVerdict(
                    host.id(), host.name(), Verdict.REFUSED, filter.name(), reason, List.of(), null, further);
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
        return new HostVerdict(host.id(), host.name(), verdict, null, null, scores, total, List.of());
    }

    private static @Nullable Filter refusing(Candidates candidates, int slot, boolean withYielding) {
        for (Filter filter : Scheduler.FILTERS) {
            if ((withYielding || !filter.yields()) && filter.applies(candidates) && !filter.admits(candidates, slot)) {
                return filter;
            }
        }
        return null;
    }

    private static List<Refusal> furtherRefusals(Candidates candidates, int slot, Filter first) {
        return Scheduler.FILTERS.stream()
                .skip(Scheduler.FILTERS.indexOf(first) + 1L)
                .filter(filter -> !filter.yields() && filter.applies(candidates) && !filter.admits(candidates, slot))
                .map(filter -> new Refusal(filter.name(), filter.reason(candidates, slot)))
                .toList();
    }

    /** What would have to change for the VM to fit somewhere: the host with the fewest refusals, and these. */
    private static String nearest(List<HostVerdict> verdicts) {
        return verdicts.stream()
                .min(Comparator.comparingInt(verdict -> verdict.further().size()))
                .map(verdict -> " The least stands against " + verdict.hostName() + ": "
                        + Stream.concat(
                                        Stream.ofNullable(verdict.reason()),
                                        verdict.further().stream().map(Refusal::reason))
                                .collect(Collectors.joining(" ")))
                .orElse("");
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
