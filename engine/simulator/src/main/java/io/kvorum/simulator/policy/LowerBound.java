package io.kvorum.simulator.policy;

/**
 * The least power that any placement can draw, if memory is not given out twice.
 *
 * <p>Relaxation: let x(k, j) hosts of kind k, not whole ones, run at load j/10 (between the measured points power is a line, so
 * these loads suffice). Wanted is the least sum of x × watts(k, j) with sum of x ≥ the hosts that memory needs ({@link
 * HostsNeeded}), sum of x × work(k, j) ≥ the work that is done, and no more hosts of a kind than there are. For any prices p of
 * a host and w of work, not negative, weak duality of linear programs gives the bound
 *
 * <pre>p × needed + w × work + sum over k of hosts(k) × min(0, min over j of watts(k, j) − p − w × work(k, j))</pre>
 *
 * which is concave in p and w; the largest is searched for, and every one is valid.
 */
final class LowerBound {

    private static final int POINTS = 10;
    private static final int NARROWINGS = 60;
    /** Watts. */
    private static final double HIGHEST_HOST_PRICE = 200;

    /** Watts a MIPS. */
    private static final double HIGHEST_WORK_PRICE = 0.1;

    private LowerBound() {}

    /**
     * In watts.
     *
     * @param hostsOfAKind as many as there are of each kind
     * @param needed hosts that memory needs
     * @param mips that are done in all
     */
    static double watts(int hostsOfAKind, double needed, double mips) {
        return best(
                HIGHEST_HOST_PRICE,
                hostPrice ->
                        best(HIGHEST_WORK_PRICE, workPrice -> dual(hostsOfAKind, needed, mips, hostPrice, workPrice)));
    }

    private interface Concave {
        double at(double price);
    }

    /** The largest value, by golden section. */
    private static double best(double highest, Concave function) {
        double ratio = (Math.sqrt(5) - 1) / 2;
        double low = 0;
        double high = highest;
        double left = high - ratio * (high - low);
        double right = low + ratio * (high - low);
        double atLeft = function.at(left);
        double atRight = function.at(right);
        for (int i = 0; i < NARROWINGS; i++) {
            if (atLeft < atRight) {
                low = left;
                left = right;
                atLeft = atRight;
                right = low + ratio * (high - low);
                atRight = function.at(right);
            } else {
                high = right;
                right = left;
                atRight = atLeft;
                left = high - ratio * (high - low);
                atLeft = function.at(left);
            }
        }
        return Math.max(atLeft, atRight);
    }

    private static double dual(int hostsOfAKind, double needed, double mips, double hostPrice, double workPrice) {
        double value = hostPrice * needed + workPrice * mips;
        for (HostModel kind : HostModel.values()) {
            double least = 0;
            for (int point = 0; point <= POINTS; point++) {
                double load = point / (double) POINTS;
                least = Math.min(least, kind.watts(load) - hostPrice - workPrice * load * kind.mips());
            }
            value += hostsOfAKind * least;
        }
        return value;
    }
}
