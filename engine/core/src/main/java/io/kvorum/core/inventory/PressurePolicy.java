package io.kvorum.core.inventory;

/**
 * When a host is relieved whose guests wait for CPUs although it is not over-utilized.
 *
 * @param cpuPressureHighPercent of the last minute in which something waited for a CPU; 100 for never
 * @param efficiencyLowPercent of the CPU time that its VMs ask for, what they get at least; 0 for never
 */
public record PressurePolicy(int cpuPressureHighPercent, int efficiencyLowPercent) {

    public static final PressurePolicy DEFAULT = new PressurePolicy(60, 70);
}
