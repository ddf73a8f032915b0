package io.kvorum.simulator.requests;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * oVirt's RankSelector: every weight unit ranks the hosts, a host's rank is the number of the others that are not better;
 * the sums of the ranks decide, and magnitudes count for nothing. All factors are 1, as in its built-in policies.
 */
final class RankSelector {

    private RankSelector() {}

    /** The host with the highest sum; the first among equals. */
    static int best(List<Integer> hosts, List<IntUnaryOperator> units) {
        int[] sums = new int[hosts.size()];
        for (IntUnaryOperator unit : units) {
            int[] weights = hosts.stream().mapToInt(unit::applyAsInt).toArray();
            int[] sorted = weights.clone();
            Arrays.sort(sorted);
            int[] rankOf = new int[sorted[sorted.length - 1] + 1];
            for (int i = sorted.length - 1; i >= 0; i--) {
                rankOf[sorted[i]] = i;
            }
            for (int i = 0; i < weights.length; i++) {
                sums[i] += weights.length - 1 - rankOf[weights[i]];
            }
        }
        int best = 0;
        for (int i = 1; i < sums.length; i++) {
            best = sums[i] > sums[best] ? i : best;
        }
        return hosts.get(best);
    }
}
