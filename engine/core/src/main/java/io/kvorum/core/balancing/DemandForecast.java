package io.kvorum.core.balancing;

/**
 * What a VM is expected to ask for: mean and variance of what it asked for, the newer the heavier (exponential smoothing). In
 * the beginning, when little is known, each sample weighs more, and the deviation is that of VMs in general.
 */
public final class DemandForecast {

    /** Of a new sample, in the long run. */
    private static final double WEIGHT = 0.05;

    /** As many samples as the assumption about a VM that is not known yet weighs. */
    private static final int ASSUMED_SAMPLES = 5;

    private double mean;
    private double variance;
    private int samples;

    /** @param deviation assumed while nothing better is known */
    public DemandForecast(double first, double deviation) {
        mean = first;
        variance = deviation * deviation;
        samples = 1;
    }

    /** Takes a sample into account; samples come at equal distances. */
    public void add(double sample) {
        double weight = Math.max(WEIGHT, 1.0 / (samples++ + ASSUMED_SAMPLES));
        double surprise = sample - mean;
        mean += weight * surprise;
        variance = (1 - weight) * (variance + weight * surprise * surprise);
    }

    public double mean() {
        return mean;
    }

    public double variance() {
        return variance;
    }
}
