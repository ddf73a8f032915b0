package io.kvorum.core.controller;

/** What a host says that a VM does on it. */
public enum VmRunState {
    RUNNING,
    PAUSED,
    PAUSED_IO_ERROR,
    SHUTTING_DOWN,
    OFF,
    CRASHED,
    SUSPENDED,
    MIGRATING_IN,
    /** What a live migration left on its source, when nobody could confirm that it ended: paused, never to be resumed. */
    LEFT_BEHIND,
    /**
     * Its memory is torn between two hosts, since a migration by post-copy broke after the guest had gone on at its target. On the
     * source it is paused; on the target it may run until it misses a page. It can only be put together again, or be ended.
     */
    TORN;

    /** Whether a guest of ours is there that could run. */
    public boolean present() {
        return switch (this) {
            case RUNNING, PAUSED, PAUSED_IO_ERROR, SHUTTING_DOWN, MIGRATING_IN, TORN -> true;
            case OFF, CRASHED, SUSPENDED, LEFT_BEHIND -> false;
        };
    }
}
