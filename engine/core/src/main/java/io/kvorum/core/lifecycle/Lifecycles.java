package io.kvorum.core.lifecycle;

import static io.kvorum.core.lifecycle.HostState.*;
import static io.kvorum.core.lifecycle.VmState.*;

/** The tables of what can become what. The diagrams in {@code docs/architecture.md} are drawn from them. */
public final class Lifecycles {

    /** States of a VM. */
    public static final StateTable<VmState, VmTrigger> VM = StateTable.of(
            VmState.class,
            VmTrigger.class,
            rows -> rows.on(VmTrigger.PROVISIONED, VmState.DOWN, PROVISIONING)
                    .on(VmTrigger.START, STARTING, VmState.DOWN, SUSPENDED)
                    .on(VmTrigger.START_FAILED, VmState.DOWN, STARTING)
                    .on(VmTrigger.RESTORE_FAILED, SUSPENDED, STARTING)
                    .on(VmTrigger.SEEN_RUNNING, VmState.UP, STARTING, VmState.UP, PAUSED, MIGRATING, UNKNOWN)
                    .on(VmTrigger.SEEN_RUNNING, VmState.UP, SUSPENDING)
                    .on(VmTrigger.SEEN_PAUSED, PAUSED, STARTING, VmState.UP, PAUSED, MIGRATING, UNKNOWN, SUSPENDING)
                    .on(VmTrigger.SHUT_DOWN, SHUTTING_DOWN, VmState.UP)
                    .on(VmTrigger.SHUT_DOWN_REFUSED, VmState.UP, SHUTTING_DOWN)
                    .on(VmTrigger.SUSPEND, SUSPENDING, VmState.UP, PAUSED)
                    .on(VmTrigger.SUSPENDED, VmState.SUSPENDED, SUSPENDING)
                    .on(VmTrigger.MIGRATE, MIGRATING, VmState.UP)
                    .on(
                            VmTrigger.PROVEN_OFF,
                            VmState.DOWN,
                            STARTING,
                            VmState.UP,
                            PAUSED,
                            SHUTTING_DOWN,
                            SUSPENDING,
                            MIGRATING,
                            UNKNOWN)
                    .on(
                            VmTrigger.LOST_SIGHT,
                            UNKNOWN,
                            STARTING,
                            VmState.UP,
                            PAUSED,
                            SHUTTING_DOWN,
                            SUSPENDING,
                            MIGRATING)
                    .on(VmTrigger.DELETE, DELETING, VmState.DOWN, SUSPENDED)
                    .on(VmTrigger.DELETE_FAILED, VmState.DOWN, DELETING));

    /** States of a host. */
    public static final StateTable<HostState, HostTrigger> HOST = StateTable.of(
            HostState.class,
            HostTrigger.class,
            rows -> rows.on(
                            HostTrigger.HEARD,
                            HostState.UP,
                            CONNECTING,
                            NON_OPERATIONAL,
                            NON_RESPONSIVE,
                            FENCING,
                            HostState.DOWN)
                    .on(HostTrigger.HYPERVISOR_LOST, NON_OPERATIONAL, CONNECTING, HostState.UP, NON_RESPONSIVE)
                    .on(
                            HostTrigger.SILENT,
                            NON_RESPONSIVE,
                            CONNECTING,
                            HostState.UP,
                            NON_OPERATIONAL,
                            PREPARING_FOR_MAINTENANCE)
                    .on(HostTrigger.FENCE, FENCING, NON_RESPONSIVE)
                    .on(HostTrigger.FENCE_FAILED, NON_RESPONSIVE, FENCING)
                    .on(
                            HostTrigger.PROVEN_OFF,
                            HostState.DOWN,
                            CONNECTING,
                            HostState.UP,
                            NON_OPERATIONAL,
                            NON_RESPONSIVE,
                            FENCING)
                    .on(HostTrigger.MAINTAIN, PREPARING_FOR_MAINTENANCE, HostState.UP, NON_OPERATIONAL)
                    .on(HostTrigger.MAINTAIN, MAINTENANCE, HostState.DOWN)
                    .on(HostTrigger.EMPTY, MAINTENANCE, PREPARING_FOR_MAINTENANCE)
                    .on(HostTrigger.MAINTENANCE_CANCELLED, HostState.UP, PREPARING_FOR_MAINTENANCE)
                    .on(HostTrigger.ACTIVATE, CONNECTING, MAINTENANCE));

    private Lifecycles() {}
}
