package io.grpc.okhttp;

import io.grpc.ServerCredentials;
import io.grpc.okhttp.internal.CipherSuite;
import io.grpc.okhttp.internal.ConnectionSpec;
import io.grpc.okhttp.internal.TlsVersion;
import javax.net.ssl.SSLSocketFactory;

/**
 * Lets the transport speak TLS 1.3. By itself it speaks 1.2 only, and takes another choice in a type of a library that
 * is not kept up any more; what it makes of that type is open in this package alone.
 */
public final class ModernTls {
    private static final CipherSuite[] SUITES = {CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_AES_128_GCM_SHA256
    };

    private ModernTls() {}

    public static ServerCredentials server(SSLSocketFactory factory) {
        return new SslSocketFactoryServerCredentials.ServerCredentials(
                factory,
                new ConnectionSpec.Builder(OkHttpChannelBuilder.INTERNAL_DEFAULT_CONNECTION_SPEC)
                        .cipherSuites(SUITES)
                        .tlsVersions(TlsVersion.TLS_1_3)
                        .build());
    }

    public static OkHttpChannelBuilder client(String host, int port, SSLSocketFactory factory) {
        String[] suites = new String[SUITES.length];
        for (int i = 0; i < suites.length; i++) {
            suites[i] = SUITES[i].name();
        }
        return OkHttpChannelBuilder.forAddress(host, port)
                .sslSocketFactory(factory)
                .tlsConnectionSpec(new String[] {TlsVersion.TLS_1_3.javaName()}, suites);
    }
}
