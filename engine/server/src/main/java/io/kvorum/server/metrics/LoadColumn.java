package io.kvorum.server.metrics;

import java.util.Arrays;

/**
 * The load of one host or VM, as means of steps of equal length: four bytes a step. Values are kept as 16-bit floats, with three
 * digits; memory in units of 64 MiB.
 */
final class LoadColumn {

    static final int BYTES_A_STEP = 4;

    private static final double MEMORY_UNIT = 64 << 20;
    private static final int FIRST_STEPS = 12;

    /** Dropping the oldest makes room for so large a share of the limit at once. */
    private static final int ROOM = 8;

    private static final short UNKNOWN = Float.floatToFloat16(Float.NaN);

    private short[] cpu = new short[FIRST_STEPS];
    private short[] memory = new short[FIRST_STEPS];
    private long firstStep;
    private int count;

    private long currentStep = -1;
    private double cpuSum;
    private double memorySum;
    private int samples;

    /**
     * Takes a sample; what came for an earlier step is not taken.
     *
     * @param limit how many steps are kept
     */
    synchronized void add(long step, double cpuShare, double memoryBytes, int limit) {
        if (step < currentStep) {
            return;
        }
        if (step > currentStep) {
            close(limit);
            currentStep = step;
        }
        cpuSum += cpuShare;
        memorySum += memoryBytes;
        samples++;
    }

    private void close(int limit) {
        if (samples > 0) {
            append(currentStep, cpuSum / samples, memorySum / samples / MEMORY_UNIT, limit);
        }
        cpuSum = 0;
        memorySum = 0;
        samples = 0;
    }

    private void append(long step, double cpuShare, double memoryUnits, int limit) {
        if (count == 0 || step - (firstStep + count) >= limit) {
            firstStep = step;
            count = 0;
        }
        int needed = (int) (step - firstStep) + 1;
        if (needed > limit) {
            int dropped = Math.min(count, needed - limit + limit / ROOM);
            System.arraycopy(cpu, dropped, cpu, 0, count - dropped);
            System.arraycopy(memory, dropped, memory, 0, count - dropped);
            firstStep += dropped;
            count -= dropped;
            needed -= dropped;
        }
        if (needed > cpu.length || cpu.length > 2 * Math.max(limit, FIRST_STEPS)) {
            int length = Math.max(needed, Math.min(limit, Math.max(FIRST_STEPS, 2 * needed)));
            cpu = Arrays.copyOf(cpu, length);
            memory = Arrays.copyOf(memory, length);
        }
        Arrays.fill(cpu, count, needed, UNKNOWN);
        Arrays.fill(memory, count, needed, UNKNOWN);
        cpu[needed - 1] = Float.floatToFloat16((float) cpuShare);
        memory[needed - 1] = Float.floatToFloat16((float) memoryUnits);
        count = needed;
    }

    /** The first step that is kept; that of the running one where none has ended. */
    synchronized long firstStep() {
        return count == 0 ? currentStep : firstStep;
    }

    /** The last step that a sample came for. */
    synchronized long lastStep() {
        return currentStep;
    }

    /** The values from that step on, NaN where there is none. */
    synchronized void copy(long from, float[] cpuShares, float[] memoryBytes) {
        for (int i = 0; i < cpuShares.length; i++) {
            long at = from + i - firstStep;
            boolean known = at >= 0 && at < count;
            cpuShares[i] = known ? Float.float16ToFloat(cpu[(int) at]) : Float.NaN;
            memoryBytes[i] = known ? (float) (Float.float16ToFloat(memory[(int) at]) * MEMORY_UNIT) : Float.NaN;
        }
    }
}
