package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.scheduling.Explanation.HostVerdict;
import io.kvorum.core.scheduling.Explanation.Refusal;
import io.kvorum.core.scheduling.Explanation.Score;
import io.kvorum.core.scheduling.Explanation.Verdict;
import io.kvorum.core.scheduling.Room.Refusals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts a decision into words, by asking the same filters and weights about each host. */
final class Explanations {

    /** Hosts of a cluster all of which are told of with every decision. */
    static final int BRIEF_HOSTS = 16;

    /** Of a larger one: those that fit best, and of each filter. */
    private static final int BEST = 5;

    private static final int EXAMPLES = 3;

    private Explanations() {}

    /**
     * Why that host: every host, everything that stands against each refused one, and on which host the least does.
     *
     * @param best its slot, or -1
     */
    static Explanation thorough(Candidates candidates, int best) {
        return of(candidates, best, true);
    }

    /**
     * What is kept with the operation that asked: of a large cluster the best hosts, some that each filter refused, and how
     * many it did, so that it takes no more room there than in a small one.
     *
     * @param best its slot, or -1
     * @param totals of the hosts that fit
     */
    static Explanation brief(Candidates candidates, int best, double[] totals) {
        if (candidates.slots().size() <= BRIEF_HOSTS) {
            return of(candidates, best, false);
        }
        boolean yielded = best < 0 || refusing(candidates, best, true) != null;
        SlotSet told = new SlotSet();
        SlotSet left = new SlotSet();
        List<String> refusals = new ArrayList<>();
        for (Refused refused : refused(candidates, yielded, left)) {
            refusals.add(refused.filter().name() + " refuses " + refused.slots().size());
            tell(refused.slots(), EXAMPLES, told);
        }
        tellBest(left, totals, told);
        List<HostVerdict> verdicts = new ArrayList<>();
        for (int slot = told.next(0); slot >= 0; slot = told.next(slot + 1)) {
            verdicts.add(verdict(candidates, slot, best, !yielded, false));
        }
        verdicts.sort(Comparator.comparing(HostVerdict::hostName));
        String counts = refusals.isEmpty() ? "" : " " + String.join(", ", refusals) + ".";
        return new Explanation(
                best < 0 ? null : candidates.host(best).id(),
                summary(candidates, candidates.slots().size(), left.size(), best) + counts,
                verdicts);
    }

    /** How many hosts each filter refuses first, where nothing fits. */
    static List<Refusals> refusals(Candidates candidates) {
        return refused(candidates, true, new SlotSet()).stream()
                .map(refused -> {
                    int first = refused.slots().next(0);
                    String example = candidates.host(first).name() + ": "
                            + refused.filter().reason(candidates, first);
                    return new Refusals(refused.filter().name(), refused.slots().size(), example);
                })
                .toList();
    }

    /** The hosts that a filter refuses, and none before it. */
    private record Refused(Filter filter, SlotSet slots) {}

    /**
     * What the filters do, one after the other.
     *
     * @param yielded whether those that step aside did
     * @param left becomes the hosts that all admit
     */
    private static List<Refused> refused(Candidates candidates, boolean yielded, SlotSet left) {
        List<Refused> all = new ArrayList<>();
        left.become(candidates.slots());
        SlotSet refused = new SlotSet();
        for (Filter filter : Scheduler.FILTERS) {
            if ((yielded && filter.yields()) || !filter.applies(candidates)) {
                continue;
            }
            refused.become(left);
            filter.narrow(candidates, left);
            refused.removeAll(left);
            if (!refused.isEmpty()) {
                all.add(new Refused(filter, refused));
                refused = new SlotSet();
            }
        }
        return all;
    }

    private static void tell(SlotSet some, int count, SlotSet told) {
        int slot = some.next(0);
        for (int i = 0; i < count && slot >= 0; i++) {
            told.add(slot);
            slot = some.next(slot + 1);
        }
    }

    private static void tellBest(SlotSet fitting, double[] totals, SlotSet told) {
        int[] best = new int[BEST];
        int count = 0;
        for (int slot = fitting.next(0); slot >= 0; slot = fitting.next(slot + 1)) {
            int at = count;
            while (at > 0 && totals[slot] > totals[best[at - 1]]) {
                at--;
            }
            if (at < BEST) {
                System.arraycopy(best, at, best, at + 1, Math.min(count, BEST - 1) - at);
                best[at] = slot;
                count = Math.min(BEST, count + 1);
            }
        }
        for (int i = 0; i < count; i++) {
            told.add(best[i]);
        }
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
        int fitting = (int) verdicts.stream()
                .filter(verdict -> verdict.verdict() != Verdict.REFUSED)
                .count();
        return summary(candidates, verdicts.size(), fitting, best);
    }

    private static String summary(Candidates candidates, int hosts, int fitting, int best) {
        String vm = "VM " + candidates.request().vm().name();
        String cluster = "cluster " + candidates.request().cluster().name();
        if (hosts == 0) {
            return vm + " fits nowhere: " + cluster + " has no hosts.";
        }
        return best < 0
                ? vm + " fits on none of the " + hosts + " hosts of " + cluster + "."
                : vm + " fits best on " + candidates.host(best).name() + ", of " + fitting
                        + " hosts that could take it and " + hosts + " in " + cluster + ".";
    }
}
