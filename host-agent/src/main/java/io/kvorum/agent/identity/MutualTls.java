package io.kvorum.agent.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** TLS 1.3 and nothing older, over connections that stand; on the server's side the caller must show a certificate. */
public final class MutualTls extends SSLSocketFactory {
    private static final String PROTOCOL = "TLSv1.3";

    private final SSLSocketFactory factory;

    private MutualTls(SSLSocketFactory factory) {
        this.factory = factory;
    }

    /** @param keys the own certificate; empty for a client that has none yet */
    public static MutualTls of(Optional<IdentityKeys> keys, EngineTrust trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance(PROTOCOL);
        context.init(
                keys.map(own -> new KeyManager[] {own}).orElseGet(() -> new KeyManager[0]),
                new TrustManager[] {trust},
                null);
        return new MutualTls(context.getSocketFactory());
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
        SSLSocket secured = (SSLSocket) factory.createSocket(socket, host, port, autoClose);
        secured.setEnabledProtocols(new String[] {PROTOCOL});
        secured.setNeedClientAuth(true);
        return secured;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return factory.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return factory.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw unconnected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
        throw unconnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw unconnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
        throw unconnected();
    }

    private static UnsupportedOperationException unconnected() {
        return new UnsupportedOperationException("TLS goes over a connection that stands already");
    }
}
