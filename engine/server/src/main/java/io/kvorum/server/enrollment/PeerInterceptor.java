package io.kvorum.server.enrollment;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Tells the service which host's certificate the caller showed, if it showed one. TLS has verified its chain. */
final class PeerInterceptor implements ServerInterceptor {

    static final Context.Key<Optional<UUID>> HOST = Context.keyWithDefault("host", Optional.empty());
    static final String HOST_URI = "kvorum://host/";

    private static final int URI_NAME = 6;

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<UUID> host = Optional.ofNullable(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
                .flatMap(PeerInterceptor::host);
        return Contexts.interceptCall(Context.current().withValue(HOST, host), call, headers, next);
    }

    private static Optional<UUID> host(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            if (chain.length == 0 || !(chain[0] instanceof X509Certificate certificate)) {
                return Optional.empty();
            }
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            return names.stream()
                    .filter(name -> name.get(0).equals(URI_NAME))
                    .map(name -> name.get(1).toString())
                    .filter(uri -> uri.startsWith(HOST_URI))
                    .map(uri -> UUID.fromString(uri.substring(HOST_URI.length())))
                    .findFirst();
        } catch (SSLPeerUnverifiedException | CertificateParsingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
