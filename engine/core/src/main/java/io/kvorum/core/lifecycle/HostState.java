package io.kvorum.core.lifecycle;

/** What a host is to the cluster. */
public enum HostState {
    /** Joined, or back; not heard yet. */
    CONNECTING,
    /** Heard, and its hypervisor answers: VMs may go there. */
    UP,
    /** Heard, but its hypervisor does not answer: nothing new goes there. */
    NON_OPERATIONAL,
    /** Silent. Its VMs are in doubt until it answers, is fenced, or is confirmed down. */
    NON_RESPONSIVE,
    /** Being powered off through its BMC. */
    FENCING,
    /** Proven to be off. */
    DOWN,
    /** Being emptied. */
    PREPARING_FOR_MAINTENANCE,
    /** Empty, and left alone. */
    MAINTENANCE;

    /** Whether VMs that are bound to it are in doubt. */
    public boolean inDoubt() {
        return this == NON_RESPONSIVE || this == FENCING;
    }
}
