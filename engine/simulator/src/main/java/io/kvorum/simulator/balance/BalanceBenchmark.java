package io.kvorum.simulator.balance;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code deploy/bench balance [--sizes 20,50,100]}: the same random clusters for ours and for hbal, then ours alone on larger
 * ones. hbal takes half an hour or so for 100 hosts.
 */
public final class BalanceBenchmark {

    private static final List<Integer> SIZES = List.of(20, 50, 100);
    private static final List<Integer> CURVE = List.of(20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000);
    private static final int WARM_UP = 20;
    private static final long SEED = 2026;

    private BalanceBenchmark() {}

    public static void main(String[] arguments) throws InterruptedException {
        List<Integer> sizes = SIZES;
        if (arguments.length == 2 && arguments[0].equals("--sizes") && arguments[1].matches("\\d{1,3}(,\\d{1,3})*")) {
            sizes = Arrays.stream(arguments[1].split(",")).map(Integer::valueOf).toList();
        } else if (arguments.length != 0) {
            System.err.println("Usage: deploy/bench balance [--sizes HOSTS,HOSTS,...]");
            System.exit(2);
        }
        for (int i = 0; i < WARM_UP; i++) {
            Ours.balance(RandomCluster.of(SIZES.getFirst(), i));
        }
        try {
            compare(sizes);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        curve();
    }

    private static void compare(List<Integer> sizes) throws IOException, InterruptedException {
        double spread = 0;
        double moves = 0;
        double speedup = Double.MAX_VALUE;
        System.out.println("hosts    VMs  by        moves     s        CPU spread %  memory spread %");
        for (int hosts : sizes) {
            Side ours = new Side();
            Side theirs = new Side();
            for (int i = 0; i < clusters(hosts); i++) {
                RandomCluster cluster = RandomCluster.of(hosts, SEED + i);
                row(cluster, "nobody", new Outcome(cluster.whereTheyAre(), 0, 0));
                ours.add(cluster, "Kvorum", Ours.balance(cluster));
                theirs.add(cluster, "hbal", Hbal.balance(cluster));
            }
            spread = Math.max(spread, ours.spread / theirs.spread);
            moves = Math.max(moves, (double) ours.moves / theirs.moves);
            speedup = Math.min(speedup, theirs.seconds / ours.seconds);
        }
        System.out.printf(Locale.ROOT, "balance.spread_ratio %.3f ratio%n", spread);
        System.out.printf(Locale.ROOT, "balance.moves_ratio %.3f ratio%n", moves);
        System.out.printf(Locale.ROOT, "balance.speedup %.0f ratio%n", speedup);
    }

    /** As many as there is time for: a small cluster is balanced well or badly by chance. */
    private static int clusters(int hosts) {
        return hosts <= 20 ? 10 : hosts <= 50 ? 3 : 1;
    }

    /** All clusters of a size. */
    private static final class Side {
        private double spread;
        private int moves;
        private double seconds;

        void add(RandomCluster cluster, String by, Outcome outcome) {
            row(cluster, by, outcome);
            spread += Spread.of(cluster, outcome.hostOf()).both();
            moves += outcome.moves();
            seconds += outcome.seconds();
        }
    }

    private static void curve() {
        System.out.println("Kvorum alone:");
        for (int hosts : CURVE) {
            RandomCluster cluster = RandomCluster.of(hosts, SEED);
            row(cluster, "Kvorum", Ours.balance(cluster));
        }
    }

    private static void row(RandomCluster cluster, String by, Outcome outcome) {
        Spread spread = Spread.of(cluster, outcome.hostOf());
        System.out.printf(
                Locale.ROOT,
                "%5d %6d  %-8s %6d  %9.4f  %12.3f  %15.3f%n",
                cluster.hosts(),
                cluster.vms().size(),
                by,
                outcome.moves(),
                outcome.seconds(),
                spread.cpu() * 100,
                spread.memory() * 100);
    }
}
