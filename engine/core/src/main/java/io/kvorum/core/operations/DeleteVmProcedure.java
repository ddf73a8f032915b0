package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.HighAvailability;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmTrigger;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Deletes a VM: its saved memory, its disks, its lease, then itself. What cannot be deleted keeps the VM there, down. */
final class DeleteVmProcedure implements Procedure<Request.DeleteVm> {

    private static final String SAVED = "delete its saved memory";
    private static final String DISK = "delete disk ";
    private static final String LEASE = "delete its lease";

    @Override
    public List<Lock> locks(Inventory inventory, Request.DeleteVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.DeleteVm request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", request.vmId()));
        }
        Vm vm = found.get();
        if (Lifecycles.VM.next(vm.state(), VmTrigger.DELETE).isEmpty()) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "deleted", "down or suspended"));
        }
        for (VmDisk disk : vm.spec().disks()) {
            StorageDomain domain =
                    work.inventory().storageDomain(disk.storageDomainId()).orElseThrow();
            if (work.hostFor(domain).isEmpty()) {
                return Verdict.refuse(DiskCommands.noHost(domain));
            }
        }
        Vm deleting = work.move(vm, VmTrigger.DELETE, null);
        work.turn().put(deleting, deleting.status().wanted(false));
        Optional<StorageDomain> saved = SuspendVmProcedure.savedStateDomain(work.inventory(), vm);
        if (vm.status().memorySaved() && saved.isPresent()) {
            Host host = work.hostFor(saved.get()).orElseThrow();
            return new Verdict.Command(
                    SAVED,
                    host.id(),
                    new AgentCommand.DeleteSavedState(vm.id(), saved.get()),
                    work.settings().commandLimit());
        }
        return deleteFrom(work, deleting, 0);
    }

    private static Verdict deleteFrom(Work work, Vm vm, int index) {
        if (index >= vm.spec().disks().size()) {
            return deleteLease(work, vm);
        }
        VmDisk disk = vm.spec().disks().get(index);
        StorageDomain domain =
                work.inventory().storageDomain(disk.storageDomainId()).orElseThrow();
        return work.hostFor(domain)
                .<Verdict>map(host -> new Verdict.Command(
                        DISK + index,
                        host.id(),
                        new AgentCommand.DeleteDisk(disk.id(), domain),
                        work.settings().commandLimit()))
                .orElseGet(() -> keep(work, vm, DiskCommands.noHost(domain).detail()));
    }

    private static Verdict deleteLease(Work work, Vm vm) {
        Optional<StorageDomain> domain = work.inventory().storageDomain(vm.leaseDomainId());
        if (domain.isEmpty()) {
            return gone(work, vm);
        }
        return LeaseCommands.ask(work, LEASE, domain.get(), new AgentCommand.DeleteLease(vm.id(), domain.get()))
                .orElseGet(
                        () -> keep(work, vm, LeaseCommands.noHost(domain.get()).detail()));
    }

    private static Verdict gone(Work work, Vm vm) {
        AffinityRules.forgetVm(work, vm.id());
        work.turn().remove(Kind.VM, vm.id());
        forget(work, vm.id());
        String message = "VM " + vm.name() + " was deleted.";
        work.log(Severity.INFO, "vm.deleted", message, vm.subject());
        return new Verdict.Succeed(message);
    }

    /** Nobody waits for it any more. */
    private static void forget(Work work, UUID vmId) {
        for (Vm other : List.copyOf(work.inventory().vms())) {
            HighAvailability rules = other.spec().highAvailability();
            if (rules.restartAfter().contains(vmId)) {
                work.turn().put(other.withSpec(other.spec().with(rules.notAfter(vmId))));
            }
        }
    }

    @Override
    public Verdict next(Work work, Request.DeleteVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        if (!Objects.requireNonNull(ended.outcome()).succeeded()) {
            return keep(work, vm, ended.outcome().words());
        }
        if (ended.name().equals(LEASE)) {
            return gone(work, vm);
        }
        int index =
                ended.name().equals(SAVED) ? 0 : Integer.parseInt(ended.name().substring(DISK.length())) + 1;
        return deleteFrom(work, vm, index);
    }

    private static Verdict keep(Work work, Vm vm, String why) {
        Vm kept = work.move(vm, VmTrigger.DELETE_FAILED, "It could not be deleted: " + why);
        work.turn().put(kept, kept.status().saved(false));
        return Verdict.failed("VM " + vm.name() + " was not deleted: " + why);
    }
}
