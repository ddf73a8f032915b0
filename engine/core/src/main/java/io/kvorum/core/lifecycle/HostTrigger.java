package io.kvorum.core.lifecycle;

/** What changes a host's state. */
public enum HostTrigger {
    /** Its agent answers and its hypervisor too. */
    HEARD,
    /** Its agent answers, its hypervisor does not. */
    HYPERVISOR_LOST,
    /** Nothing was heard for longer than the heartbeat time-out. */
    SILENT,
    FENCE,
    FENCE_FAILED,
    /** Its BMC says that the power is off after we turned it off, or an operator confirmed that it is down. */
    PROVEN_OFF,
    MAINTAIN,
    /** Nothing runs on it any more. */
    EMPTY,
    MAINTENANCE_CANCELLED,
    ACTIVATE
}
