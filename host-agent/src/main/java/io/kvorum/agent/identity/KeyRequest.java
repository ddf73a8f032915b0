package io.kvorum.agent.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A fresh EC P-256 key and the request to certify it.
 *
 * @param keyPem PKCS#8
 * @param csrPem PKCS#10; the subject says nothing, names are the engine's to give
 */
public record KeyRequest(String keyPem, String csrPem) {

    public static KeyRequest generate() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        try {
            byte[] csr = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=kvorum-host"), pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                    .getEncoded();
            return new KeyRequest(
                    Pem.encode("PRIVATE KEY", withPublicKey(pair)), Pem.encode("CERTIFICATE REQUEST", csr));
        } catch (OperatorCreationException | IOException e) {
            throw new GeneralSecurityException("The certificate request could not be made", e);
        }
    }

    /** PKCS#8 with the public key in it, which Java leaves out and GnuTLS, so libvirt and QEMU, cannot do without. */
    private static byte[] withPublicKey(KeyPair pair) throws IOException {
        PrivateKeyInfo plain = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
        ECPrivateKey key = new ECPrivateKey(
                256,
                ((java.security.interfaces.ECPrivateKey) pair.getPrivate()).getS(),
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()).getPublicKeyData(),
                plain.getPrivateKeyAlgorithm().getParameters());
        return new PrivateKeyInfo(plain.getPrivateKeyAlgorithm(), key).getEncoded();
    }

    @Override
    public String toString() {
        return "KeyRequest";
    }
}
