package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.CommandProgress;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.MigrationResult;
import io.kvorum.proto.agent.v1.VmEventCause;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmStatus;
import java.time.Duration;
import java.util.Optional;

/**
 * A live migration by pre-copy: memory M over bandwidth B while the guest dirties D a second sends M / (1 - D/B) bytes
 * in all; what is dirty at the end, M times (D/B) to the rounds, makes the downtime. By post-copy it sends M.
 */
final class SimulatedMigration {
    private static final long DEFAULT_BANDWIDTH = 1_250_000_000;
    private static final int STEPS = 20;

    private final SimulatedHypervisor source;
    private final SimulatedHypervisor target;
    private final MigrateVm command;
    private final Optional<String> failure;
    private final CommandContext context;

    SimulatedMigration(
            SimulatedHypervisor source,
            SimulatedHypervisor target,
            MigrateVm command,
            Optional<String> failure,
            CommandContext context) {
        this.source = source;
        this.target = target;
        this.command = command;
        this.failure = failure;
        this.context = context;
    }

    MigrationResult run() {
        String id = command.getVmId();
        SimulatedVm vm;
        synchronized (source) {
            vm = source.require(id);
            if (vm.migrating || vm.state == VmRunState.VM_RUN_STATE_MIGRATING_IN) {
                throw CommandFailure.conflict("VM " + id + " is migrating already");
            }
            vm.migrating = true;
            vm.abortMigration = false;
        }
        boolean arrived = false;
        try {
            reserve(vm);
            MigrationResult result = copy(vm);
            handOver(vm);
            arrived = true;
            return result;
        } finally {
            synchronized (source) {
                vm.migrating = false;
            }
            if (!arrived) {
                release(id);
            }
        }
    }

    private void reserve(SimulatedVm vm) {
        synchronized (target) {
            if (!target.powered()) {
                throw new CommandFailure(
                        FailureReason.FAILURE_REASON_UNREACHABLE, "Host " + target.name() + " does not answer");
            }
            if (target.vms().containsKey(vm.id)) {
                throw CommandFailure.conflict("VM " + vm.id + " is on " + target.name() + " already");
            }
            SimulatedVm incoming = vm.copy(VmRunState.VM_RUN_STATE_MIGRATING_IN, System.nanoTime());
            target.admit(incoming);
            target.vms().put(vm.id, incoming);
        }
    }

    private MigrationResult copy(SimulatedVm vm) {
        long asked = command.getPolicy().getBandwidthBytesPerSecond();
        double bandwidth = asked == 0 ? DEFAULT_BANDWIDTH : asked;
        double dirty = Math.min(bandwidth * 0.6, vm.memoryBytes * 0.01 * vm.vcpus);
        boolean postCopy = command.getPolicy().getPostCopy();
        long total = postCopy ? vm.memoryBytes : (long) (vm.memoryBytes / (1 - dirty / bandwidth));
        Duration time = Duration.ofNanos((long) (total / bandwidth * 1e9)).plusMillis(300);
        for (int step = 1; step <= STEPS; step++) {
            context.pause(source.scaled(time.dividedBy(STEPS)));
            check(vm, step);
            context.progress()
                    .accept(CommandProgress.newBuilder()
                            .setCommandId(context.commandId())
                            .setDoneBytes(total / STEPS * step)
                            .setTotalBytes(total)
                            .setPercent(100 * step / STEPS)
                            .setDirtyBytesPerSecond((long) dirty)
                            .setBytesPerSecond((long) bandwidth)
                            .setRemainingBytes(total - total / STEPS * step)
                            .setPass(postCopy ? 1 : 1 + step / (STEPS / 2))
                            .setAllowedDowntime(command.getPolicy().getMaxDowntime())
                            .setPostCopy(postCopy)
                            .build());
        }
        long downtime = 20 + (long) (dirty / bandwidth * 400);
        return MigrationResult.newBuilder()
                .setVmId(vm.id)
                .setTransferredBytes(total)
                .setDirtyBytesPerSecond(postCopy ? -1 : (long) dirty)
                .setTotalTime(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(time.getSeconds())
                        .setNanos(time.getNano()))
                .setDowntime(com.google.protobuf.Duration.newBuilder().setNanos((int) (downtime * 1_000_000)))
                .build();
    }

    private void check(SimulatedVm vm, int step) {
        source.aliveOrInterrupted();
        if (context.expired()) {
            throw CommandFailure.timedOut(
                    "The migration of VM " + vm.id + " did not end in time; it stays on " + source.name());
        }
        if (failure.isPresent() && step >= STEPS / 2) {
            throw CommandFailure.hypervisor(failure.get());
        }
        synchronized (source) {
            if (vm.abortMigration) {
                throw new CommandFailure(
                        FailureReason.FAILURE_REASON_ABORTED,
                        "The migration of VM " + vm.id + " was aborted; it stays on " + source.name());
            }
            if (!source.vms().containsKey(vm.id)) {
                throw CommandFailure.conflict("VM " + vm.id + " was stopped during its migration");
            }
        }
        synchronized (target) {
            if (!target.vms().containsKey(vm.id)) {
                throw new CommandFailure(
                        FailureReason.FAILURE_REASON_UNREACHABLE,
                        "Host " + target.name() + " died during the migration; the VM stays on " + source.name());
            }
        }
    }

    /** Locks in the order of ids, so that two migrations in opposite directions cannot wait for each other. */
    private void handOver(SimulatedVm vm) {
        boolean sourceFirst = source.hostId().compareTo(target.hostId()) < 0;
        VmStatus here;
        VmStatus there;
        synchronized (sourceFirst ? source : target) {
            synchronized (sourceFirst ? target : source) {
                check(vm, 0);
                SimulatedVm incoming = target.require(vm.id);
                incoming.state = vm.state;
                Optional.ofNullable(source.specs().get(vm.id))
                        .ifPresent(spec -> target.specs().put(vm.id, spec));
                vm.state = VmRunState.VM_RUN_STATE_OFF;
                here = vm.status();
                there = incoming.status();
                source.remove(vm.id);
            }
        }
        target.tell(there, VmEventCause.VM_EVENT_CAUSE_MIGRATED_IN, "from " + source.name());
        source.tell(here, VmEventCause.VM_EVENT_CAUSE_MIGRATED_OUT, "to " + target.name());
    }

    private void release(String id) {
        synchronized (target) {
            SimulatedVm incoming = target.vms().get(id);
            if (incoming != null && incoming.state == VmRunState.VM_RUN_STATE_MIGRATING_IN) {
                target.remove(id);
            }
        }
    }
}
