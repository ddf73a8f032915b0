package io.kvorum.core.lifecycle;

/** What changes a VM's state. */
public enum VmTrigger {
    PROVISIONED,
    START,
    START_FAILED,
    /** Like a failed start, but of a VM whose saved memory is still there. */
    RESTORE_FAILED,
    SHUT_DOWN,
    SHUT_DOWN_REFUSED,
    SUSPEND,
    SUSPENDED,
    MIGRATE,
    DELETE,
    DELETE_FAILED,
    /** Its host says that it runs. */
    SEEN_RUNNING,
    /** Its host says that it is paused. */
    SEEN_PAUSED,
    /** It is proven to run nowhere. */
    PROVEN_OFF,
    /** Nobody can say whether it runs. */
    LOST_SIGHT
}
