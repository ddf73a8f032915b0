package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.DiskDetail;
import io.kvorum.core.inventory.DiskFormat;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Template.TemplateDisk;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Makes a VM, its disks one by one, and its lease; if one cannot be made, those that were are deleted and the VM is gone. */
final class CreateVmProcedure implements Procedure<Request.CreateVm> {

    private static final String CREATE = "create disk ";
    private static final String LEASE = "make its lease";
    private static final String UNDO = "delete disk ";

    @Override
    public List<Lock> locks(Inventory inventory, Request.CreateVm request) {
        return List.of(new Lock(Kind.VM, request.vmId()));
    }

    @Override
    public Verdict begin(Work work, Request.CreateVm request) {
        VmSpec spec = request.spec();
        if (work.inventory().vm(request.vmId()).isPresent()) {
            return Verdict.conflict("There is a VM with the id " + request.vmId() + " already.");
        }
        List<FieldProblem> problems = check(work.inventory(), request);
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        Vm vm = new Vm(request.vmId(), spec, VmStatus.in(VmState.PROVISIONING), Meta.NONE);
        Optional<Problem> quota = request.start()
                ? QuotaRules.objectionToRun(work.inventory(), vm)
                : QuotaRules.objectionToExist(work.inventory(), vm);
        if (quota.isPresent()) {
            return Verdict.refuse(quota.get());
        }
        for (VmDisk disk : spec.disks()) {
            StorageDomain domain =
                    work.inventory().storageDomain(disk.storageDomainId()).orElseThrow();
            if (work.hostFor(domain).isEmpty()) {
                return Verdict.refuse(DiskCommands.noHost(domain));
            }
            if (domain.state() == StorageDomain.StorageState.ACTIVE
                    && disk.backingDiskId() == null
                    && disk.format() == DiskFormat.RAW
                    && disk.sizeBytes() > domain.availableBytes()) {
                return Verdict.refuse(DiskCommands.noSpace(domain, disk.sizeBytes()));
            }
        }
        Optional<StorageDomain> leases =
                work.inventory().storageDomain(spec.highAvailability().leaseStorageDomainId());
        if (leases.isPresent() && LeaseCommands.host(work, leases.get()).isEmpty()) {
            return Verdict.refuse(LeaseCommands.noHost(leases.get()));
        }
        work.turn().put(vm);
        return createFrom(work, request, vm, 0);
    }

    /** Every wrong field; empty for a good request. */
    static List<FieldProblem> check(Inventory inventory, Request.CreateVm request) {
        List<FieldProblem> problems = VmRules.check(inventory, request.vmId(), request.spec());
        checkTemplate(inventory, request.spec(), problems);
        return problems;
    }

    private static void checkTemplate(Inventory inventory, VmSpec spec, List<FieldProblem> problems) {
        if (spec.templateId() == null) {
            return;
        }
        Optional<Template> template = inventory.template(spec.templateId());
        if (template.isEmpty()) {
            problems.add(VmRules.field("templateId", spec.templateId(), "There is no such template."));
        } else if (!template.get().ready()) {
            problems.add(VmRules.field("templateId", template.get().name(), "It is still being made."));
        } else if (inventory.locked(Kind.TEMPLATE, template.get().id())) {
            problems.add(VmRules.field("templateId", template.get().name(), "It is being deleted."));
        } else if (spec.disks().size() < template.get().disks().size()) {
            problems.add(VmRules.field("disks", spec.disks().size(), "Fewer than the template has."));
        }
    }

    private static Verdict createFrom(Work work, Request.CreateVm request, Vm vm, int index) {
        if (index >= vm.spec().disks().size()) {
            return lease(work, request, vm);
        }
        VmDisk disk = vm.spec().disks().get(index);
        StorageDomain domain =
                work.inventory().storageDomain(disk.storageDomainId()).orElseThrow();
        return work.hostFor(domain)
                .<Verdict>map(host -> new Verdict.Command(
                        CREATE + index,
                        host.id(),
                        command(work, request, vm, index),
                        work.settings().diskLimit()))
                .orElseGet(() ->
                        undoFrom(work, vm, index, DiskCommands.noHost(domain).detail()));
    }

