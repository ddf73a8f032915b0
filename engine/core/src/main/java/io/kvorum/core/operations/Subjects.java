package io.kvorum.core.operations;

import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Subject;
import java.util.UUID;

/** What a request is about. */
public final class Subjects {

    private Subjects() {}

    /** The subject under its name of now, or under its id if it is not there. */
    public static Subject of(Inventory inventory, Request request) {
        Subject unnamed = of(request);
        return inventory.find(unnamed.kind(), unnamed.id()).map(Entity::subject).orElse(unnamed);
    }

    /** The subject as far as the request itself tells. */
    public static Subject of(Request request) {
        return switch (request) {
            case Request.Configure(var object, var revision) -> object.subject();
            case Request.RemoveConfig r -> unnamed(r.kind(), r.id());
            case Request.RegisterHost r ->
                new Subject(Kind.HOST, r.hostId(), r.spec().name());
            case Request.ChangeHost r ->
                new Subject(Kind.HOST, r.hostId(), r.spec().name());
            case Request.RenewHost r -> unnamed(Kind.HOST, r.hostId());
            case Request.RemoveHost r -> unnamed(Kind.HOST, r.hostId());
            case Request.MaintainHost r -> unnamed(Kind.HOST, r.hostId());
            case Request.ActivateHost r -> unnamed(Kind.HOST, r.hostId());
            case Request.PowerHost r -> unnamed(Kind.HOST, r.hostId());
            case Request.UpgradeHost r -> unnamed(Kind.HOST, r.hostId());
            case Request.TestPowerManagement r -> unnamed(Kind.HOST, r.hostId());
            case Request.ProbeHost r -> unnamed(Kind.HOST, r.hostId());
            case Request.ConfirmHostDown r -> unnamed(Kind.HOST, r.hostId());
            case Request.InspectStorage r -> unnamed(Kind.STORAGE_DOMAIN, r.storageDomainId());
            case Request.JoinLockspace r -> unnamed(Kind.STORAGE_DOMAIN, r.storageDomainId());
            case Request.LeaveLockspace r -> unnamed(Kind.STORAGE_DOMAIN, r.storageDomainId());
            case Request.InspectLockspace r -> unnamed(Kind.HOST, r.hostId());
            case Request.ChangeVm r -> new Subject(Kind.VM, r.vmId(), r.spec().name());
            case Request.CreateVm r -> new Subject(Kind.VM, r.vmId(), r.spec().name());
            case Request.CreateVms r -> unnamed(Kind.CLUSTER, r.clusterId());
            case Request.DeleteVm r -> unnamed(Kind.VM, r.vmId());
            case Request.StartVm r -> unnamed(Kind.VM, r.vmId());
            case Request.StartVms r -> unnamed(Kind.CLUSTER, r.clusterId());
            case Request.StopVm r -> unnamed(Kind.VM, r.vmId());
            case Request.ControlVm r -> unnamed(Kind.VM, r.vmId());
            case Request.SuspendVm r -> unnamed(Kind.VM, r.vmId());
            case Request.CheckVm r -> unnamed(Kind.VM, r.vmId());
            case Request.RecoverVm r -> unnamed(Kind.VM, r.vmId());
            case Request.RestartByLease r -> unnamed(Kind.VM, r.vmId());
            case Request.MigrateVm r -> unnamed(Kind.VM, r.vmId());
            case Request.MaintainCluster r -> unnamed(Kind.CLUSTER, r.clusterId());
            case Request.ReviewPlan r -> unnamed(Kind.BALANCING_PLAN, r.planId());
            case Request.BeginImage r -> new Subject(Kind.IMAGE, r.imageId(), r.name());
            case Request.FinishImage r -> unnamed(Kind.IMAGE, r.imageId());
            case Request.DeleteImage r -> unnamed(Kind.IMAGE, r.imageId());
            case Request.CreateTemplate r -> new Subject(Kind.TEMPLATE, r.templateId(), r.name());
            case Request.DeleteTemplate r -> unnamed(Kind.TEMPLATE, r.templateId());
        };
    }

    private static Subject unnamed(Kind kind, UUID id) {
        return new Subject(kind, id, id.toString());
    }
}
