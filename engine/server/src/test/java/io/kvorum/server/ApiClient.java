package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;

/** The API over real HTTP, with a token or without. */
final class ApiClient {

    static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration OPERATION_LIMIT = Duration.ofSeconds(40);
    private static String adminToken = "";

    private final String[] headers;

    private ApiClient(String... headers) {
        this.headers = headers;
    }

    record Answer(int status, HttpHeaders headers, String text) {

        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError("Not JSON: " + text, e);
            }
        }

        Answer expect(int expected) {
            assertEquals(expected, status, text);
            return this;
        }

        String id() {
            return json().path("id").asText();
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        String detail() {
            return json().path("detail").asText();
        }
    }

    static ApiClient anonymous() {
        return new ApiClient();
    }

    static ApiClient with(String... headers) {
        return new ApiClient(headers);
    }

    /** With a token that the first caller has made by logging in. */
    static synchronized ApiClient admin() {
        if (adminToken.isEmpty()) {
            String cookie = logIn("admin", adminPassword()).expect(200).header("Set-Cookie");
            adminToken = with("Cookie", cookie.substring(0, cookie.indexOf(';')), "X-Kvorum-Request", "1")
                    .post("/tokens", Map.of("name", "tests"))
                    .expect(201)
                    .json()
                    .path("secret")
                    .asText();
        }
        return with("Authorization", "Bearer " + adminToken);
    }

    static Answer logIn(String username, String password) {
        return anonymous().post("/session", Map.of("username", username, "password", password));
    }

    static String adminPassword() {
        try {
            return Files.readString(dataDir().resolve("initial-admin-password")).strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Path dataDir() {
        return Path.of(ConfigProvider.getConfig().getValue("kvorum.data-dir", String.class));
    }

    static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + RestAssured.port + path);
    }

    static String query(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** For requests that this client cannot make. */
    void authorize(HttpURLConnection connection) {
        for (int i = 0; i < headers.length; i += 2) {
            connection.setRequestProperty(headers[i], headers[i + 1]);
        }
    }

    /** The value of its Authorization header. */
    String authorization() {
        return headers[1];
    }

    Answer get(String path) {
        return send("GET", path, BodyPublishers.noBody());
    }

    Answer post(String path, Object body, String... more) {
        return send("POST", path, json(body), and("Content-Type", "application/json", more));
    }

    Answer post(String path) {
        return send("POST", path, BodyPublishers.noBody());
    }

    Answer patch(String path, Object body, String... more) {
        return send("PATCH", path, json(body), and("Content-Type", "application/json", more));
    }

    Answer put(String path, Object body, String... more) {
        return send("PUT", path, json(body), and("Content-Type", "application/json", more));
    }

    Answer delete(String path, String... more) {
        return send("DELETE", path, BodyPublishers.noBody(), more);
    }

    Answer upload(String query, byte[] image) {
        return send(
                "POST",
                "/images?" + query,
                BodyPublishers.ofByteArray(image),
                "Content-Type",
                "application/octet-stream");
    }

    /** A path that begins with "//" is taken from the root, any other from /api/v1. */
    Answer send(String method, String path, BodyPublisher body, String... more) {
        String whole = path.startsWith("//") ? path.substring(1) : "/api/v1" + path;
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(whole))
                .timeout(Duration.ofSeconds(60))
                .method(method, body);
        for (String[] pairs : new String[][] {headers, more}) {
            for (int i = 0; i < pairs.length; i += 2) {
                request.setHeader(pairs[i], pairs[i + 1]);
            }
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Waits until the operation of a 202 has ended. */
    JsonNode ended(Answer accepted) {
        String location = accepted.expect(202).header("Location");
        String path = location.substring(location.indexOf("/api/v1") + "/api/v1".length());
        long deadline = System.nanoTime() + OPERATION_LIMIT.toNanos();
        while (true) {
            JsonNode operation = get(path).expect(200).json();
            if (Set.of("succeeded", "failed", "refused", "cancelled")
                    .contains(operation.path("state").asText())) {
                return operation;
            }
            assertTrue(System.nanoTime() - deadline < 0, () -> "Still going: " + operation);
            pause();
        }
    }

    JsonNode succeeded(Answer accepted) {
        JsonNode operation = ended(accepted);
        assertEquals("succeeded", operation.path("state").asText(), operation.toString());
        return operation;
    }

    /** Every item of a list, page by page. */
    List<JsonNode> all(String path, int limit) {
        List<JsonNode> items = new ArrayList<>();
        Set<String> cursors = new HashSet<>();
        String cursor = "";
        do {
            String separator = path.contains("?") ? "&" : "?";
            JsonNode page = get(path + separator + "limit=" + limit + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .expect(200)
                    .json();
            page.path("items").forEach(items::add);
            cursor = page.path("nextCursor").asText("");
            cursor = cursor.equals("null") ? "" : cursor;
            assertTrue(cursor.isEmpty() || cursors.add(cursor), "The list goes in circles");
        } while (!cursor.isEmpty());
        return items;
    }

    static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static BodyPublisher json(Object body) {
        try {
            return BodyPublishers.ofString(body instanceof String text ? text : JSON.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static String[] and(String name, String value, String... more) {
        String[] all = new String[more.length + 2];
        all[0] = name;
        all[1] = value;
        System.arraycopy(more, 0, all, 2, more.length);
        return all;
    }
}
