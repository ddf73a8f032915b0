package io.kvorum.simulator.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many hosts VMs need at least for their memory.
 *
 * <p>Give each kind of VM a price, not negative, such that no set of VMs that fits into a host costs more than 1; then the price
 * of all VMs is a bound from below (it is a solution of the dual of bin packing's configuration program). Prices in
 * proportion to memory are one such choice; the best of a grid of them is taken, since VMs of some sizes leave holes that
 * nothing fills.
 */
final class HostsNeeded {

    private static final int GRID = 12;
    private static final List<double[]> PRICES = prices();

    private HostsNeeded() {}

    /** @param counts of VMs of each kind */
    static double atLeast(int[] counts) {
        double most = 0;
        for (double[] prices : PRICES) {
            double sum = 0;
            for (int kind = 0; kind < counts.length; kind++) {
                sum += prices[kind] * counts[kind];
            }
            most = Math.max(most, sum);
        }
        return most;
    }

    private static List<double[]> prices() {
        VmModel[] kinds = VmModel.values();
        List<int[]> fillings = new ArrayList<>();
        fill(new int[kinds.length], 0, HostModel.RAM_MB, fillings);
        List<double[]> found = new ArrayList<>();
        int choices = (int) Math.pow(GRID + 1, kinds.length);
        for (int choice = 1; choice < choices; choice++) {
            double[] prices = new double[kinds.length];
            int rest = choice;
            for (int kind = 0; kind < prices.length; kind++) {
                prices[kind] = rest % (GRID + 1);
                rest /= GRID + 1;
            }
            found.add(scaled(prices, fillings));
        }
        double[] byMemory = new double[kinds.length];
        for (int kind = 0; kind < byMemory.length; kind++) {
            byMemory[kind] = kinds[kind].ramMb;
        }
        found.add(scaled(byMemory, fillings));
        return distinct(found);
    }

    private static List<double[]> distinct(List<double[]> all) {
        Set<List<Double>> seen = new HashSet<>();
        return all.stream()
                .filter(prices -> seen.add(Arrays.stream(prices).boxed().toList()))
                .toList();
    }

    /** So that the dearest filling of a host costs 1. */
    private static double[] scaled(double[] prices, List<int[]> fillings) {
        double dearest = 0;
        for (int[] filling : fillings) {
            double sum = 0;
            for (int kind = 0; kind < prices.length; kind++) {
                sum += prices[kind] * filling[kind];
            }
            dearest = Math.max(dearest, sum);
        }
        double[] scaled = prices.clone();
        for (int kind = 0; kind < scaled.length; kind++) {
            scaled[kind] /= dearest;
        }
        return scaled;
    }

    private static void fill(int[] counts, int kind, int leftMb, List<int[]> fillings) {
        if (kind == counts.length) {
            fillings.add(counts.clone());
            return;
        }
        int most = leftMb / VmModel.values()[kind].ramMb;
        for (int count = 0; count <= most; count++) {
            counts[kind] = count;
            fill(counts, kind + 1, leftMb - count * VmModel.values()[kind].ramMb, fillings);
        }
        counts[kind] = 0;
    }
}
