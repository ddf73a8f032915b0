package io.kvorum.server.agents;

import com.google.protobuf.util.Durations;
import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.proto.agent.v1.CreateDisk;
import io.kvorum.proto.agent.v1.CreateLease;
import io.kvorum.proto.agent.v1.DeleteDisk;
import io.kvorum.proto.agent.v1.DeleteLease;
import io.kvorum.proto.agent.v1.DeleteSavedState;
import io.kvorum.proto.agent.v1.DiskRef;
import io.kvorum.proto.agent.v1.EnsureNetwork;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.GrowVm;
import io.kvorum.proto.agent.v1.InspectLockspace;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.JoinLockspace;
import io.kvorum.proto.agent.v1.LeaveLockspace;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.MigrationPolicy;
import io.kvorum.proto.agent.v1.PauseVm;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.ProbeHost;
import io.kvorum.proto.agent.v1.QueryVm;
import io.kvorum.proto.agent.v1.RebootVm;
import io.kvorum.proto.agent.v1.ReleaseLease;
import io.kvorum.proto.agent.v1.ResetVm;
import io.kvorum.proto.agent.v1.ResumeVm;
import io.kvorum.proto.agent.v1.ShutdownVm;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.StopVm;
import io.kvorum.proto.agent.v1.SuspendVm;
import io.kvorum.proto.agent.v1.UpgradeHost;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.HostRow;
import io.kvorum.server.security.SecretBox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** The core's commands in the contract's words. Passwords are added here, at the last moment, and logged nowhere. */
@ApplicationScoped
public class CommandWords {

    private final Documents documents;
    private final SecretBox secrets;

    CommandWords(Documents documents, SecretBox secrets) {
        this.documents = documents;
        this.secrets = secrets;
    }

    ExecuteRequest.Builder envelope(long epoch, UUID commandId, UUID operationId, Duration limit) {
        return ExecuteRequest.newBuilder()
                .setEpoch(epoch)
                .setCommandId(commandId.toString())
                .setOperationId(operationId.toString())
                .setTimeLimit(Durations.fromMillis(limit.toMillis()));
    }

    @Transactional
    public ExecuteRequest request(long epoch, Effect.SendCommand effect) {
        ExecuteRequest.Builder request = envelope(epoch, effect.commandId(), effect.operationId(), effect.limit());
        switch (effect.command()) {
            case AgentCommand.StartVm start ->
                request.setStartVm(
                        StartVm.newBuilder().setVm(VmWords.write(start)).setResume(start.resume()));
            case AgentCommand.StopVm(UUID vm) ->
                request.setStopVm(StopVm.newBuilder().setVmId(vm.toString()));
            case AgentCommand.ShutdownVm(UUID vm) ->
                request.setShutdownVm(ShutdownVm.newBuilder().setVmId(vm.toString()));
            case AgentCommand.RebootVm(UUID vm) ->
                request.setRebootVm(RebootVm.newBuilder().setVmId(vm.toString()));
            case AgentCommand.ResetVm(UUID vm) ->
                request.setResetVm(ResetVm.newBuilder().setVmId(vm.toString()));
            case AgentCommand.PauseVm(UUID vm) ->
                request.setPauseVm(PauseVm.newBuilder().setVmId(vm.toString()));
            case AgentCommand.ResumeVm(UUID vm) ->
                request.setResumeVm(ResumeVm.newBuilder().setVmId(vm.toString()));
            case AgentCommand.QueryVm(UUID vm) ->
                request.setQueryVm(QueryVm.newBuilder().setVmId(vm.toString()));
            case AgentCommand.SuspendVm(UUID vm, var domain) ->
                request.setSuspendVm(
                        SuspendVm.newBuilder().setVmId(vm.toString()).setStorageDomain(VmWords.domain(domain)));
            case AgentCommand.GrowVm(UUID vm, long memoryBytes, int vcpus) ->
                request.setGrowVm(GrowVm.newBuilder()
                        .setVmId(vm.toString())
                        .setMemoryBytes(memoryBytes)
                        .setVcpus(vcpus));
            case AgentCommand.DeleteSavedState(UUID vm, var domain) ->
                request.setDeleteSavedState(
                        DeleteSavedState.newBuilder().setVmId(vm.toString()).setStorageDomain(VmWords.domain(domain)));
            case AgentCommand.MigrateVm migrate -> request.setMigrateVm(migration(migrate));
            case AgentCommand.CreateDisk create -> request.setCreateDisk(disk(create));
            case AgentCommand.DeleteDisk(UUID disk, var domain) ->
                request.setDeleteDisk(
                        DeleteDisk.newBuilder().setDiskId(disk.toString()).setStorageDomain(VmWords.domain(domain)));
            case AgentCommand.InspectStorage(var domain) ->
                request.setInspectStorage(InspectStorage.newBuilder()
                        .setStorageDomain(VmWords.domain(domain))
                        .setCreate(true));
            case AgentCommand.EnsureNetwork(var network) ->
                request.setEnsureNetwork(EnsureNetwork.newBuilder().setNetwork(VmWords.network(network)));
            case AgentCommand.UpgradeHost() -> request.setUpgradeHost(UpgradeHost.getDefaultInstance());
            case AgentCommand.ProbeHost(UUID host, String address, int port) ->
                request.setProbeHost(ProbeHost.newBuilder()
                        .setHostId(host.toString())
                        .setAddress(address)
                        .setPort(port));
            case AgentCommand.JoinLockspace(var domain, int leaseId) ->
                request.setJoinLockspace(JoinLockspace.newBuilder()
                        .setStorageDomain(VmWords.domain(domain))
                        .setLeaseId(leaseId));
            case AgentCommand.LeaveLockspace(var domain, int leaseId) ->
                request.setLeaveLockspace(LeaveLockspace.newBuilder()
                        .setStorageDomain(VmWords.domain(domain))
                        .setLeaseId(leaseId));
            case AgentCommand.InspectLockspace(var domain, int leaseId) ->
                request.setInspectLockspace(InspectLockspace.newBuilder()
                        .setStorageDomain(VmWords.domain(domain))
                        .addLeaseIds(leaseId));
            case AgentCommand.CreateLease(UUID vm, var domain) ->
                request.setCreateLease(
                        CreateLease.newBuilder().setVmId(vm.toString()).setStorageDomain(VmWords.domain(domain)));
            case AgentCommand.DeleteLease(UUID vm, var domain) ->
                request.setDeleteLease(
                        DeleteLease.newBuilder().setVmId(vm.toString()).setStorageDomain(VmWords.domain(domain)));
            case AgentCommand.ReleaseLease(UUID vm, var domain, int holder) ->
                request.setReleaseLease(ReleaseLease.newBuilder()
                        .setVmId(vm.toString())
                        .setStorageDomain(VmWords.domain(domain))
                        .setHolderLeaseId(holder));
            case AgentCommand.TestPower(UUID host, PowerAgent agent) ->
                request.setPowerControl(PowerControl.newBuilder()
                        .setAction(action(PowerAction.STATUS))
                        .setAgent(agent(agent)));
            case AgentCommand.PowerControl power -> request.setPowerControl(power(power));
        }
        return request.build();
    }

