package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmSpec;
import io.kvorum.proto.agent.v1.VmStatus;

/**
 * One simulated guest; guarded by its host. Its CPU load is a wave of a height and phase that come from its id, so that
 * every run of a simulation sees the same; a test may set a constant load instead.
 */
final class SimulatedVm {
    private static final double PERIOD_SECONDS = 600;

    final String id;
    final String name;
    final long revision;
    private final long startedNanos;
    int vcpus;
    long memoryBytes;
    VmRunState state;
    boolean migrating;
    boolean abortMigration;
    private double base;
    private double wave;
    private long settledNanos;
    private double settledSeconds;

    SimulatedVm(VmSpec spec, VmRunState state, long now) {
        this(
                spec.getVmId(),
                spec.getName(),
                spec.getCpu().getSockets()
                        * spec.getCpu().getCoresPerSocket()
                        * spec.getCpu().getThreadsPerCore(),
                spec.getMemory().getSizeBytes(),
                spec.getRevision(),
                state,
                now);
        int hash = id.hashCode();
        base = 0.05 + (hash & 0xff) / 255.0 * 0.35;
        wave = base * 0.8;
    }

    private SimulatedVm(
            String id, String name, int vcpus, long memoryBytes, long revision, VmRunState state, long now) {
        this.id = id;
        this.name = name;
        this.vcpus = vcpus;
        this.memoryBytes = memoryBytes;
        this.revision = revision;
        this.state = state;
        this.startedNanos = now;
        this.settledNanos = now;
    }

    /** The same guest on another host. */
    SimulatedVm copy(VmRunState newState, long now) {
        SimulatedVm copy = new SimulatedVm(id, name, vcpus, memoryBytes, revision, newState, startedNanos);
        copy.base = base;
        copy.wave = wave;
        copy.settledNanos = now;
        copy.settledSeconds = 0;
        return copy;
    }

    boolean active() {
        return state == VmRunState.VM_RUN_STATE_RUNNING;
    }

    /** Shows this share of its vCPUs as used from now on, 0 to 1. */
    void load(double share, long now) {
        settledSeconds = cpuSeconds(now);
        settledNanos = now;
        base = share;
        wave = 0;
    }

    /** Has that from now on. */
    void resize(int newVcpus, long newMemoryBytes, long now) {
        settledSeconds = cpuSeconds(now);
        settledNanos = now;
        vcpus = newVcpus;
        memoryBytes = newMemoryBytes;
    }

    /** CPU seconds used on this host; the integral of the load. */
    double cpuSeconds(long now) {
        double from = seconds(settledNanos);
        double to = seconds(now);
        double omega = 2 * Math.PI / PERIOD_SECONDS;
        double phase = (id.hashCode() >>> 8) % 628 / 100.0;
        double integral =
                base * (to - from) + wave / omega * (Math.cos(omega * from + phase) - Math.cos(omega * to + phase));
        return settledSeconds + vcpus * integral;
    }

    private double seconds(long nanos) {
        return (nanos - startedNanos) / 1e9;
    }

    VmStatus status() {
        return VmStatus.newBuilder()
                .setVmId(id)
                .setName(name)
                .setState(state)
                .setManaged(true)
                .setRevision(revision)
                .build();
    }
}
