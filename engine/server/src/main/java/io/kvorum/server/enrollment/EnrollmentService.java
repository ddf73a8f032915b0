package io.kvorum.server.enrollment;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.OperationState;
import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Request;
import io.kvorum.proto.agent.v1.CurrentTermRequest;
import io.kvorum.proto.agent.v1.CurrentTermResponse;
import io.kvorum.proto.agent.v1.EnrollmentServiceGrpc;
import io.kvorum.proto.agent.v1.JoinRequest;
import io.kvorum.proto.agent.v1.JoinResponse;
import io.kvorum.proto.agent.v1.RenewRequest;
import io.kvorum.proto.agent.v1.RenewResponse;
import io.kvorum.server.KvorumConfig;
import io.kvorum.server.agents.AgentChannels;
import io.kvorum.server.agents.FactWords;
import io.kvorum.server.api.Submissions;
import io.kvorum.server.leadership.Terms;
import io.kvorum.server.persistence.Documents;
import io.kvorum.server.persistence.HostRow;
import io.kvorum.server.security.CertificateAuthority;
import io.kvorum.server.security.CertificateAuthority.Purpose;
import io.kvorum.server.security.EngineIdentity;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Joins hosts and renews their certificates. The names in a certificate are always the engine's choice: the host's id,
 * and the address it registered with, which no other host has.
 */
@ApplicationScoped
public class EnrollmentService extends EnrollmentServiceGrpc.EnrollmentServiceImplBase {

    private static final Logger LOG = Logger.getLogger(EnrollmentService.class);
    private static final int PROTOCOL = 1;
    private static final Duration REGISTER_WAIT = Duration.ofSeconds(20);

    private final JoinTokens tokens;
    private final Submissions submissions;
    private final EngineIdentity identity;
    private final KvorumConfig config;
    private final Documents documents;
    private final Terms terms;

    EnrollmentService(
            JoinTokens tokens,
            Submissions submissions,
            EngineIdentity identity,
            KvorumConfig config,
            Documents documents,
            Terms terms) {
        this.tokens = tokens;
        this.submissions = submissions;
        this.identity = identity;
        this.config = config;
        this.documents = documents;
        this.terms = terms;
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinResponse> answer) {
        respond(answer, () -> join(request));
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<RenewResponse> answer) {
        respond(answer, () -> renew(request));
    }

    @Override
    public void currentTerm(CurrentTermRequest request, StreamObserver<CurrentTermResponse> answer) {
        respond(answer, this::currentTerm);
    }

    private interface Call<A> {
        A run() throws GeneralSecurityException, SQLException, InterruptedException;
    }

    private static <A> void respond(StreamObserver<A> answer, Call<A> call) {
        try {
            answer.onNext(call.run());
            answer.onCompleted();
        } catch (StatusRuntimeException e) {
            answer.onError(e);
        } catch (GeneralSecurityException e) {
            answer.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
        } catch (SQLException | InterruptedException | RuntimeException e) {
            LOG.warn("A host could not be served", e);
            answer.onError(Status.UNAVAILABLE
                    .withDescription("The engine cannot do it now; try again.")
                    .asRuntimeException());
        }
    }

    private JoinResponse join(JoinRequest request) throws GeneralSecurityException, SQLException, InterruptedException {
        if (request.getProtocol() > PROTOCOL) {
            throw refused("The agent speaks protocol " + request.getProtocol() + ", the engine " + PROTOCOL
                    + ". Upgrade the engine first.");
        }
        PublicKey key = CertificateAuthority.provenKey(request.getCsrPem());
        JoinTokens.Use use = tokens.take(request.getTokenSecret())
                .orElseThrow(() -> Status.PERMISSION_DENIED
                        .withDescription("The join token is unknown, used up or expired. Make a new one.")
                        .asRuntimeException());
        UUID hostId = UUID.randomUUID();
        Instant expires = Instant.now().plus(config.enrollment().certificateLife());
        HostSpec spec = new HostSpec(
                request.getName(), use.clusterId(), request.getAddress(), request.getPort(), PowerManagement.NONE);
        Host.HostFacts facts = FactWords.read(request.getFacts());
        Operation ended = null;
        try {
            ended = submissions.runToEnd(
                    new Request.RegisterHost(hostId, spec, facts, expires),
                    "join token of " + use.createdBy(),
                    REGISTER_WAIT);
        } finally {
            if (ended == null || ended.state() != OperationState.SUCCEEDED) {
                tokens.giveBack(use);
            }
        }
        if (ended.state() != OperationState.SUCCEEDED) {
            throw refused(words(ended.problem()));
        }
        JoinResponse.Builder response = JoinResponse.newBuilder()
                .setHostId(hostId.toString())
                .setClusterId(use.clusterId().toString())
                .setCertificatePem(agentCertificate(key, hostId))
                .setCaPem(identity.authority().certificatePem());
        if (!request.getHypervisorCsrPem().isEmpty()) {
            response.setHypervisorCertificatePem(hypervisorCertificate(
                    CertificateAuthority.provenKey(request.getHypervisorCsrPem()), spec, facts.hostname()));
        }
        return response.build();
    }

