package io.kvorum.core.operations;

import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Timer;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes room for an upload and names the host that will take it. */
final class BeginImageProcedure implements Procedure<Request.BeginImage> {

    private static final long MAX_UPLOAD_BYTES = 16L << 40;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    @Override
    public List<Lock> locks(Inventory inventory, Request.BeginImage request) {
        return List.of(new Lock(Kind.IMAGE, request.imageId()));
    }

    @Override
    public Verdict begin(Work work, Request.BeginImage request) {
        if (work.inventory().image(request.imageId()).isPresent()) {
            return Verdict.conflict("There is an image with the id " + request.imageId() + " already.");
        }
        List<FieldProblem> problems = new ArrayList<>();
        VmRules.checkName(work.inventory(), Kind.IMAGE, request.imageId(), request.name(), problems);
        VmRules.checkRange("Content-Length", request.lengthBytes(), 1, MAX_UPLOAD_BYTES, problems);
        if (request.sha256() != null && !SHA256.matcher(request.sha256()).matches()) {
            problems.add(VmRules.field("sha256", request.sha256(), "Must be 64 lower-case hexadecimal digits."));
        }
        Optional<StorageDomain> domain = work.inventory().storageDomain(request.storageDomainId());
        if (domain.isEmpty()) {
            problems.add(
                    VmRules.field("storageDomainId", request.storageDomainId(), "There is no such storage domain."));
        }
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        StorageDomain store = domain.orElseThrow();
        if (store.state() != StorageState.ACTIVE) {
            return Verdict.refuse(Problem.conflict(
                    "Storage domain " + store.name() + " is " + VmRules.words(store.state()) + ".", store.subject()));
        }
        if (request.lengthBytes() > store.availableBytes()) {
            return Verdict.refuse(DiskCommands.noSpace(store, request.lengthBytes()));
        }
        Optional<Host> host = work.hostFor(store);
        if (host.isEmpty()) {
            return Verdict.refuse(DiskCommands.noHost(store));
        }
        work.turn()
                .put(new Image(
                        request.imageId(),
                        request.name(),
                        store.id(),
                        request.format(),
                        ImageState.UPLOADING,
                        null,
                        request.lengthBytes(),
                        0,
                        request.sha256(),
                        host.get().id(),
                        Meta.NONE));
        work.emit(new Effect.StartTimer(
                new Timer.UploadLimit(request.imageId()), work.settings().uploadLimit()));
        return new Verdict.Succeed("Image " + request.name() + " may be sent.");
    }
}
