package io.kvorum.simulator.policy;

/**
 * A kind of host. Two cores; power in watts at 0, 10, … 100 % load, as SPECpower measured it.
 *
 * @param coreMips what a core does
 */
enum HostModel {
    ML110_G4(1860, 86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117),
    ML110_G5(2660, 93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135);

    static final int CORES = 2;
    static final int RAM_MB = 4096;

    /** MB a second: half of 1 Gb/s is for migrations. */
    static final double MIGRATION_MB_PER_SECOND = 62.5;

    final double coreMips;
    private final double[] watts;

    HostModel(double coreMips, double... watts) {
        this.coreMips = coreMips;
        this.watts = watts;
    }

    double mips() {
        return CORES * coreMips;
    }

    /** At that load, 0 to 1: between two measured points on the line that joins them. */
    double watts(double load) {
        double position = Math.min(load, 1) * 10;
        int before = (int) Math.floor(position);
        int after = (int) Math.ceil(position);
        return watts[before] + (watts[after] - watts[before]) * (position - before);
    }
}
