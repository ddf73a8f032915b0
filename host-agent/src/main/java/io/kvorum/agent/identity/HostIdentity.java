package io.kvorum.agent.identity;

import io.kvorum.agent.files.AtomicFile;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Everything a joined host is known by, kept in one file, so that key and certificates always belong together.
 *
 * @param engines host:port of the engines, from the join token
 * @param keyPem private key of the agent; {@link #toString()} leaves it out
 * @param certificatePem chain, leaf first
 */
public record HostIdentity(
        String hostId,
        String clusterId,
        String name,
        String address,
        int port,
        List<String> engines,
        String keyPem,
        String certificatePem,
        String caPem) {
    public static final String FILE = "identity.properties";

    public HostIdentity {
        engines = List.copyOf(engines);
    }

    /** Empty where the host has not joined; IOException where the file is there but cannot be used. */
    public static Optional<HostIdentity> load(Path stateDir) throws IOException {
        Path file = stateDir.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties values = new Properties();
        values.load(new StringReader(Files.readString(file)));
        return Optional.of(new HostIdentity(
                required(values, "host.id", file),
                required(values, "cluster.id", file),
                required(values, "name", file),
                required(values, "address", file),
                Integer.parseInt(required(values, "port", file)),
                List.of(required(values, "engines", file).split(",")),
                required(values, "key", file),
                required(values, "certificate", file),
                required(values, "ca", file)));
    }

    public void save(Path stateDir) throws IOException {
        Properties values = new Properties();
        values.setProperty("host.id", hostId);
        values.setProperty("cluster.id", clusterId);
        values.setProperty("name", name);
        values.setProperty("address", address);
        values.setProperty("port", Integer.toString(port));
        values.setProperty("engines", String.join(",", engines));
        values.setProperty("key", keyPem);
        values.setProperty("certificate", certificatePem);
        values.setProperty("ca", caPem);
        StringWriter text = new StringWriter();
        values.store(text, "Written by kvorum-agent; holds a private key");
        AtomicFile.write(stateDir.resolve(FILE), text.toString(), "rw-------");
    }

    /** The same host with fresh keys. */
    public HostIdentity renewed(String newKeyPem, String newCertificatePem, String newCaPem) {
        return new HostIdentity(
                hostId, clusterId, name, address, port, engines, newKeyPem, newCertificatePem, newCaPem);
    }

    /** When a third of the certificate's life is left. */
    public Instant renewAt() throws GeneralSecurityException {
        X509Certificate leaf = Pem.certificates(certificatePem).getFirst();
        Instant end = leaf.getNotAfter().toInstant();
        return end.minus(Duration.between(leaf.getNotBefore().toInstant(), end).dividedBy(3));
    }

    private static String required(Properties values, String key, Path file) throws IOException {
        String value = values.getProperty(key, "");
        if (value.isEmpty()) {
            throw new IOException(file + " has no '" + key + "'. Restore it, or join again with --force");
        }
        return value;
    }

    @Override
    public String toString() {
        return "HostIdentity[hostId=" + hostId + ", name=" + name + ", address=" + address + ":" + port + "]";
    }
}