    private RenewResponse renew(RenewRequest request)
            throws GeneralSecurityException, SQLException, InterruptedException {
        UUID hostId = peer();
        Optional<Host> found = QuarkusTransaction.requiringNew()
                .call(() ->
                        HostRow.<HostRow>findByIdOptional(hostId).map(row -> documents.read(row.document, Host.class)));
        if (found.isEmpty()) {
            throw Status.PERMISSION_DENIED
                    .withDescription("The host " + hostId + " is not registered any more. Join again.")
                    .asRuntimeException();
        }
        PublicKey key = CertificateAuthority.provenKey(request.getCsrPem());
        Instant expires = Instant.now().plus(config.enrollment().certificateLife());
        submissions.runToEnd(
                new Request.RenewHost(hostId, expires), "host " + found.get().name(), REGISTER_WAIT);
        RenewResponse.Builder response = RenewResponse.newBuilder()
                .setCertificatePem(agentCertificate(key, hostId))
                .setCaPem(identity.authority().certificatePem());
        if (!request.getHypervisorCsrPem().isEmpty()) {
            response.setHypervisorCertificatePem(hypervisorCertificate(
                    CertificateAuthority.provenKey(request.getHypervisorCsrPem()),
                    found.get().spec(),
                    found.get().facts().hostname()));
        }
        return response.build();
    }

    private CurrentTermResponse currentTerm() {
        peer();
        return CurrentTermResponse.newBuilder().setEpoch(terms.currentEpoch()).build();
    }

    private static UUID peer() {
        return PeerInterceptor.HOST
                .get()
                .orElseThrow(() -> Status.UNAUTHENTICATED
                        .withDescription("Show the certificate that the host has.")
                        .asRuntimeException());
    }

    private String agentCertificate(PublicKey key, UUID hostId) throws GeneralSecurityException {
        CertificateAuthority authority = identity.authority();
        return CertificateAuthority.pem(authority.issue(
                        key,
                        "kvorum host " + hostId,
                        List.of(PeerInterceptor.HOST_URI + hostId),
                        List.of(AgentChannels.authority(hostId)),
                        Purpose.BOTH,
                        config.enrollment().certificateLife()))
                + authority.certificatePem();
    }

    /** For libvirt and QEMU, which look at the address by which they are reached. */
    private String hypervisorCertificate(PublicKey key, HostSpec spec, String hostname)
            throws GeneralSecurityException {
        List<String> names = new ArrayList<>();
        names.add(spec.address());
        if (hostname.equalsIgnoreCase(spec.name()) && !hostname.equals(spec.address())) {
            names.add(hostname);
        }
        CertificateAuthority authority = identity.authority();
        return CertificateAuthority.pem(authority.issue(
                key,
                spec.name(),
                List.of(),
                names,
                Purpose.BOTH,
                config.enrollment().certificateLife()));
    }

    private static StatusRuntimeException refused(String why) {
        return Status.FAILED_PRECONDITION.withDescription(why).asRuntimeException();
    }

    private static String words(@Nullable Problem problem) {
        if (problem == null) {
            return "The host was not registered.";
        }
        return problem.errors().isEmpty()
                ? problem.detail()
                : problem.errors().stream()
                        .map(error -> error.field() + " " + error.value() + ": " + error.message())
                        .collect(Collectors.joining(" "));
    }
}
