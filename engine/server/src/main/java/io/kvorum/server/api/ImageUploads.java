package io.kvorum.server.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.operations.Request;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import io.kvorum.proto.agent.v1.WriteDiskRequest;
import io.kvorum.proto.agent.v1.WriteDiskResponse;
import io.kvorum.server.agents.AgentChannels;
import io.kvorum.server.agents.VmWords;
import io.kvorum.server.leadership.Terms;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.HostRow;
import io.kvorum.server.persistence.StorageDomainRow;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Passes the bytes of uploads on to hosts, as fast as the slower side, a piece at a time. */
@ApplicationScoped
public class ImageUploads {

    private static final int PIECE_BYTES = 256 << 10;
    private static final long STALLED_SECONDS = 60;
    private static final long CHECK_SECONDS = 600;

    private final AgentChannels channels;
    private final Documents documents;
    private final Terms terms;
    private final Map<UUID, AtomicLong> sent = new ConcurrentHashMap<>();

    ImageUploads(AgentChannels channels, Documents documents, Terms terms) {
        this.channels = channels;
        this.documents = documents;
        this.terms = terms;
    }

    /** Whether an upload goes through this replica now. */
    boolean running(UUID imageId) {
        return sent.containsKey(imageId);
    }

    /** How far an upload through this replica has come. */
    long sentBytes(UUID imageId) {
        AtomicLong count = sent.get(imageId);
        return count == null ? 0 : count.get();
    }

    /** Sends the whole body; the answer says how it ended, and is never an exception. */
    Request.FinishImage send(Image image, InputStream body) {
        AtomicLong count = new AtomicLong();
        sent.put(image.id(), count);
        try {
            return pass(image, body, count);
        } catch (IOException e) {
            return failed(image, "The upload broke off after " + count + " of " + image.lengthBytes() + " bytes.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(image, "The engine is stopping.");
        } finally {
            sent.remove(image.id());
        }
    }

    private Request.FinishImage pass(Image image, InputStream body, AtomicLong count)
            throws IOException, InterruptedException {
        StorageDomain domain = documents.read(
                StorageDomainRow.<StorageDomainRow>findById(image.storageDomainId()).document, StorageDomain.class);
        Host host = documents.read(HostRow.<HostRow>findById(image.hostId()).document, Host.class);
        Transfer transfer = new Transfer();
        HostAgentServiceGrpc.newStub(channels.to(
                        host.id(), host.spec().address(), host.spec().port()))
                .writeDisk(transfer);
        try {
            transfer.send(WriteDiskRequest.newBuilder()
                    .setHeader(WriteDiskHeader.newBuilder()
                            .setEpoch(terms.currentEpoch())
                            .setDiskId(image.id().toString())
                            .setStorageDomain(VmWords.domain(domain))
                            .setFormat(VmWords.format(image.format()))
                            .setLengthBytes(image.lengthBytes())
                            .setSha256(image.sha256() == null ? "" : image.sha256()))
                    .build());
            while (!transfer.ended()) {
                byte[] piece = body.readNBytes(PIECE_BYTES);
                if (piece.length == 0) {
                    break;
                }
                ByteString bytes = UnsafeByteOperations.unsafeWrap(piece);
                transfer.send(WriteDiskRequest.newBuilder().setData(bytes).build());
                count.addAndGet(piece.length);
            }
        } catch (IOException | InterruptedException e) {
            transfer.cancel();
            throw e;
        }
        return transfer.finish(image);
    }

    private static Request.FinishImage failed(Image image, String why) {
        return new Request.FinishImage(image.id(), 0, "", why);
    }

    /** The client's end of one stream; sends no faster than the host takes. */
    private static final class Transfer implements ClientResponseObserver<WriteDiskRequest, WriteDiskResponse> {

        private final Semaphore ready = new Semaphore(0);
        private final CompletableFuture<WriteDiskResponse> answer = new CompletableFuture<>();
        private @Nullable ClientCallStreamObserver<WriteDiskRequest> stream;

        @Override
        public void beforeStart(ClientCallStreamObserver<WriteDiskRequest> requests) {
            stream = requests;
            requests.setOnReadyHandler(ready::release);
        }

        @Override
        public void onNext(WriteDiskResponse response) {
            answer.complete(response);
        }

        @Override
        public void onError(Throwable e) {
            answer.completeExceptionally(e);
            ready.release();
        }

        @Override
        public void onCompleted() {
            ready.release();
        }

        boolean ended() {
            return answer.isDone();
        }

        void send(WriteDiskRequest request) throws IOException, InterruptedException {
            ClientCallStreamObserver<WriteDiskRequest> requests = Objects.requireNonNull(stream);
            while (!requests.isReady() && !answer.isDone()) {
                if (!ready.tryAcquire(STALLED_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("The host took nothing for " + STALLED_SECONDS + " s.");
                }
            }
            if (!answer.isDone()) {
                requests.onNext(request);
            }
        }

        void cancel() {
            Objects.requireNonNull(stream).cancel("The upload broke off.", null);
        }

        Request.FinishImage finish(Image image) throws InterruptedException {
            try {
                if (!answer.isDone()) {
                    Objects.requireNonNull(stream).onCompleted();
                }
                WriteDiskResponse response = answer.get(CHECK_SECONDS, TimeUnit.SECONDS);
                return response.hasDisk()
                        ? new Request.FinishImage(
                                image.id(),
                                response.getDisk().getSizeBytes(),
                                response.getDisk().getSha256(),
                                null)
                        : failed(image, response.getFailure().getMessage());
            } catch (ExecutionException e) {
                return failed(
                        image,
                        "The host broke off: "
                                + Status.fromThrowable(e.getCause()).getDescription());
            } catch (TimeoutException e) {
                cancel();
                return failed(image, "The host did not check the image in " + CHECK_SECONDS + " s.");
            }
        }
    }
}
