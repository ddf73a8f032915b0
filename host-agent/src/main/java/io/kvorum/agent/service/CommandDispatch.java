package io.kvorum.agent.service;

import io.kvorum.agent.fencing.HostProbe;
import io.kvorum.agent.fencing.PowerController;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.hypervisor.Hypervisor;
import io.kvorum.agent.lease.Leases;
import io.kvorum.agent.storage.DiskStore;
import io.kvorum.agent.upgrade.HostUpgrade;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.PowerResult;
import io.kvorum.proto.agent.v1.ProbeResult;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.Success;
import io.kvorum.proto.agent.v1.VmResult;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmStatus;
import java.util.Optional;

/** Hands each command to what carries it out. */
final class CommandDispatch {
    private final Hypervisor hypervisor;
    private final DiskStore disks;
    private final Leases leases;
    private final PowerController power;
    private final HostProbe probe;
    private final HostUpgrade upgrade;

    CommandDispatch(HostParts parts) {
        this.hypervisor = parts.hypervisor();
        this.disks = parts.disks();
        this.leases = parts.leases();
        this.power = parts.power();
        this.probe = parts.probe();
        this.upgrade = parts.upgrade();
    }

    Success run(ExecuteRequest request, CommandContext context) {
        return switch (request.getCommandCase()) {
            case START_VM -> vm(request.getStartVm().getVm().getVmId(), start(request.getStartVm(), context));
            case STOP_VM -> {
                hypervisor.stop(request.getStopVm().getVmId());
                yield vm(request.getStopVm().getVmId(), VmRunState.VM_RUN_STATE_OFF);
            }
            case SHUTDOWN_VM -> {
                hypervisor.shutdown(request.getShutdownVm().getVmId(), context);
                yield vm(request.getShutdownVm().getVmId(), VmRunState.VM_RUN_STATE_OFF);
            }
            case REBOOT_VM -> {
                hypervisor.reboot(request.getRebootVm().getVmId());
                yield state(request.getRebootVm().getVmId());
            }
            case RESET_VM -> {
                hypervisor.reset(request.getResetVm().getVmId());
                yield state(request.getResetVm().getVmId());
            }
            case PAUSE_VM -> {
                hypervisor.pause(request.getPauseVm().getVmId());
                yield state(request.getPauseVm().getVmId());
            }
            case RESUME_VM -> {
                hypervisor.resume(request.getResumeVm().getVmId());
                yield state(request.getResumeVm().getVmId());
            }
            case SUSPEND_VM -> {
                var suspend = request.getSuspendVm();
                hypervisor.suspend(suspend.getVmId(), suspend.getStorageDomain(), context);
                yield vm(suspend.getVmId(), VmRunState.VM_RUN_STATE_SUSPENDED);
            }
            case GROW_VM -> {
                hypervisor.grow(request.getGrowVm(), context);
                yield state(request.getGrowVm().getVmId());
            }
            case DELETE_SAVED_STATE -> {
                var delete = request.getDeleteSavedState();
                hypervisor.deleteSavedState(delete.getVmId(), delete.getStorageDomain());
                yield Success.getDefaultInstance();
            }
            case MIGRATE_VM ->
                Success.newBuilder()
                        .setMigration(hypervisor.migrate(request.getMigrateVm(), context))
                        .build();
            case ABORT_MIGRATION -> {
                hypervisor.abortMigration(request.getAbortMigration().getVmId());
                yield state(request.getAbortMigration().getVmId());
            }
            case QUERY_VM -> state(request.getQueryVm().getVmId());
            case CREATE_DISK ->
                Success.newBuilder()
                        .setDisk(disks.create(request.getCreateDisk(), context))
                        .build();
            case DELETE_DISK -> {
                disks.delete(request.getDeleteDisk());
                yield Success.getDefaultInstance();
            }
            case INSPECT_STORAGE ->
                Success.newBuilder()
                        .setStorage(disks.inspect(request.getInspectStorage()))
                        .build();
            case ENSURE_NETWORK -> {
                hypervisor.ensureNetwork(request.getEnsureNetwork().getNetwork());
                yield Success.getDefaultInstance();
            }
            case REMOVE_NETWORK -> {
                hypervisor.removeNetwork(request.getRemoveNetwork().getNetwork());
                yield Success.getDefaultInstance();
            }
            case POWER_CONTROL ->
                Success.newBuilder()
                        .setPower(PowerResult.newBuilder().setState(power.control(request.getPowerControl(), context)))
                        .build();
            case PROBE_HOST ->
                Success.newBuilder()
                        .setProbe(ProbeResult.newBuilder().setAnswer(probe.probe(request.getProbeHost(), context)))
                        .build();
            case UPGRADE_HOST ->
                Success.newBuilder().setUpgrade(upgrade.upgrade(context)).build();
            case JOIN_LOCKSPACE -> {
                leases.join(request.getJoinLockspace(), context);
                yield Success.getDefaultInstance();
            }
            case LEAVE_LOCKSPACE -> {
                leases.leave(request.getLeaveLockspace(), context);
                yield Success.getDefaultInstance();
            }
            case INSPECT_LOCKSPACE ->
                Success.newBuilder()
                        .setLockspace(leases.inspect(request.getInspectLockspace()))
                        .build();
            case CREATE_LEASE -> {
                leases.create(request.getCreateLease());
                yield Success.getDefaultInstance();
            }
            case DELETE_LEASE -> {
                leases.delete(request.getDeleteLease());
                yield Success.getDefaultInstance();
            }
            case RELEASE_LEASE -> {
                leases.release(request.getReleaseLease());
                yield Success.getDefaultInstance();
            }
            case COMMAND_NOT_SET -> throw CommandFailure.invalid("The request has no command that this agent knows");
        };
    }

