package io.kvorum.core.operations;

import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.RollingMaintenance.HostTask;
import io.kvorum.core.inventory.VmSpec;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an operation was asked to do. Ids of new things are made by whoever asks, so that asking twice is harmless. */
public sealed interface Request {

    /** As people read it in front of the subject's name: "start", "migrate", … */
    String verb();

    // ---- configuration: ends at once, talks to no host

    /** Creates or changes a data center, cluster, storage domain or network; {@code expectedRevision} 0 creates. */
    record Configure(ConfigObject object, long expectedRevision) implements Request {
        @Override
        public String verb() {
            return expectedRevision == 0 ? "create" : "change";
        }
    }

    /** Removes a data center, cluster, storage domain or network that nothing uses. */
    record RemoveConfig(Kind kind, UUID id, @Nullable Long expectedRevision) implements Request {
        @Override
        public String verb() {
            return "remove";
        }
    }

    /** A host that presented a valid join token. */
    record RegisterHost(UUID hostId, HostSpec spec, HostFacts facts, Instant certificateExpiresAt) implements Request {
        @Override
        public String verb() {
            return "register";
        }
    }

    record ChangeHost(UUID hostId, HostSpec spec, @Nullable Long expectedRevision) implements Request {
        @Override
        public String verb() {
            return "change";
        }
    }

    /** A host's certificate was renewed. */
    record RenewHost(UUID hostId, Instant certificateExpiresAt) implements Request {
        @Override
        public String verb() {
            return "renew the certificate of";
        }
    }

    record RemoveHost(UUID hostId) implements Request {
        @Override
        public String verb() {
            return "remove";
        }
    }

    record ChangeVm(UUID vmId, VmSpec spec, @Nullable Long expectedRevision) implements Request {
        @Override
        public String verb() {
            return "change";
        }
    }

    /** Reserves a place for an upload. */
    record BeginImage(
            UUID imageId,
            String name,
            UUID storageDomainId,
            DiskFormat format,
            long lengthBytes,
            @Nullable String sha256)
            implements Request {
        @Override
        public String verb() {
            return "upload";
        }
    }

    /** The upload has ended; {@code failure} is null if the host took and checked it. */
    record FinishImage(
            UUID imageId,
            long virtualSizeBytes,
            String sha256,
            @Nullable String failure) implements Request {
        @Override
        public String verb() {
            return "finish the upload of";
        }
    }

    // ---- hosts

    record MaintainHost(UUID hostId) implements Request {
        @Override
        public String verb() {
            return "put into maintenance";
        }
    }

    record ActivateHost(UUID hostId) implements Request {
        @Override
        public String verb() {
            return "activate";
        }
    }

    /** Power control of a host through its BMC, by another host. */
    record PowerHost(UUID hostId, PowerTask task) implements Request {
        @Override
        public String verb() {
            return task.verb();
        }
    }

    enum PowerTask {
        STATUS("ask the power status of"),
        OFF("power off"),
        ON("power on"),
        RESTART("power cycle"),
        /** Only the engine asks for this one: off, verified, then on again, if the host is still silent. */
        FENCE("fence"),
        /** Only the engine asks for this one: off, verified, if the host is up, empty, and its power agent says that it is on. */
        SLEEP("put to sleep"),
        /** Only the engine asks for this one: on, if power saving switched it off and nobody else did since. */
        WAKE("wake");

        private final String verb;

        PowerTask(String verb) {
            this.verb = verb;
        }

        public String verb() {
            return verb;
        }

        /** Whether nobody but the engine may ask for it. */
        public boolean ownOfEngine() {
            return this == FENCE || this == SLEEP || this == WAKE;
        }
    }

    /** Upgrades the software of a host that is in maintenance, by its package manager. */
    record UpgradeHost(UUID hostId) implements Request {
        @Override
        public String verb() {
            return "upgrade";
        }
    }

    /** Asks every power agent for the power state through every proxy; the agents need not be stored. */
    record TestPowerManagement(UUID hostId, PowerManagement powerManagement) implements Request {
        @Override
        public String verb() {
            return "test the power management of";
        }
    }

    /** Asks one host whether the agent of another one answers it. */
    record ProbeHost(UUID hostId, UUID throughHostId) implements Request {
        @Override
        public String verb() {
            return "probe";
        }
    }

    /** An operator swears that the host does not run. */
    record ConfirmHostDown(UUID hostId, String typedName) implements Request {
        @Override
        public String verb() {
            return "confirm as down";
        }
    }

    record InspectStorage(UUID storageDomainId) implements Request {
        @Override
        public String verb() {
            return "inspect";
        }
    }

    /** Makes a host a member of a domain's lockspace, so that it can run VMs with leases there. */
    record JoinLockspace(UUID storageDomainId, UUID hostId) implements Request {
        @Override
        public String verb() {
            return "join the lockspaces of";
        }
    }

    /** Before a host is switched off or taken away. */
    record LeaveLockspace(UUID storageDomainId, UUID hostId) implements Request {
        @Override
        public String verb() {
            return "leave the lockspaces of";
        }
    }

    /** Asks one host what it sees of another one's renewals on a storage domain. */
    record InspectLockspace(UUID hostId, UUID storageDomainId, UUID throughHostId) implements Request {
        @Override
        public String verb() {
            return "look for renewals of";
        }
    }

