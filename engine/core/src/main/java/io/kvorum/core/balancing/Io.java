package io.kvorum.core.balancing;

/**
 * What goes through disks and networks: bytes a second, read and written, and in the busier direction. As what a host can do, 0
 * is for what nobody knows.
 */
public record Io(double disk, double network) {

    public static final Io NONE = new Io(0, 0);
}
