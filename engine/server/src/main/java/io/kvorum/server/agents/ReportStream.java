package io.kvorum.server.agents;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kvorum.core.controller.Event;
import io.kvorum.proto.agent.v1.WatchRequest;
import io.kvorum.proto.agent.v1.WatchResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one host reports, one after the other, taken on the very thread that reads the connection: thousands of hosts tell something every
 * two seconds, and each hand-over to another thread would cost more than what is done with it. That thread never waits: while the
 * sink is full, another one does, and nothing more is read of this host.
 */
final class ReportStream implements ClientResponseObserver<WatchRequest, WatchResponse> {

    private final Function<WatchResponse, Optional<Event>> words;
    private final EventSink events;
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<WatchRequest> call;

    /** @param words a report as an event, if it is one; what it throws ends the stream */
    ReportStream(Function<WatchResponse, Optional<Event>> words, EventSink events) {
        this.words = words;
        this.events = events;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> starting) {
        call = starting;
        starting.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(WatchResponse report) {
        Optional<Event> event;
        try {
            event = words.apply(report);
        } catch (RuntimeException e) {
            ended.completeExceptionally(e);
            calling().cancel("A report cannot be understood", e);
            return;
        }
        if (event.isEmpty() || events.offer(event.get())) {
            calling().request(1);
        } else {
            Thread.startVirtualThread(() -> {
                events.accept(event.get());
                calling().request(1);
            });
        }
    }

    private ClientCallStreamObserver<WatchRequest> calling() {
        ClientCallStreamObserver<WatchRequest> started = call;
        if (started == null) {
            throw new IllegalStateException("The stream has not been started");
        }
        return started;
    }

    @Override
    public void onError(Throwable failure) {
        ended.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
        ended.complete(true);
    }

    /** Waits until it has ended; throws what ended it, if the host did not end it itself. */
    void await() throws Exception {
        try {
            ended.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
