package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.SlotSet;

/**
 * How busy a host's disks and network are, as measured: what a VM will do to them is not known before it runs. A host that does not
 * tell is taken for half busy.
 */
final class IoWeights {

    private static final double UNKNOWN = 0.5;

    private IoWeights() {}

    private static double idle(double share) {
        return Double.isNaN(share) ? UNKNOWN : 1 - Math.clamp(share, 0.0, 1.0);
    }

    /** The less is read and written, the better; where nobody says what disks carry, it does not apply. */
    record EvenDisk() implements Weight {

        @Override
        public String name() {
            return "OptimalForDiskEvenDistribution";
        }

        @Override
        public boolean applies(Candidates all) {
            return limit(all) > 0;
        }

        @Override
        public double score(Candidates all, int slot) {
            return idle(all.hosts().diskBytesPerSecond(slot) / (double) limit(all));
        }

        private static long limit(Candidates all) {
            return all.request().cluster().balancing().io().diskLimitBytesPerSecond();
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }

    /** The less of its links is used, the better. */
    record EvenNetwork() implements Weight {

        @Override
        public String name() {
            return "OptimalForNetworkEvenDistribution";
        }

        @Override
        public double score(Candidates all, int slot) {
            return idle(all.hosts().networkShare(slot));
        }

        @Override
        public void add(Candidates all, SlotSet hosts, double factor, double[] totals) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                totals[slot] += factor * score(all, slot);
            }
        }
    }
}