    // ---- VMs

    /** {@code fullCopy}: the disks of the template are copied rather than stood upon. */
    record CreateVm(UUID vmId, VmSpec spec, boolean fullCopy, boolean start) implements Request {
        @Override
        public String verb() {
            return "create";
        }
    }

    /** VMs of one cluster that are made together, and those of them that shall start started together. */
    record CreateVms(UUID clusterId, List<CreateVm> vms, boolean allOrNothing) implements Request {
        public CreateVms {
            vms = List.copyOf(vms);
        }

        @Override
        public String verb() {
            return "create " + vms.size() + " VMs in";
        }
    }

    record DeleteVm(UUID vmId) implements Request {
        @Override
        public String verb() {
            return "delete";
        }
    }

    /** From off, or from its saved memory. {@code hostId} null leaves the choice to the scheduler. */
    record StartVm(UUID vmId, @Nullable UUID hostId) implements Request {
        @Override
        public String verb() {
            return "start";
        }
    }

    /** VMs of one cluster that are started together; with {@code allOrNothing} none if not all find a host now. */
    record StartVms(UUID clusterId, List<UUID> vmIds, boolean allOrNothing) implements Request {
        public StartVms {
            vmIds = List.copyOf(vmIds);
        }

        @Override
        public String verb() {
            return "start " + vmIds.size() + " VMs in";
        }
    }

    /** {@code force} pulls the plug. */
    record StopVm(UUID vmId, boolean force) implements Request {
        @Override
        public String verb() {
            return force ? "force off" : "shut down";
        }
    }

    record ControlVm(UUID vmId, VmControl control) implements Request {
        @Override
        public String verb() {
            return control.verb();
        }
    }

    enum VmControl {
        REBOOT("reboot"),
        RESET("reset"),
        PAUSE("pause"),
        RESUME("resume");

        private final String verb;

        VmControl(String verb) {
            this.verb = verb;
        }

        public String verb() {
            return verb;
        }
    }

    record SuspendVm(UUID vmId) implements Request {
        @Override
        public String verb() {
            return "suspend";
        }
    }

    /**
     * Asks a host what a VM does on it, because of something that was seen. What was seen may be old news; the answer is
     * not. {@code guestShutDown}: the guest was seen to shut itself down, so that nobody restarts it.
     */
    record CheckVm(UUID vmId, UUID hostId, boolean guestShutDown) implements Request {
        @Override
        public String verb() {
            return "check";
        }
    }

    /** A disk failed under it: if its host reaches its storage again, it goes on, or what else it says itself. */
    record RecoverVm(UUID vmId) implements Request {
        @Override
        public String verb() {
            return "recover";
        }
    }

    /** Its host is silent, cannot be fenced, and let its lease expire: starts it where the lease can be acquired. */
    record RestartByLease(UUID vmId) implements Request {
        @Override
        public String verb() {
            return "restart by its lease";
        }
    }

    /** {@code hostId} null leaves the choice to the scheduler; {@code clusterId} null is the VM's own cluster. */
    record MigrateVm(
            UUID vmId, @Nullable UUID hostId, @Nullable UUID clusterId) implements Request {

        /** Within its cluster. */
        public MigrateVm(UUID vmId, @Nullable UUID hostId) {
            this(vmId, hostId, null);
        }

        @Override
        public String verb() {
            return "migrate";
        }
    }

    // ---- plans

    /**
     * Makes and begins a plan to maintain hosts of a cluster, some at a time.
     *
     * @param hostIds in their order; empty for all hosts of the cluster that are up, by name
     */
    record MaintainCluster(UUID planId, UUID clusterId, HostTask task, int hostsAtOnce, List<UUID> hostIds)
            implements Request {

        public MaintainCluster {
            hostIds = List.copyOf(hostIds);
        }

        @Override
        public String verb() {
            return "maintain the hosts of";
        }
    }

    /**
     * What an operator makes of a proposed plan.
     *
     * @param vmIds with LEAVE_OUT, the VMs that shall stay where they are
     */
    record ReviewPlan(
            UUID planId,
            PlanReview review,
            List<UUID> vmIds,
            @Nullable Long expectedRevision) implements Request {

        public ReviewPlan {
            vmIds = List.copyOf(vmIds);
        }

        @Override
        public String verb() {
            return review.verb();
        }
    }

    enum PlanReview {
        APPROVE("approve"),
        REJECT("reject"),
        LEAVE_OUT("leave a move out of"),
        /** This and the next ones are of plans to maintain hosts. */
        PAUSE("pause"),
        RESUME("resume"),
        ABORT("abort");

        private final String verb;

        PlanReview(String verb) {
            this.verb = verb;
        }

        public String verb() {
            return verb;
        }
    }

    // ---- templates and images

    /** From an image, or from a VM's disks; exactly one of the two is given. */
    record CreateTemplate(
            UUID templateId,
            String name,
            String description,
            UUID dataCenterId,
            Hardware hardware,
            @Nullable UUID imageId,
            @Nullable UUID vmId)
            implements Request {
        @Override
        public String verb() {
            return "create";
        }
    }

    record DeleteTemplate(UUID templateId) implements Request {
        @Override
        public String verb() {
            return "delete";
        }
    }

    record DeleteImage(UUID imageId) implements Request {
        @Override
        public String verb() {
            return "delete";
        }
    }
}
