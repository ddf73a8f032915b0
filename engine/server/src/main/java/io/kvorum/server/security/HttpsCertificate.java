package io.kvorum.server.security;

import io.kvorum.server.security.CertificateAuthority.Purpose;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The certificate of the API and the UI, signed by the engine's CA, in files that the HTTP server reads. */
public final class HttpsCertificate {

    /** It is made anew at every start, and once a day while the engine runs. */
    private static final Duration LIFE = Duration.ofDays(90);

    private final Path folder;
    private final List<String> names;

    /**
     * A certificate in that folder, beside the CA.
     *
     * @param publicNames DNS names and addresses under which browsers reach the engine, besides localhost
     */
    public HttpsCertificate(Path folder, List<String> publicNames) {
        this.folder = folder;
        this.names = List.copyOf(publicNames);
    }

    public Path certificateFile() {
        return folder.resolve("https.crt");
    }

    public Path keyFile() {
        return folder.resolve("https.key");
    }

    /** Writes a new key and certificate. */
    public void renew(CertificateAuthority authority) throws GeneralSecurityException, IOException {
        Set<String> all = new LinkedHashSet<>(names);
        all.add("localhost");
        all.add("127.0.0.1");
        all.add(InetAddress.getLocalHost().getHostName());
        KeyPair pair = CertificateAuthority.newKey();
        String certificate = CertificateAuthority.pem(
                authority.issue(pair.getPublic(), "kvorum", List.of(), List.copyOf(all), Purpose.SERVER, LIFE));
        CertificateAuthority.writePrivate(keyFile(), CertificateAuthority.pem(pair.getPrivate()));
        CertificateAuthority.writePrivate(certificateFile(), certificate + authority.certificatePem());
    }
}
