package io.kvorum.agent.identity;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts the engine and nobody else: a chain to the cluster's CA whose leaf carries the URI {@code kvorum://engine}.
 * Which address the engine answers at does not matter, so host names are not checked.
 */
public final class EngineTrust extends X509ExtendedTrustManager {
    public static final String ENGINE_URI = "kvorum://engine";
    private static final int SAN_URI = 6;

    private interface Chain {
        Chain NOBODY = (chain, authType, server) -> {
            throw new CertificateException("No CA is known yet");
        };

        void check(X509Certificate[] chain, String authType, boolean server) throws CertificateException;
    }

    private volatile Chain check;
    private volatile Optional<X509TrustManager> cluster = Optional.empty();

    private EngineTrust(Chain check) {
        this.check = check;
    }

    /** Before the join: the CA is the one in the presented chain that has this SHA-256 fingerprint. */
    public static EngineTrust pinned(String caFingerprint) {
        return new EngineTrust((chain, authType, server) -> {
            for (X509Certificate certificate : chain) {
                if (MessageDigest.isEqual(
                        sha256(certificate.getEncoded()), HexFormat.of().parseHex(caFingerprint))) {
                    validate(anchored(List.of(certificate)), chain, authType, server);
                    return;
                }
            }
            throw new CertificateException("The engine shows no CA with the fingerprint of the join token "
                    + caFingerprint + ". Either this is another engine, or somebody is in between");
        });
    }

    public static EngineTrust of(String caPem) throws GeneralSecurityException {
        EngineTrust trust = new EngineTrust(Chain.NOBODY);
        trust.replace(caPem);
        return trust;
    }

    /** Trusts these CAs from now on. */
    public void replace(String caPem) throws GeneralSecurityException {
        X509TrustManager anchored = anchored(Pem.certificates(caPem));
        cluster = Optional.of(anchored);
        check = (chain, authType, server) -> validate(anchored, chain, authType, server);
    }

    /** For a client that trusts any certificate of the cluster's CA, and shows none: it is up to it to check names. */
    public SSLContext hosts() throws GeneralSecurityException {
        X509TrustManager anchored =
                cluster.orElseThrow(() -> new CertificateException("This host does not know its cluster's CA yet"));
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(new KeyManager[0], new TrustManager[] {anchored}, null);
        return context;
    }

    private static void validate(X509TrustManager anchored, X509Certificate[] chain, String authType, boolean server)
            throws CertificateException {
        if (server) {
            anchored.checkServerTrusted(chain, authType);
        } else {
            anchored.checkClientTrusted(chain, authType);
        }
        var names = chain[0].getSubjectAlternativeNames();
        if (names == null
                || names.stream()
                        .noneMatch(name ->
                                Integer.valueOf(SAN_URI).equals(name.get(0)) && ENGINE_URI.equals(name.get(1)))) {
            throw new CertificateException("The certificate of " + chain[0].getSubjectX500Principal()
                    + " does not name " + ENGINE_URI + "; only the engine may talk to a host agent");
        }
    }

    private static X509TrustManager anchored(List<X509Certificate> cas) throws CertificateException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < cas.size(); i++) {
                store.setCertificateEntry("ca-" + i, cas.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return (X509TrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("The CA cannot be used", e);
        }
    }

    static byte[] sha256(byte[] content) throws CertificateException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (GeneralSecurityException e) {
            throw new CertificateException(e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check.check(chain, authType, false);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check.check(chain, authType, true);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
