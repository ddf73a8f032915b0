package io.kvorum.simulator.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A VM of a replay. */
final class ReplayVm {

    final int id;
    final VmModel model;

    /** Shares of its own core that it asked for at each step so far, newest last. */
    final double[] history = new double[Trace.STEPS + 1];

    int samples;

    /** What it asks for now. */
    double requestedMips;

    @Nullable
    ReplayHost host;

    /** Where it is being moved, one after the other; empty while it is not. */
    final List<ReplayHost> targets = new ArrayList<>(1);

    private double sinceSeconds = -1;
    private double allocatedMips;
    private double asksMips;
    private boolean degraded;
    private double requestedTotal;
    private double lostToMigrations;

    ReplayVm(int id, VmModel model) {
        this.id = id;
        this.model = model;
        this.requestedMips = model.mips;
    }

    boolean migrating() {
        return !targets.isEmpty();
    }

    void sample(double share) {
        history[samples++] = share;
    }

    /** What it gets from now on, in place of what was said before for the same instant. */
    void gets(double seconds, double allocated, double requested, boolean migratingOut) {
        settle(seconds);
        sinceSeconds = seconds;
        allocatedMips = allocated;
        asksMips = requested;
        degraded = migratingOut;
    }

    private void settle(double seconds) {
        if (sinceSeconds >= 0 && seconds > sinceSeconds) {
            double length = seconds - sinceSeconds;
            requestedTotal += asksMips * length;
            if (degraded && allocatedMips < asksMips) {
                lostToMigrations += (asksMips - allocatedMips) * length;
            }
        }
    }

    /** MIPS × seconds that it asked for. */
    double requestedTotal() {
        return requestedTotal;
    }

    /** MIPS × seconds that it did not get because it was being moved. */
    double lostToMigrations() {
        return lostToMigrations;
    }
}
