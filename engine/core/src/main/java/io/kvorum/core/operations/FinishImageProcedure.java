package io.kvorum.core.operations;

import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Timer;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import java.util.List;
import java.util.Optional;

/** Notes how an upload ended. A failed one leaves nothing behind. */
final class FinishImageProcedure implements Procedure<Request.FinishImage> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.FinishImage request) {
        return List.of(new Lock(Kind.IMAGE, request.imageId()));
    }

    @Override
    public Verdict begin(Work work, Request.FinishImage request) {
        Optional<Image> found = work.inventory().image(request.imageId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("image", request.imageId()));
        }
        Image image = found.get();
        if (image.state() != ImageState.UPLOADING) {
            return Verdict.conflict("Image " + image.name() + " is not being uploaded.");
        }
        work.emit(new Effect.CancelTimer(new Timer.UploadLimit(image.id())));
        if (request.failure() != null) {
            work.turn().remove(Kind.IMAGE, image.id());
            return Verdict.failed("Image " + image.name() + " was not taken: " + request.failure());
        }
        work.turn().put(image.ready(request.virtualSizeBytes(), request.sha256()));
        return new Verdict.Succeed("Image " + image.name() + " is ready.");
    }
}
