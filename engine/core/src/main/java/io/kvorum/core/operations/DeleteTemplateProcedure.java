package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Template.TemplateDisk;
import io.kvorum.core.inventory.Vm;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Deletes a template that no linked clone stands on, with the disks that are its own. */
final class DeleteTemplateProcedure implements Procedure<Request.DeleteTemplate> {

    private static final String DISK = "delete disk ";

    @Override
    public List<Lock> locks(Inventory inventory, Request.DeleteTemplate request) {
        return List.of(new Lock(Kind.TEMPLATE, request.templateId()));
    }

    @Override
    public Verdict begin(Work work, Request.DeleteTemplate request) {
        Optional<Template> found = work.inventory().template(request.templateId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("template", request.templateId()));
        }
        Template template = found.get();
        Optional<Vm> user = work.inventory().vms().stream()
                .filter(vm -> template.id().equals(vm.spec().templateId()))
                .filter(vm -> vm.spec().disks().stream().anyMatch(disk -> disk.backingDiskId() != null)
                        || work.inventory().locked(Kind.VM, vm.id()))
                .findFirst();
        if (user.isPresent()) {
            return Verdict.refuse(Problem.conflict(
                    "VM " + user.get().name() + " stands on template " + template.name() + "; delete that first.",
                    user.get().subject()));
        }
        if (!template.ready()) {
            return Verdict.conflict("Template " + template.name() + " is still being made.");
        }
        return deleteFrom(work, template, 0);
    }

    private static Verdict deleteFrom(Work work, Template template, int from) {
        for (int i = from; i < template.disks().size(); i++) {
            TemplateDisk disk = template.disks().get(i);
            if (disk.imageId() == null) {
                StorageDomain domain =
                        work.inventory().storageDomain(disk.storageDomainId()).orElseThrow();
                int index = i;
                return work.hostFor(domain)
                        .<Verdict>map(host -> new Verdict.Command(
                                DISK + index,
                                host.id(),
                                new AgentCommand.DeleteDisk(disk.id(), domain),
                                work.settings().commandLimit()))
                        .orElseGet(() -> index == 0
                                ? Verdict.refuse(DiskCommands.noHost(domain))
                                : new Verdict.Fail(DiskCommands.noHost(domain)));
            }
        }
        work.turn().remove(Kind.TEMPLATE, template.id());
        return new Verdict.Succeed("Template " + template.name() + " was deleted.");
    }

    @Override
    public Verdict next(Work work, Request.DeleteTemplate request, Step ended) {
        Template template = work.inventory().template(request.templateId()).orElseThrow();
        if (!Objects.requireNonNull(ended.outcome()).succeeded()) {
            return Verdict.failed("Template " + template.name() + " was not deleted: "
                    + ended.outcome().words());
        }
        return deleteFrom(work, template, Integer.parseInt(ended.name().substring(DISK.length())) + 1);
    }
}
