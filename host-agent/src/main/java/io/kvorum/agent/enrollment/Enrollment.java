package io.kvorum.agent.enrollment;

import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.IdentityKeys;
import io.kvorum.agent.identity.JoinToken;
import io.kvorum.agent.identity.KeyRequest;
import io.kvorum.agent.rules.Rules;
import io.kvorum.proto.agent.v1.CurrentTermRequest;
import io.kvorum.proto.agent.v1.EnrollmentServiceGrpc;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.JoinRequest;
import io.kvorum.proto.agent.v1.JoinResponse;
import io.kvorum.proto.agent.v1.RenewRequest;
import io.kvorum.proto.agent.v1.RenewResponse;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How a host gets its identity, and a fresh one before the old expires. */
public final class Enrollment {
    static final int PROTOCOL = 1;
    private static final int TIMEOUT_SECONDS = 30;

    /** Short: while it waits, the host is silent. */
    private static final int EPOCH_TIMEOUT_MILLIS = 1000;

    private Enrollment() {}

    /**
     * What the engine gave.
     *
     * @param hypervisor key and certificate of libvirt and QEMU; empty where none was asked for
     */
    public record Enrolled(HostIdentity identity, Optional<HypervisorCredentials> hypervisor) {}

    /** @param withHypervisor whether libvirt and QEMU get a certificate too */
    public static Enrolled join(
            JoinToken token, String name, String address, int port, HostFacts facts, boolean withHypervisor)
            throws IOException, GeneralSecurityException {
        KeyRequest agent = KeyRequest.generate();
        Optional<KeyRequest> hypervisor = withHypervisor ? Optional.of(KeyRequest.generate()) : Optional.empty();
        JoinRequest request = JoinRequest.newBuilder()
                .setTokenSecret(token.secret())
                .setCsrPem(agent.csrPem())
                .setFacts(facts)
                .setAddress(address)
                .setPort(port)
                .setName(name)
                .setProtocol(PROTOCOL)
                .setHypervisorCsrPem(hypervisor.map(KeyRequest::csrPem).orElse(""))
                .build();
        JoinResponse response = EngineChannel.call(
                token.endpoints(),
                EngineTrust.pinned(token.caFingerprint()),
                Optional.empty(),
                channel -> EnrollmentServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .join(request));
        HostIdentity identity = new HostIdentity(
                Rules.uuid("The host id from the engine", response.getHostId()),
                Rules.uuid("The cluster id from the engine", response.getClusterId()),
                name,
                address,
                port,
                token.endpoints(),
                agent.keyPem(),
                response.getCertificatePem(),
                response.getCaPem());
        new IdentityKeys().put(identity);
        return new Enrolled(
                identity, credentials(hypervisor, response.getHypervisorCertificatePem(), response.getCaPem()));
    }

    /** Over mutual TLS with the certificate that still holds. */
    public static Enrolled renew(HostIdentity identity, boolean withHypervisor)
            throws IOException, GeneralSecurityException {
        KeyRequest agent = KeyRequest.generate();
        Optional<KeyRequest> hypervisor = withHypervisor ? Optional.of(KeyRequest.generate()) : Optional.empty();
        IdentityKeys keys = new IdentityKeys();
        keys.put(identity);
        RenewRequest request = RenewRequest.newBuilder()
                .setCsrPem(agent.csrPem())
                .setHypervisorCsrPem(hypervisor.map(KeyRequest::csrPem).orElse(""))
                .build();
        RenewResponse response = EngineChannel.call(
                identity.engines(),
                EngineTrust.of(identity.caPem()),
                Optional.of(keys),
                channel -> EnrollmentServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .renew(request));
        HostIdentity renewed = identity.renewed(agent.keyPem(), response.getCertificatePem(), response.getCaPem());
        new IdentityKeys().put(renewed);
        return new Enrolled(
                renewed, credentials(hypervisor, response.getHypervisorCertificatePem(), response.getCaPem()));
    }

    /** The epoch of whoever leads now, as the first engine that answers has it. */
    public static long currentEpoch(HostIdentity identity) throws IOException, GeneralSecurityException {
        IdentityKeys keys = new IdentityKeys();
        keys.put(identity);
        return EngineChannel.call(
                identity.engines(),
                EngineTrust.of(identity.caPem()),
                Optional.of(keys),
                channel -> EnrollmentServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(EPOCH_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                        .currentTerm(CurrentTermRequest.getDefaultInstance())
                        .getEpoch());
    }

    private static Optional<HypervisorCredentials> credentials(
            Optional<KeyRequest> key, String certificatePem, String caPem) throws IOException {
        if (key.isEmpty()) {
            return Optional.empty();
        }
        if (certificatePem.isEmpty()) {
            throw new IOException(
                    "The engine gave no certificate for libvirt; set migration.transport=tcp only in a lab");
        }
        return Optional.of(new HypervisorCredentials(key.get().keyPem(), certificatePem, caPem));
    }
}
