package io.kvorum.trials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The engine's API as automation uses it. */
public final class EngineClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CALL_LIMIT = Duration.ofMinutes(2);
    private static final Duration REPLICA_CALL_LIMIT = Duration.ofSeconds(15);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    private static final int WAIT_SECONDS = 5;
    private static final int ROUNDS_OF_REPLICAS = 40;

    private final List<URI> replicas;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile String bearer = "";
    private long pollMillis = 100;
    private final HttpClient http = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .connectTimeout(CONNECT_LIMIT)
            .build();

    public EngineClient(URI base) {
        this(List.of(base));
    }

    /**
     * A client of several replicas: a call that one of them does not answer goes to the next, under the same
     * idempotency key.
     */
    public EngineClient(List<URI> replicas) {
        this.replicas = List.copyOf(replicas);
    }

    /** An answer that is not a success. */
    public static final class ProblemException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int status;
        private final transient JsonNode problem;

        ProblemException(String call, int status, JsonNode problem) {
            super(call + " answered " + status + ": " + problem);
            this.status = status;
            this.problem = problem;
        }

        public int status() {
            return status;
        }

        public JsonNode problem() {
            return problem;
        }
    }

    /** The same client, looking more or less often where it waits. */
    public EngineClient pollingEveryMillis(long millis) {
        pollMillis = millis;
        return this;
    }

    public URI uri() {
        return replicas.get(Math.floorMod(turn.get(), replicas.size()));
    }

    /** Goes on with a token of the API, which all replicas accept; log in first. */
    public void useToken(String name) throws IOException, InterruptedException {
        bearer = post("/tokens", Map.of("name", name)).get("secret").asText();
    }

    public void logIn(String name, String password) throws IOException, InterruptedException {
        post("/session", Map.of("username", name, "password", password));
    }

    /** What the replica says of its own health; fails while it does not answer. */
    public JsonNode readiness() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri() + "/q/health/ready"))
                .timeout(REPLICA_CALL_LIMIT)
                .build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("/q/health/ready answered " + response.statusCode());
        }
        return JSON.readTree(response.body());
    }

    public JsonNode get(String path) throws IOException, InterruptedException {
        return call("GET", path, BodyPublishers.noBody(), null);
    }

    public JsonNode post(String path, Object body) throws IOException, InterruptedException {
        return call("POST", path, json(body), "application/json");
    }

    public JsonNode patch(String path, Object body) throws IOException, InterruptedException {
        return call("PATCH", path, json(body), "application/json");
    }

    public JsonNode put(String path, Object body) throws IOException, InterruptedException {
        return call("PUT", path, json(body), "application/json");
    }

    public JsonNode delete(String path) throws IOException, InterruptedException {
        return call("DELETE", path, BodyPublishers.noBody(), null);
    }

    /** Streams a file as an image. */
    public JsonNode upload(String query, Path file) throws IOException, InterruptedException {
        try {
            return call("POST", "/images?" + query, BodyPublishers.ofFile(file), "application/octet-stream");
        } catch (FileNotFoundException e) {
            throw new IOException("There is no image " + file, e);
        }
    }

    /** Sends exactly these bytes as an image. */
    public JsonNode upload(String query, byte[] bytes) throws IOException, InterruptedException {
        return call("POST", "/images?" + query, BodyPublishers.ofByteArray(bytes), "application/octet-stream");
    }

    /** Waits for the operation's end; throws if it has not ended in time, whatever the end. */
    public JsonNode await(JsonNode operation, Duration limit) throws IOException, InterruptedException {
        String path = "/operations/" + operation.get("id").asText() + "?waitSeconds=" + WAIT_SECONDS;
        return until(
                "the end of “" + operation.get("name").asText() + "”",
                limit,
                () -> get(path),
                now -> !now.get("state").asText().equals("queued")
                        && !now.get("state").asText().equals("running"));
    }

    /** Waits for the operation's success; throws with its problem if it ended otherwise. */
    public JsonNode succeed(JsonNode operation, Duration limit) throws IOException, InterruptedException {
        JsonNode ended = await(operation, limit);
        if (!ended.get("state").asText().equals("succeeded")) {
            throw new IllegalStateException("“" + ended.get("name").asText() + "” ended as "
                    + ended.get("state").asText() + ": "
                    + ended.path("problem").path("detail").asText());
        }
        return ended;
    }

    /** Reads something that may fail while the engine is away. */
    public interface Source {
        JsonNode read() throws IOException, InterruptedException;
    }

    /** Waits until what is read satisfies the condition; broken connections are waited out. */
    public JsonNode until(String what, Duration limit, Source source, Predicate<JsonNode> condition)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        JsonNode last = MissingNode.getInstance();
        String trouble = "";
        while (System.nanoTime() < deadline) {
            try {
                last = source.read();
                if (condition.test(last)) {
                    return last;
                }
            } catch (IOException e) {
                trouble = " (" + e.getMessage() + ")";
            }
            Thread.sleep(pollMillis);
        }
        throw new IllegalStateException(
                "Waited " + limit.toSeconds() + " s for " + what + trouble + "; last seen: " + last);
    }

    private JsonNode call(String method, String path, BodyPublisher body, @Nullable String type)
            throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString();
        for (int attempt = 0; ; attempt++) {
            URI replica = uri();
            try {
                return callOne(replica, method, path, body, type, key);
            } catch (IOException e) {
                if (replicas.size() == 1 || attempt == replicas.size() * ROUNDS_OF_REPLICAS) {
                    throw e;
                }
                turn.incrementAndGet();
                Thread.sleep(attempt < replicas.size() ? 0 : pollMillis);
            }
        }
    }

    private JsonNode callOne(
            URI replica, String method, String path, BodyPublisher body, @Nullable String type, String key)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(replica + "/api/v1" + path))
                .timeout(replicas.size() == 1 ? CALL_LIMIT : REPLICA_CALL_LIMIT)
                .header("X-Kvorum-Request", "1")
                .method(method, body);
        if (type != null) {
            request.header("Content-Type", type);
        }
        if (method.equals("POST")) {
            request.header("Idempotency-Key", key);
        }
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        JsonNode answer = response.body().isEmpty() ? MissingNode.getInstance() : JSON.readTree(response.body());
        if (response.statusCode() >= 500 && replicas.size() > 1) {
            throw new IOException(method + " " + path + " answered " + response.statusCode() + ": " + answer);
        }
        if (response.statusCode() >= 400) {
            throw new ProblemException(method + " " + path, response.statusCode(), answer);
        }
        return answer;
    }

    private static BodyPublisher json(Object body) throws JsonProcessingException {
        return BodyPublishers.ofString(JSON.writeValueAsString(body));
    }
}