    private static MigrateVm migration(AgentCommand.MigrateVm migrate) {
        MigrateVm.Builder builder = MigrateVm.newBuilder()
                .setVmId(migrate.vmId().toString())
                .setTargetAddress(migrate.targetAddress())
                .setTargetHostId(migrate.targetHostId().toString())
                .setPolicy(policy(migrate.policy()))
                .setRecover(migrate.recover());
        migrate.networks().forEach(network -> builder.addNetworks(VmWords.network(network)));
        if (migrate.seat() != null) {
            builder.addAllPins(SeatWords.pins(migrate.vcpus(), migrate.seat()));
            migrate.seat().cells().forEach(cell -> builder.addHostNodes(String.valueOf(cell.node())));
        }
        return builder.build();
    }

    private static MigrationPolicy policy(io.kvorum.core.inventory.MigrationPolicy policy) {
        List<com.google.protobuf.Duration> downtimes = policy.strategy().downtimes().stream()
                .map(downtime -> Durations.fromMillis(downtime.toMillis()))
                .toList();
        return MigrationPolicy.newBuilder()
                .setMaxDowntime(downtimes.getFirst())
                .addAllLongerDowntimes(downtimes.subList(1, downtimes.size()))
                .setBandwidthBytesPerSecond((long) policy.bandwidthMibPerSecond() << 20)
                .setAutoConverge(policy.strategy().autoConverge())
                .setPostCopy(policy.strategy().postCopy())
                .setCompressed(policy.compressed())
                .setParallelConnections(policy.connections())
                .setUnencrypted(!policy.encrypted())
                .build();
    }

    private static CreateDisk disk(AgentCommand.CreateDisk create) {
        CreateDisk.Builder builder = CreateDisk.newBuilder()
                .setDiskId(create.diskId().toString())
                .setStorageDomain(VmWords.domain(create.storageDomain()))
                .setFormat(VmWords.format(create.format()))
                .setSizeBytes(create.sizeBytes());
        if (create.sourceDiskId() != null && create.sourceDomain() != null && create.sourceFormat() != null) {
            DiskRef source = DiskRef.newBuilder()
                    .setDiskId(create.sourceDiskId().toString())
                    .setStorageDomain(VmWords.domain(create.sourceDomain()))
                    .setFormat(VmWords.format(create.sourceFormat()))
                    .build();
            if (create.linked()) {
                builder.setBacking(source);
            } else {
                builder.setCopyOf(source);
            }
        }
        return builder.build();
    }

    private PowerControl power(AgentCommand.PowerControl power) {
        HostRow row = HostRow.<HostRow>findByIdOptional(power.subjectHostId())
                .orElseThrow(() -> new IllegalStateException("host " + power.subjectHostId() + " was removed"));
        PowerAgent agent = documents
                .read(row.document, Host.class)
                .spec()
                .powerManagement()
                .agents()
                .get(power.powerAgentIndex());
        return PowerControl.newBuilder()
                .setAction(action(power.action()))
                .setAgent(agent(agent))
                .build();
    }

    private io.kvorum.proto.agent.v1.PowerAgent.Builder agent(PowerAgent agent) {
        return io.kvorum.proto.agent.v1.PowerAgent.newBuilder()
                .setType(agent.type())
                .setAddress(agent.address())
                .setPort(agent.port())
                .setUsername(agent.username())
                .setPassword(secrets.open(agent.sealedPassword()))
                .putAllOptions(agent.options());
    }

    private static io.kvorum.proto.agent.v1.PowerAction action(PowerAction action) {
        return switch (action) {
            case STATUS -> io.kvorum.proto.agent.v1.PowerAction.POWER_ACTION_STATUS;
            case OFF -> io.kvorum.proto.agent.v1.PowerAction.POWER_ACTION_OFF;
            case ON -> io.kvorum.proto.agent.v1.PowerAction.POWER_ACTION_ON;
        };
    }
}
