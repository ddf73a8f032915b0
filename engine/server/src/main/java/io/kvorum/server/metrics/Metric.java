package io.kvorum.server.metrics;

/**
 * What is kept of hosts and VMs, with the unit in which it is shown. Kept as 16-bit floats (three digits) in a unit of their own,
 * so that zero to the largest that can be fits into them. VMs have those up to {@link #EFFICIENCY}, hosts all.
 */
public enum Metric {
    /** Of all CPUs of the host or VM. */
    CPU("cpu", "ratio", 1),
    MEMORY("memory", "bytes", 1L << 34),
    DISK_READ("disk_read", "bytes_per_second", Metric.RATE_UNIT),
    DISK_WRITE("disk_write", "bytes_per_second", Metric.RATE_UNIT),
    NETWORK_RECEIVED("network_received", "bytes_per_second", Metric.RATE_UNIT),
    NETWORK_SENT("network_sent", "bytes_per_second", Metric.RATE_UNIT),
    DISK_READ_REQUESTS("disk_read_requests", "per_second", Metric.REQUESTS_UNIT),
    DISK_WRITE_REQUESTS("disk_write_requests", "per_second", Metric.REQUESTS_UNIT),
    /** Of the CPU time that the VM, or the host's VMs, asked for, the share that they got. */
    EFFICIENCY("efficiency", "ratio", 1),
    /** Share of the last minute in which something on the host waited for it. */
    CPU_PRESSURE("cpu_pressure", "ratio", 1),
    MEMORY_PRESSURE("memory_pressure", "ratio", 1),
    IO_PRESSURE("io_pressure", "ratio", 1);

    static final int OF_VMS = EFFICIENCY.ordinal() + 1;
    static final int OF_HOSTS = values().length;

    /** Exact to a thousandth from 1 kB a second to 1 TB a second, and to 1 B a second below. */
    private static final float RATE_UNIT = 1 << 24;

    private static final float REQUESTS_UNIT = 1 << 12;

    private static final short UNKNOWN = Float.floatToFloat16(Float.NaN);

    private final String title;
    private final String unit;
    private final float scale;

    Metric(String title, String unit, float scale) {
        this.title = title;
        this.unit = unit;
        this.scale = scale;
    }

    /** As the API names it. */
    public String title() {
        return title;
    }

    public String unit() {
        return unit;
    }

    /** What is too large to be true is kept as not known. */
    short pack(float value) {
        short packed = Float.floatToFloat16(value / scale);
        return Float.isFinite(Float.float16ToFloat(packed)) ? packed : UNKNOWN;
    }

    float unpack(short packed) {
        return Float.float16ToFloat(packed) * scale;
    }
}