    private static Verdict lease(Work work, Request.CreateVm request, Vm vm) {
        Optional<StorageDomain> domain = work.inventory().storageDomain(vm.leaseDomainId());
        if (domain.isEmpty()) {
            return finish(work, request, vm);
        }
        return LeaseCommands.ask(work, LEASE, domain.get(), new AgentCommand.CreateLease(vm.id(), domain.get()))
                .orElseGet(() -> undoFrom(
                        work,
                        vm,
                        vm.spec().disks().size() - 1,
                        LeaseCommands.noHost(domain.get()).detail()));
    }

    private static AgentCommand command(Work work, Request.CreateVm request, Vm vm, int index) {
        VmDisk disk = vm.spec().disks().get(index);
        Inventory inventory = work.inventory();
        StorageDomain domain = inventory.storageDomain(disk.storageDomainId()).orElseThrow();
        Optional<TemplateDisk> source = inventory
                .template(vm.spec().templateId())
                .filter(template -> index < template.disks().size())
                .map(template -> template.disks().get(index));
        return source.<AgentCommand>map(from -> new AgentCommand.CreateDisk(
                        disk.id(),
                        domain,
                        disk.format(),
                        disk.sizeBytes(),
                        from.id(),
                        inventory.storageDomain(from.storageDomainId()).orElseThrow(),
                        from.format(),
                        !request.fullCopy() && from.storageDomainId().equals(domain.id())))
                .orElseGet(() -> DiskCommands.empty(disk, domain));
    }

    @Override
    public Verdict next(Work work, Request.CreateVm request, Step ended) {
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (ended.name().equals(LEASE)) {
            return outcome.succeeded()
                    ? finish(work, request, vm)
                    : undoFrom(work, vm, vm.spec().disks().size() - 1, outcome.words());
        }
        int index = Integer.parseInt(ended.name().substring(ended.name().lastIndexOf(' ') + 1));
        if (ended.name().startsWith(UNDO)) {
            return undoFrom(work, vm, index - 1, "");
        }
        if (!outcome.succeeded()) {
            return undoFrom(work, vm, index, outcome.words());
        }
        Vm sized = outcome instanceof CommandOutcome.Done(DiskDetail detail) ? resized(work, vm, index, detail) : vm;
        return createFrom(work, request, sized, index + 1);
    }

    private static Vm resized(Work work, Vm vm, int index, DiskDetail detail) {
        VmDisk disk = vm.spec().disks().get(index);
        if (detail.sizeBytes() <= disk.sizeBytes()) {
            return vm;
        }
        List<VmDisk> disks = new ArrayList<>(vm.spec().disks());
        disks.set(
                index,
                new VmDisk(
                        disk.id(),
                        disk.storageDomainId(),
                        disk.format(),
                        detail.sizeBytes(),
                        disk.bootOrder(),
                        disk.backingDiskId()));
        return (Vm) work.turn().put(vm.withSpec(VmSpecs.withDisks(vm.spec(), disks)));
    }

    private static Verdict undoFrom(Work work, Vm vm, int index, String why) {
        for (int i = index; i >= 0; i--) {
            VmDisk disk = vm.spec().disks().get(i);
            StorageDomain domain =
                    work.inventory().storageDomain(disk.storageDomainId()).orElseThrow();
            var host = work.hostFor(domain);
            if (host.isPresent()) {
                return new Verdict.Command(
                        UNDO + i,
                        host.get().id(),
                        new AgentCommand.DeleteDisk(disk.id(), domain),
                        work.settings().commandLimit());
            }
        }
        work.turn().remove(Kind.VM, vm.id());
        String reason = work.operation().steps().stream()
                .filter(step -> (step.name().startsWith(CREATE) || step.name().equals(LEASE))
                        && step.outcome() != null
                        && !step.outcome().succeeded())
                .map(step -> Objects.requireNonNull(step.outcome()).words())
                .findFirst()
                .orElse(why);
        return Verdict.failed("VM " + vm.name() + " was not made: " + reason);
    }

    private static Verdict finish(Work work, Request.CreateVm request, Vm vm) {
        Vm made = work.move(vm, VmTrigger.PROVISIONED, null);
        String message = "VM " + vm.name() + " was made.";
        work.log(Severity.INFO, "vm.created", message, vm.subject());
        if (request.start()) {
            UUID startId = work.derivedId("start");
            work.startAfter(startId, new Request.StartVm(made.id(), null));
            return new Verdict.Succeed(message + " It starts now, in operation " + startId + ".");
        }
        return new Verdict.Succeed(message);
    }
}
