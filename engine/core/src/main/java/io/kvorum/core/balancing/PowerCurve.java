package io.kvorum.core.balancing;

/** What a host draws while it is on. */
@FunctionalInterface
public interface PowerCurve {

    /** Of a rough server, 100 to 250 W: nobody measures power yet. */
    PowerCurve ASSUMED = linear(100, 250);

    /** @param load share of its CPUs that is in use, 0 to 1 */
    double watts(double load);

    /** A straight line between both. */
    static PowerCurve linear(double idleWatts, double fullWatts) {
        return load -> idleWatts + (fullWatts - idleWatts) * Math.clamp(load, 0, 1);
    }
}
