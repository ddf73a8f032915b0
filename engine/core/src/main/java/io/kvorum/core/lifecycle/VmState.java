package io.kvorum.core.lifecycle;

/** What a VM is doing. */
public enum VmState {
    /** Its disks are being made. */
    PROVISIONING,
    /** Runs nowhere. */
    DOWN,
    /** A host has been chosen and asked to start it. */
    STARTING,
    UP,
    PAUSED,
    SHUTTING_DOWN,
    SUSPENDING,
    /** Runs nowhere; its memory is saved. */
    SUSPENDED,
    MIGRATING,
    /** Its host is silent: it may or may not run there, and starts nowhere else until that is proven. */
    UNKNOWN,
    DELETING;

    /** Whether it holds CPU and memory on a host. */
    public boolean active() {
        return switch (this) {
            case STARTING, UP, PAUSED, SHUTTING_DOWN, SUSPENDING, MIGRATING, UNKNOWN -> true;
            case PROVISIONING, DOWN, SUSPENDED, DELETING -> false;
        };
    }

    /** Whether an operation must be under way: nothing may stay in such a state. */
    public boolean passing() {
        return switch (this) {
            case PROVISIONING, STARTING, SHUTTING_DOWN, SUSPENDING, MIGRATING, DELETING -> true;
            case DOWN, UP, PAUSED, SUSPENDED, UNKNOWN -> false;
        };
    }
}
