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
    LEFT_BEHIND;

    /** Whether a guest of ours is there that could run. */
    public boolean present() {
        return switch (this) {
            case RUNNING, PAUSED, PAUSED_IO_ERROR, SHUTTING_DOWN, MIGRATING_IN -> true;
            case OFF, CRASHED, SUSPENDED, LEFT_BEHIND -> false;
        };
    }
}
