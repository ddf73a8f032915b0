package io.kvorum.agent.identity;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The keys of every host in this process, chosen by the server name that the caller asks for. A key that is put again
 * holds for new connections at once; those that stand are not disturbed.
 */
public final class IdentityKeys extends X509ExtendedKeyManager {
    private static final String SUFFIX = ".host.kvorum";

    private record Credentials(PrivateKey key, X509Certificate[] chain) {}

    private final Map<String, Credentials> byHost = new ConcurrentHashMap<>();

    public void put(HostIdentity identity) throws GeneralSecurityException {
        byHost.put(
                identity.hostId(),
                new Credentials(
                        Pem.privateKey(identity.keyPem()),
                        Pem.certificates(identity.certificatePem()).toArray(X509Certificate[]::new)));
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType, engine == null ? null : engine.getHandshakeSession());
    }

    private @Nullable String alias(String keyType, @Nullable SSLSession handshake) {
        if (!keyType.startsWith("EC")) {
            return null;
        }
        Optional<String> asked = serverName(handshake);
        if (asked.isPresent()) {
            return byHost.containsKey(asked.get()) ? asked.get() : null;
        }
        return only();
    }

    private static Optional<String> serverName(@Nullable SSLSession handshake) {
        if (handshake instanceof ExtendedSSLSession session) {
            for (SNIServerName name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host && host.getAsciiName().endsWith(SUFFIX)) {
                    String full = host.getAsciiName();
                    return Optional.of(full.substring(0, full.length() - SUFFIX.length()));
                }
            }
        }
        return Optional.empty();
    }

    /** The one host of a process that has but one. */
    private @Nullable String only() {
        return byHost.size() == 1 ? byHost.keySet().iterator().next() : null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return only();
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return only();
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType, socket instanceof SSLSocket secured ? secured.getHandshakeSession() : null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        Credentials credentials = alias == null ? null : byHost.get(alias);
        return credentials == null ? null : credentials.chain().clone();
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        Credentials credentials = alias == null ? null : byHost.get(alias);
        return credentials == null ? null : credentials.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return byHost.keySet().toArray(String[]::new);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return byHost.keySet().toArray(String[]::new);
    }
}
