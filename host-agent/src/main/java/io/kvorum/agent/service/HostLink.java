package io.kvorum.agent.service;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The wire of a simulated host. While it is cut nothing goes out and new calls hang, as with a dead host; when it is
 * healed, every call that was open ends with UNAVAILABLE, as a dead connection does. A real host is never cut here.
 */
public final class HostLink {
    private final Set<ServerCall<?, ?>> open = ConcurrentHashMap.newKeySet(2);
    private volatile boolean cut;

    public void cut() {
        cut = true;
    }

    public void heal() {
        cut = false;
        reset();
    }

    /** Ends all open calls, as the death of a process does. */
    public void reset() {
        for (ServerCall<?, ?> call : Set.copyOf(open)) {
            open.remove(call);
            try {
                call.close(Status.UNAVAILABLE.withDescription("The connection to the host was lost"), new Metadata());
            } catch (IllegalStateException e) {
                // It ended by itself meanwhile.
            }
        }
    }

    public boolean isCut() {
        return cut;
    }

    <Q, S> ServerCall<Q, S> through(ServerCall<Q, S> call) {
        open.add(call);
        return new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata headers) {
                if (!cut) {
                    super.sendHeaders(headers);
                }
            }

            @Override
            public void sendMessage(S message) {
                if (!cut) {
                    super.sendMessage(message);
                }
            }

            @Override
            public void close(Status status, Metadata trailers) {
                if (!cut && open.remove(call)) {
                    super.close(status, trailers);
                }
            }
        };
    }

    void ended(ServerCall<?, ?> call) {
        open.remove(call);
    }
}
