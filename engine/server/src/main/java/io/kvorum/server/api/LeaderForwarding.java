package io.kvorum.server.api;

import io.kvorum.server.leadership.Leadership;
import io.kvorum.server.leadership.Terms;
import io.kvorum.server.leadership.Terms.Term;
import io.kvorum.server.security.EngineIdentity;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has the leader answer what it knows better, in the caller's own name. Where it cannot be asked, this replica answers
 * from the database, without measurements.
 */
@Provider
@AnsweredByLeader
public class LeaderForwarding implements ContainerRequestFilter {

    private static final Logger LOG = Logger.getLogger(LeaderForwarding.class);
    private static final String FORWARDED = "Kvorum-Forwarded-By";
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final List<String> PASSED_ON = List.of(
            HttpHeaders.AUTHORIZATION,
            HttpHeaders.COOKIE,
            HttpHeaders.ACCEPT,
            HttpHeaders.IF_NONE_MATCH,
            HttpHeaders.CONTENT_TYPE,
            "X-Kvorum-Request",
            "Idempotency-Key");
    private static final List<String> PASSED_BACK =
            List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.ETAG, HttpHeaders.WWW_AUTHENTICATE, HttpHeaders.LOCATION);

    /** What is asked of the leader is short; more than this is not passed on. */
    private static final int MOST_BODY_BYTES = 1 << 16;

    private final Leadership leadership;
    private final Terms terms;
    private final EngineIdentity identity;
    private final AtomicLong complainedAbout = new AtomicLong();
    private @Nullable HttpClient client;

    LeaderForwarding(Leadership leadership, Terms terms, EngineIdentity identity) {
        this.leadership = leadership;
        this.terms = terms;
        this.identity = identity;
    }

    /** Made when it is first needed: filters are made before the settings can be read. */
    private synchronized HttpClient client() throws GeneralSecurityException, IOException {
        HttpClient made = client;
        if (made == null) {
            made = HttpClient.newBuilder()
                    .sslContext(trustingOurs())
                    .connectTimeout(CONNECT_LIMIT)
                    .build();
            client = made;
        }
        return made;
    }

    private SSLContext trustingOurs() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", identity.authority().certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        if (leadership.term().isPresent() || request.getHeaderString(FORWARDED) != null) {
            return;
        }
        Term term = terms.current();
        if (term.address().isEmpty() || term.leader().equals(leadership.replicaId())) {
            return;
        }
        ask(request, body(request), term).ifPresent(request::abortWith);
    }

    /**
     * What the request carries, which can still be read if the leader does not answer. But for traces, which are long: they are passed
     * on as they come, and this replica has no use for them.
     */
    private static BodyPublisher body(ContainerRequestContext request) throws IOException {
        if (!request.getMethod().equals(HttpMethod.POST)) {
            return BodyPublishers.noBody();
        }
        if (MediaType.valueOf(TraceResource.CSV).isCompatible(request.getMediaType())) {
            return BodyPublishers.ofInputStream(request::getEntityStream);
        }
        byte[] body = request.getEntityStream().readNBytes(MOST_BODY_BYTES + 1);
        if (body.length > MOST_BODY_BYTES) {
            throw ProblemException.invalid("body", null, "Is longer than " + MOST_BODY_BYTES + " bytes.");
        }
        request.setEntityStream(new ByteArrayInputStream(body));
        return BodyPublishers.ofByteArray(body);
    }

    private Optional<Response> ask(ContainerRequestContext request, BodyPublisher body, Term leader) {
        URI asked = request.getUriInfo().getRequestUri();
        String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
        HttpRequest.Builder question = HttpRequest.newBuilder(URI.create(leader.address() + asked.getRawPath() + query))
                .method(request.getMethod(), body)
                .timeout(ANSWER_LIMIT)
                .header(FORWARDED, leadership.replicaId());
        for (String name : PASSED_ON) {
            String value = request.getHeaderString(name);
            if (value != null) {
                question.header(name, value);
            }
        }
        try {
            HttpResponse<byte[]> answer = client().send(question.build(), BodyHandlers.ofByteArray());
            if (answer.statusCode() >= 500) {
                return Optional.empty();
            }
            Response.ResponseBuilder response =
                    Response.status(answer.statusCode()).entity(answer.body());
            PASSED_BACK.forEach(
                    name -> answer.headers().firstValue(name).ifPresent(value -> response.header(name, value)));
            return Optional.of(response.build());
        } catch (IOException | GeneralSecurityException e) {
            complain(leader, e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Once a term: an address that is wrong would otherwise show only as measurements that are missing. */
    private void complain(Term leader, Exception reason) {
        if (complainedAbout.getAndSet(leader.epoch()) != leader.epoch()) {
            LOG.warnf(
                    "The leader %s cannot be asked at %s, its KVORUM_REPLICA_ADDRESS; this replica answers without"
                            + " measurements: %s",
                    leader.leader(), leader.address(), reason);
        }
    }
}
