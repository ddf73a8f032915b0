package io.kvorum.server.security;

import io.grpc.netty.GrpcSslContexts;
import io.kvorum.server.KvorumConfig;
import io.kvorum.server.security.CertificateAuthority.Purpose;
import io.kvorum.server.security.RenewingKeyManager.Identity;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of every TLS connection with hosts. Its certificate lives briefly and is made anew whenever half of
 * its life is over, since the CA is at hand.
 */
@ApplicationScoped
public class EngineIdentity {

    /** What agents look for in the engine's certificate. */
    public static final String ENGINE_URI = "kvorum://engine";

    private static final Duration LIFE = Duration.ofDays(7);

    /** OpenSSL's code where the platform has it: with thousands of hosts, handshakes and heartbeats are most of the engine's work. */
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    private final CertificateAuthority authority;
    private final RenewingKeyManager keys = new RenewingKeyManager(this::identity);
    private @Nullable SslContext dialling;
    private @Nullable Identity current;
    private Instant renewAt = Instant.MIN;

    EngineIdentity(KvorumConfig config) throws IOException, GeneralSecurityException {
        this.authority =
                CertificateAuthority.open(config.dataDir().toAbsolutePath().resolve("ca"));
    }

    public CertificateAuthority authority() {
        return authority;
    }

    /** For dialling agents, the same for all: shows the engine's certificate, trusts the CA only. */
    public synchronized SslContext forDialling() throws SSLException {
        SslContext known = dialling;
        if (known == null) {
            known = GrpcSslContexts.configure(SslContextBuilder.forClient().keyManager(keys), PROVIDER)
                    .trustManager(authority.certificate())
                    .build();
            dialling = known;
        }
        return known;
    }

    /** For hosts that join (without a certificate) or renew (with theirs). */
    public SslContext forEnrollment() throws SSLException {
        return GrpcSslContexts.configure(SslContextBuilder.forServer(keys), PROVIDER)
                .trustManager(authority.certificate())
                .clientAuth(ClientAuth.OPTIONAL)
                .build();
    }

    private synchronized Identity identity() {
        try {
            Identity now = current;
            if (now == null || Instant.now().isAfter(renewAt)) {
                KeyPair pair = CertificateAuthority.newKey();
                X509Certificate certificate = authority.issue(
                        pair.getPublic(),
                        "kvorum engine",
                        List.of(ENGINE_URI),
                        List.of("engine.kvorum"),
                        Purpose.BOTH,
                        LIFE);
                now = new Identity(pair.getPrivate(), new X509Certificate[] {certificate, authority.certificate()});
                current = now;
                renewAt = Instant.now().plus(LIFE.dividedBy(2));
            }
            return now;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot make the engine's certificate", e);
        }
    }
}
