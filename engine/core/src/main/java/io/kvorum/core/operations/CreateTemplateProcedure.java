package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Template.TemplateDisk;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.Vm.VmDisk;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Makes a template from an image, which it stands on, or from a VM that is down, whose disks are copied. */
final class CreateTemplateProcedure implements Procedure<Request.CreateTemplate> {

    private static final String COPY = "copy disk ";
    private static final String UNDO = "delete disk ";

    @Override
    public List<Lock> locks(Inventory inventory, Request.CreateTemplate request) {
        List<Lock> locks = new ArrayList<>();
        locks.add(new Lock(Kind.TEMPLATE, request.templateId()));
        if (request.vmId() != null) {
            locks.add(new Lock(Kind.VM, request.vmId()));
        }
        return locks;
    }

    @Override
    public Verdict begin(Work work, Request.CreateTemplate request) {
        if (work.inventory().template(request.templateId()).isPresent()) {
            return Verdict.conflict("There is a template with the id " + request.templateId() + " already.");
        }
        List<FieldProblem> problems = new ArrayList<>();
        VmRules.checkName(work.inventory(), Kind.TEMPLATE, request.templateId(), request.name(), problems);
        VmRules.checkDescription(request.description(), problems);
        VmRules.checkHardware(request.hardware(), problems);
        if (work.inventory().dataCenter(request.dataCenterId()).isEmpty()) {
            problems.add(VmRules.field("dataCenterId", request.dataCenterId(), "There is no such data center."));
        }
        if ((request.imageId() == null) == (request.vmId() == null)) {
            problems.add(VmRules.field("imageId", "", "Give either an image or a VM."));
        }
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        return request.imageId() != null ? fromImage(work, request) : fromVm(work, request);
    }

    private static Verdict fromImage(Work work, Request.CreateTemplate request) {
        Optional<Image> found = work.inventory().image(request.imageId());
        if (found.isEmpty()
                || found.get().state() != ImageState.READY
                || work.inventory().locked(Kind.IMAGE, found.get().id())) {
            return Verdict.refuse(
                    Problem.invalid("imageId", request.imageId(), "There is no such image that is ready."));
        }
        Image image = found.get();
        StorageDomain domain =
                work.inventory().storageDomain(image.storageDomainId()).orElseThrow();
        if (!domain.dataCenterId().equals(request.dataCenterId())) {
            return Verdict.refuse(
                    Problem.invalid("imageId", image.name(), "It lies in a storage domain of another data center."));
        }
        TemplateDisk disk = new TemplateDisk(
                image.id(), image.id(), image.storageDomainId(), image.format(), image.virtualSizeBytes());
        Template template = template(request, List.of(disk), true);
        work.turn().put(template);
        return new Verdict.Succeed("Template " + template.name() + " was made.");
    }

    private static Template template(Request.CreateTemplate request, List<TemplateDisk> disks, boolean ready) {
        return new Template(
                request.templateId(),
                request.name(),
                request.description(),
                request.dataCenterId(),
                request.hardware(),
                disks,
                ready,
                Meta.NONE);
    }

    private static Verdict fromVm(Work work, Request.CreateTemplate request) {
        Optional<Vm> found = work.inventory().vm(request.vmId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("VM", Objects.requireNonNull(request.vmId())));
        }
        Vm vm = found.get();
        if (vm.state() != VmState.DOWN) {
            return Verdict.refuse(VmRules.wrongState(work, vm, "made into a template", "down"));
        }
        List<TemplateDisk> disks = new ArrayList<>();
        for (VmDisk disk : vm.spec().disks()) {
            disks.add(new TemplateDisk(
                    work.derivedId("disk-" + disks.size()),
                    null,
                    disk.storageDomainId(),
                    disk.format(),
                    disk.sizeBytes()));
        }
        Template template = template(request, disks, disks.isEmpty());
        work.turn().put(template);
        return copyFrom(work, vm, template, 0);
    }

    private static Verdict copyFrom(Work work, Vm vm, Template template, int index) {
        if (index >= template.disks().size()) {
            work.turn().put(template.madeReady());
            return new Verdict.Succeed("Template " + template.name() + " was made from VM " + vm.name() + ".");
        }
        TemplateDisk copy = template.disks().get(index);
        VmDisk source = vm.spec().disks().get(index);
        StorageDomain domain =
                work.inventory().storageDomain(copy.storageDomainId()).orElseThrow();
        return work.hostFor(domain)
                .<Verdict>map(host -> new Verdict.Command(
                        COPY + index,
                        host.id(),
                        new AgentCommand.CreateDisk(
                                copy.id(),
                                domain,
                                copy.format(),
                                copy.sizeBytes(),
                                source.id(),
                                domain,
                                source.format(),
                                false),
                        work.settings().diskLimit()))
                .orElseGet(() -> undoFrom(work, template, index - 1));
    }

    @Override
    public Verdict next(Work work, Request.CreateTemplate request, Step ended) {
        Template template = work.inventory().template(request.templateId()).orElseThrow();
        int index = Integer.parseInt(ended.name().substring(ended.name().lastIndexOf(' ') + 1));
        if (ended.name().startsWith(UNDO)) {
            return undoFrom(work, template, index - 1);
        }
        if (!Objects.requireNonNull(ended.outcome()).succeeded()) {
            return undoFrom(work, template, index);
        }
        Vm vm = work.inventory().vm(request.vmId()).orElseThrow();
        return copyFrom(work, vm, template, index + 1);
    }

    private static Verdict undoFrom(Work work, Template template, int index) {
        for (int i = index; i >= 0; i--) {
            TemplateDisk disk = template.disks().get(i);
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
        work.turn().remove(Kind.TEMPLATE, template.id());
        String why = work.operation().steps().stream()
                .filter(step -> step.name().startsWith(COPY)
                        && step.outcome() != null
                        && !step.outcome().succeeded())
                .map(step -> Objects.requireNonNull(step.outcome()).words())
                .findFirst()
                .orElse("No host reaches its storage domain.");
        return Verdict.failed("Template " + template.name() + " was not made: " + why);
    }
}
