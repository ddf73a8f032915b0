package io.kvorum.agent.service;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;

/** Finds the host that a call is for. */
final class HostSelection implements ServerInterceptor {
    static final Context.Key<ManagedHost> HOST = Context.key("host");

    private final HostDirectory directory;

    HostSelection(HostDirectory directory) {
        this.directory = directory;
    }

    @Override
    public <Q, S> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
        String authority = Optional.ofNullable(call.getAuthority()).orElse("");
        Optional<ManagedHost> host = directory.find(authority);
        if (host.isEmpty()) {
            call.close(
                    Status.NOT_FOUND.withDescription(
                            "No host '" + authority + "' here; dial <host id>" + HostDirectory.SUFFIX),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        HostLink link = host.get().link();
        ServerCall<Q, S> through = link.through(call);
        if (link.isCut()) {
            return new ServerCall.Listener<>() {
                @Override
                public void onCancel() {
                    link.ended(call);
                }
            };
        }
        ServerCall.Listener<Q> listener =
                Contexts.interceptCall(Context.current().withValue(HOST, host.get()), through, headers, next);
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onCancel() {
                link.ended(call);
                super.onCancel();
            }
        };
    }
}
