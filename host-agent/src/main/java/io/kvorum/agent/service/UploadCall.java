package io.kvorum.agent.service;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.rules.CommandRules;
import io.kvorum.agent.rules.Rules;
import io.kvorum.agent.storage.DiskStore;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import io.kvorum.proto.agent.v1.WriteDiskRequest;
import io.kvorum.proto.agent.v1.WriteDiskResponse;
import java.util.Optional;

/** One WriteDisk call: a header, then bytes. Calls of gRPC come one at a time, so nothing piles up. */
final class UploadCall implements StreamObserver<WriteDiskRequest> {
    private static final int MAX_PART = 1 << 20;

    private final ManagedHost host;
    private final ServerCallStreamObserver<WriteDiskResponse> observer;
    private Optional<DiskStore.Upload> upload = Optional.empty();
    private boolean ended;

    UploadCall(ManagedHost host, ServerCallStreamObserver<WriteDiskResponse> observer) {
        this.host = host;
        this.observer = observer;
        observer.setOnCancelHandler(this::discard);
    }

    @Override
    public void onNext(WriteDiskRequest request) {
        if (ended) {
            return;
        }
        try {
            switch (request.getPartCase()) {
                case HEADER -> begin(request.getHeader());
                case DATA -> {
                    if (request.getData().size() > MAX_PART) {
                        throw CommandFailure.invalid(
                                "A part has " + request.getData().size() + " bytes; send at most " + MAX_PART);
                    }
                    upload.orElseThrow(() -> CommandFailure.invalid("The first part of an upload must be its header"))
                            .write(request.getData().toByteArray());
                }
                case PART_NOT_SET -> throw CommandFailure.invalid("A part of the upload is empty");
            }
        } catch (CommandFailure e) {
            fail(e);
        } catch (StatusRuntimeException e) {
            discard();
            observer.onError(e);
        }
    }

    @Override
    public void onError(Throwable error) {
        discard();
    }

    @Override
    public void onCompleted() {
        if (ended) {
            return;
        }
        try {
            var disk = upload.orElseThrow(() -> CommandFailure.invalid("The upload ended before its header"))
                    .finish();
            discard();
            observer.onNext(WriteDiskResponse.newBuilder().setDisk(disk).build());
            observer.onCompleted();
        } catch (CommandFailure e) {
            fail(e);
        }
    }

    private void begin(WriteDiskHeader header) {
        if (upload.isPresent()) {
            throw CommandFailure.invalid("The upload has two headers");
        }
        host.epochs().admit(header.getEpoch());
        Rules.uuid("The disk's id", header.getDiskId());
        CommandRules.domain(header.getStorageDomain());
        CommandRules.format(header.getFormat(), header.getFormatValue());
        Rules.within("The upload's length", header.getLengthBytes(), 1, 64L << 40);
        upload = Optional.of(host.disks().upload(header));
    }

    private void fail(CommandFailure failure) {
        discard();
        observer.onNext(
                WriteDiskResponse.newBuilder().setFailure(failure.toFailure()).build());
        observer.onCompleted();
    }

    private void discard() {
        ended = true;
        upload.ifPresent(DiskStore.Upload::close);
        upload = Optional.empty();
    }
}
