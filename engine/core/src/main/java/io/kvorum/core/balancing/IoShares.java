package io.kvorum.core.balancing;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** How much of its disks, or of its network, each host uses, kept up to date like CPU and memory in {@link Unevenness}. */
final class IoShares {

    private final double high;
    private final double[] share;
    private final double[] per;
    private final double[] load;
    private double sum;
    private double squares;

    private IoShares(
            LoadModel model,
            double high,
            IntToDoubleFunction use,
            IntToDoubleFunction capacity,
            IntToDoubleFunction vmUse) {
        this.high = high;
        per = new double[model.hostCount()];
        share = new double[per.length];
        for (int host = 0; host < per.length; host++) {
            per[host] = 1 / capacity.applyAsDouble(host);
            share[host] = use.applyAsDouble(host) * per[host];
        }
        load = new double[model.vmCount()];
        Arrays.setAll(load, vmUse);
        sum = Arrays.stream(share).sum();
        squares = Unevenness.squares(share, sum);
    }

    /** @param high share above which a host is over-utilized */
    static IoShares ofDisks(LoadModel model, double high) {
        return new IoShares(
                model,
                high,
                model::disk,
                host -> model.host(host).ioCapacity().disk(),
                vm -> model.vm(vm).io().disk());
    }

    /** @param high share above which a host is over-utilized */
    static IoShares ofNetworks(LoadModel model, double high) {
        return new IoShares(
                model,
                high,
                model::network,
                host -> model.host(host).ioCapacity().network(),
                vm -> model.vm(vm).io().network());
    }

    double of(int host) {
        return share[host];
    }

    boolean over(int host) {
        return share[host] > high;
    }

    double squares() {
        return squares;
    }

    /** By how much the move would lower the sum of squares of the distances from the mean. */
    double less(int vm, int from, int to) {
        return Unevenness.less(share, per, sum, load[vm], from, to);
    }

    /** Whether the target would be over-utilized, and more than the source is, or worse than the worst host is. */
    boolean tooMuch(int vm, int from, int to, double worst) {
        double after = share[to] + load[vm] * per[to];
        return load[vm] > 0 && (after > Math.max(high, share[from]) || after > worst);
    }

    void move(int vm, int from, int to) {
        squares -= less(vm, from, to);
        sum += load[vm] * (per[to] - per[from]);
        share[from] -= load[vm] * per[from];
        share[to] += load[vm] * per[to];
    }
}
