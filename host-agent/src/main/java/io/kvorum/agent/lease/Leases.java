package io.kvorum.agent.lease;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.proto.agent.v1.CreateLease;
import io.kvorum.proto.agent.v1.DeleteLease;
import io.kvorum.proto.agent.v1.InspectLockspace;
import io.kvorum.proto.agent.v1.JoinLockspace;
import io.kvorum.proto.agent.v1.Leasing;
import io.kvorum.proto.agent.v1.LeaveLockspace;
import io.kvorum.proto.agent.v1.LockspaceResult;
import io.kvorum.proto.agent.v1.ReleaseLease;
import io.kvorum.proto.agent.v1.VmSpec;
import java.util.Optional;
import java.util.Set;

/** The leases of the storage domains that this host sees. Throws CommandFailure where it cannot do what is asked. */
public interface Leases {

    /** Whether guests can have leases here now; never throws. */
    Leasing support();

    /** Ids of the storage domains in whose lockspaces this host can hold leases now; empty where it can have none at all. */
    Optional<Set<String>> memberships();

    void join(JoinLockspace command, CommandContext context);

    void leave(LeaveLockspace command, CommandContext context);

    LockspaceResult inspect(InspectLockspace command);

    void create(CreateLease command);

    void delete(DeleteLease command);

    void release(ReleaseLease command);

    /**
     * Refuses, with LEASE_HELD, to start a VM whose lease another host may hold: at once, or after seconds where the lease is
     * about to expire. Nothing without a lease.
     */
    void checkFree(VmSpec vm, CommandContext context);

    /** Whether this host holds the lease of the VM, as it must once the VM runs here; true without a lease. */
    boolean heldHere(VmSpec vm);
}
