package io.kvorum.agent.lease;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
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

/** Of a host that has no sanlock: everything that needs a lease is refused. */
public final class NoLeases implements Leases {

    @Override
    public Leasing support() {
        return Leasing.LEASING_UNSPECIFIED;
    }

    @Override
    public Optional<Set<String>> memberships() {
        return Optional.empty();
    }

    @Override
    public void join(JoinLockspace command, CommandContext context) {
        throw none();
    }

    @Override
    public void leave(LeaveLockspace command, CommandContext context) {}

    @Override
    public LockspaceResult inspect(InspectLockspace command) {
        throw none();
    }

    @Override
    public void create(CreateLease command) {
        throw none();
    }

    @Override
    public void delete(DeleteLease command) {
        throw none();
    }

    @Override
    public void release(ReleaseLease command) {
        throw none();
    }

    @Override
    public void checkFree(VmSpec vm, CommandContext context) {
        if (vm.hasLeaseDomain()) {
            throw none();
        }
    }

    @Override
    public boolean heldHere(VmSpec vm) {
        return !vm.hasLeaseDomain();
    }

    private static CommandFailure none() {
        return CommandFailure.storage("This host keeps no leases; let another one do it");
    }
}