    /** A guest with a lease runs only while this host holds that. */
    private VmRunState start(StartVm command, CommandContext context) {
        String id = command.getVm().getVmId();
        leases.checkFree(command.getVm(), context);
        VmRunState state = hypervisor.start(command, context);
        if (state == VmRunState.VM_RUN_STATE_RUNNING && !holds(command)) {
            hypervisor.stop(id);
            throw CommandFailure.hypervisor("VM " + id + " came up without its lease and was stopped at once. libvirt's"
                    + " qemu.conf must say lock_manager = \"sanlock\", and libvirtd must have been started since");
        }
        return state;
    }

    private boolean holds(StartVm command) {
        try {
            return leases.heldHere(command.getVm());
        } catch (CommandFailure e) {
            return false;
        }
    }

    /** What became of a command whose agent died under way: found out by looking, or INTERRUPTED. */
    Success recover(CommandJournal.Subject subject, CommandContext context) {
        Optional<ExecuteRequest.CommandCase> command =
                Optional.ofNullable(ExecuteRequest.CommandCase.forNumber(subject.command()));
        String id = subject.id();
        if (command.isEmpty()) {
            throw interrupted("a command of a newer agent", id, "Query what is there");
        }
        return switch (command.get()) {
            case START_VM -> {
                Optional<VmStatus> vm = hypervisor.query(id);
                if (vm.isPresent()
                        && vm.get().getState() != VmRunState.VM_RUN_STATE_MIGRATING_IN
                        && vm.get().getState() != VmRunState.VM_RUN_STATE_LEFT_BEHIND
                        && vm.get().getState() != VmRunState.VM_RUN_STATE_TORN) {
                    yield vm(id, vm.get().getState());
                }
                throw interrupted("start of VM", id, "It does not run here yet; query it");
            }
            case STOP_VM, SHUTDOWN_VM -> {
                if (hypervisor.query(id).isEmpty()) {
                    yield vm(id, VmRunState.VM_RUN_STATE_OFF);
                }
                throw interrupted("stop of VM", id, "It still runs here");
            }
            case MIGRATE_VM -> {
                hypervisor.settleMigration(id);
                if (hypervisor.query(id).isPresent()) {
                    throw interrupted("migration of VM", id, "It still runs here; migrate it with a new command");
                }
                if (hypervisor.runsOn(subject.targetAddress(), subject.targetHostId(), id)) {
                    yield Success.newBuilder()
                            .setMigration(io.kvorum.proto.agent.v1.MigrationResult.newBuilder()
                                    .setVmId(id))
                            .build();
                }
                throw interrupted(
                        "migration of VM",
                        id,
                        "It does not run here any more, and " + subject.targetAddress()
                                + " did not say that it runs there; query the target");
            }
            case UPGRADE_HOST ->
                Success.newBuilder().setUpgrade(upgrade.resume(context)).build();
            case REBOOT_VM,
                    RESET_VM,
                    PAUSE_VM,
                    RESUME_VM,
                    SUSPEND_VM,
                    GROW_VM,
                    DELETE_SAVED_STATE,
                    ABORT_MIGRATION,
                    QUERY_VM,
                    CREATE_DISK,
                    DELETE_DISK,
                    INSPECT_STORAGE,
                    ENSURE_NETWORK,
                    REMOVE_NETWORK,
                    POWER_CONTROL,
                    PROBE_HOST,
                    JOIN_LOCKSPACE,
                    LEAVE_LOCKSPACE,
                    INSPECT_LOCKSPACE,
                    CREATE_LEASE,
                    DELETE_LEASE,
                    RELEASE_LEASE,
                    COMMAND_NOT_SET ->
                throw interrupted("command " + command.get(), id, "It is safe to give it again under a new id");
        };
    }

    private static CommandFailure interrupted(String what, String id, String hint) {
        return new CommandFailure(
                FailureReason.FAILURE_REASON_INTERRUPTED,
                "The agent ended during the " + what + " " + id + ". " + hint);
    }

    private Success state(String vmId) {
        return vm(vmId, hypervisor.query(vmId).map(VmStatus::getState).orElse(VmRunState.VM_RUN_STATE_OFF));
    }

    private static Success vm(String vmId, VmRunState state) {
        return Success.newBuilder()
                .setVm(VmResult.newBuilder().setVmId(vmId).setState(state))
                .build();
    }
}
