package io.kvorum.server.security;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * The engine's own CA, P-256, kept in a folder that only the engine reads. It signs the engine, the hosts' agents, and
 * what libvirt and QEMU show each other. Replicas share the folder's content.
 */
public final class CertificateAuthority {

    private static final Duration CA_LIFE = Duration.ofDays(3650);
    private static final Duration BACKDATED = Duration.ofMinutes(5);
    /** Ten times as fast as the JDK's own, which counts where thousands of hosts join. */
    private static final Provider ECDSA = new BouncyCastleProvider();

    private static final String SIGNATURE = "SHA256withECDSA";

    private final X509Certificate certificate;
    private final PrivateKey key;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** What a certificate is for. */
    public enum Purpose {
        CLIENT,
        SERVER,
        BOTH
    }

    /** The CA in that folder, made now if there is none. */
    public static CertificateAuthority open(Path folder) throws IOException, GeneralSecurityException {
        Path certificateFile = folder.resolve("ca.crt");
        Path keyFile = folder.resolve("ca.key");
        if (!Files.exists(certificateFile)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            KeyPair pair = newKey();
            X500Name name = new X500NameBuilder()
                    .addRDN(BCStyle.CN, "Kvorum CA " + HexFormat.of().toHexDigits(new SecureRandom().nextInt()))
                    .build();
            X509Certificate made = sign(name, name, pair.getPublic(), pair.getPrivate(), CA_LIFE, builder -> {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            });
            writePrivate(keyFile, pem(pair.getPrivate()));
            writePrivate(certificateFile, pem(made));
        }
        return new CertificateAuthority(
                readCertificate(Files.readString(certificateFile)), readKey(Files.readString(keyFile)));
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public String certificatePem() {
        return pem(certificate);
    }

    /** SHA-256 of the certificate, hexadecimal: what join tokens pin. */
    public String fingerprint() throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }

    /**
     * A certificate with exactly these names.
     *
     * @param uris subject alternative names that are URIs
     * @param hosts DNS names and IP addresses
     */
    public X509Certificate issue(
            PublicKey subjectKey,
            String commonName,
            List<String> uris,
            List<String> hosts,
            Purpose purpose,
            Duration life)
            throws GeneralSecurityException {
        X500Name subject = new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
        X500Name issuer =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        return sign(issuer, subject, subjectKey, key, life, builder -> {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(Extension.extendedKeyUsage, false, usage(purpose));
            builder.addExtension(Extension.subjectAlternativeName, false, names(uris, hosts));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(certificate));
        });
    }

    private static ExtendedKeyUsage usage(Purpose purpose) {
        return switch (purpose) {
            case CLIENT -> new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth);
            case SERVER -> new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
            case BOTH ->
                new ExtendedKeyUsage(new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
        };
    }

    private static GeneralNames names(List<String> uris, List<String> hosts) {
        List<GeneralName> names = new ArrayList<>();
        uris.forEach(uri -> names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        hosts.forEach(host -> names.add(
                new GeneralName(host.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, host)));
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    /** The public key of a PKCS#10 request whose sender has proven to hold the private one. Its names are ignored. */
    public static PublicKey provenKey(String csrPem) throws GeneralSecurityException {
        if (csrPem.length() > 16_384) {
            throw new GeneralSecurityException("The certificate request is longer than 16384 characters.");
        }
        try (PEMParser parser = new PEMParser(new StringReader(csrPem))) {
            if (!(parser.readObject() instanceof PKCS10CertificationRequest request)) {
                throw new GeneralSecurityException("Not a PKCS#10 certificate request in PEM.");
            }
            PublicKey proven = new JcaPKCS10CertificationRequest(request).getPublicKey();
            if (!request.isSignatureValid(
                    new JcaContentVerifierProviderBuilder().setProvider(ECDSA).build(proven))) {
                throw new GeneralSecurityException("The certificate request is not signed by its own key.");
            }
            return proven;
        } catch (IOException | PKCSException | OperatorCreationException | RuntimeException e) {
            throw new GeneralSecurityException("The certificate request cannot be read: " + e.getMessage(), e);
        }
    }

    public static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    public static String pem(Object certificateOrKey) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            // Keys as PKCS#8: every TLS library reads that.
            writer.writeObject(
                    certificateOrKey instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : certificateOrKey);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot write PEM", e);
        }
        return text.toString();
    }

    /** Writes a file that only its owner may read, whole or not at all. */
    public static void writePrivate(Path file, String content) throws IOException {
        Path staging = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(staging);
        Files.createFile(staging, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(staging, content, StandardCharsets.UTF_8);
        Files.move(staging, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private interface Extensions {
        void add(X509v3CertificateBuilder builder) throws IOException, GeneralSecurityException;
    }

    private static X509Certificate sign(
            X500Name issuer,
            X500Name subject,
            PublicKey subjectKey,
            PrivateKey signer,
            Duration life,
            Extensions extensions)
            throws GeneralSecurityException {
        Instant now = Instant.now();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(120, new SecureRandom()),
                Date.from(now.minus(BACKDATED)),
                Date.from(now.plus(life)),
                subject,
                subjectKey);
        try {
            extensions.add(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE)
                            .setProvider(ECDSA)
                            .build(signer)));
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException("Cannot sign a certificate", e);
        }
    }

    private static X509Certificate readCertificate(String pem) throws IOException, GeneralSecurityException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            return new JcaX509CertificateConverter().getCertificate((X509CertificateHolder) parser.readObject());
        }
    }

    private static PrivateKey readKey(String pem) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            return new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parser.readObject());
        }
    }
}
