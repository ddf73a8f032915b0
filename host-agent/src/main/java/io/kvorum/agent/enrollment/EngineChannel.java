package io.kvorum.agent.enrollment;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.ModernTls;
import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.IdentityKeys;
import io.kvorum.agent.identity.JoinToken;
import io.kvorum.agent.identity.MutualTls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Calls the first engine that answers. */
final class EngineChannel {
    private EngineChannel() {}

    /**
     * Tries the endpoints in order until one answers; what an engine refuses is not tried elsewhere.
     *
     * @param keys the host's own certificate; empty for TLS without one
     * @throws IOException where no engine could be reached, or one refused
     */
    static <T> T call(
            List<String> endpoints, EngineTrust trust, Optional<IdentityKeys> keys, Function<ManagedChannel, T> work)
            throws IOException, GeneralSecurityException {
        MutualTls tls = MutualTls.of(keys, trust);
        StringBuilder problems = new StringBuilder();
        for (String endpoint : endpoints) {
            var address = JoinToken.address(endpoint);
            ManagedChannel channel = ModernTls.client(address.getHostString(), address.getPort(), tls)
                    // EngineTrust has looked at who it is; which address it answers at says nothing.
                    .hostnameVerifier((name, session) -> true)
                    .build();
            try {
                return work.apply(channel);
            } catch (StatusRuntimeException e) {
                Status status = e.getStatus();
                if (status.getCode() != Status.Code.UNAVAILABLE && status.getCode() != Status.Code.DEADLINE_EXCEEDED) {
                    throw new IOException(
                            "The engine at " + endpoint + " refused: " + status.getCode() + " "
                                    + Optional.ofNullable(status.getDescription())
                                            .orElse(""),
                            e);
                }
                problems.append("; ").append(endpoint).append(": ").append(reason(e));
            } finally {
                channel.shutdownNow();
            }
        }
        throw new IOException("No engine could be reached" + problems + ". Check the network and that the engine runs");
    }

    private static String reason(Throwable error) {
        Throwable deepest = error;
        for (int i = 0; i < 10 && deepest.getCause() != null; i++) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }
}
