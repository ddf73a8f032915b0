package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Deletes an image that no template stands on. */
final class DeleteImageProcedure implements Procedure<Request.DeleteImage> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.DeleteImage request) {
        return List.of(new Lock(Kind.IMAGE, request.imageId()));
    }

    @Override
    public Verdict begin(Work work, Request.DeleteImage request) {
        Optional<Image> found = work.inventory().image(request.imageId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("image", request.imageId()));
        }
        Image image = found.get();
        if (image.state() == ImageState.UPLOADING) {
            return Verdict.conflict("Image " + image.name() + " is being uploaded; stop the upload first.");
        }
        Optional<Template> user = work.inventory().templates().stream()
                .filter(template ->
                        template.disks().stream().anyMatch(disk -> image.id().equals(disk.imageId())))
                .findFirst();
        if (user.isPresent()) {
            return Verdict.refuse(Problem.conflict(
                    "Template " + user.get().name() + " stands on image " + image.name() + "; delete that first.",
                    user.get().subject()));
        }
        StorageDomain domain =
                work.inventory().storageDomain(image.storageDomainId()).orElseThrow();
        Optional<Host> host = work.hostFor(domain);
        return host.<Verdict>map(chosen -> new Verdict.Command(
                        "delete its file",
                        chosen.id(),
                        new AgentCommand.DeleteDisk(image.id(), domain),
                        work.settings().commandLimit()))
                .orElseGet(() -> Verdict.refuse(DiskCommands.noHost(domain)));
    }

    @Override
    public Verdict next(Work work, Request.DeleteImage request, Step ended) {
        if (!Objects.requireNonNull(ended.outcome()).succeeded()) {
            return Verdict.failed(
                    "The image was not deleted: " + ended.outcome().words());
        }
        work.turn().remove(Kind.IMAGE, request.imageId());
        return new Verdict.Succeed("The image was deleted.");
    }
}
