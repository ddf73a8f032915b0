package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The way from a browser to a guest's console: one ticket, one connection, no noise at its end. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class ConsoleTest {

    private TestFleet fleet;
    private ApiClient api;

    /** Not earlier: only then is it known where the engine listens. */
    @BeforeEach
    void findTheEngine() {
        fleet = TestFleet.get();
        api = fleet.api;
    }

    @Test
    void aTicketOpensAConsoleOnceAndItsEndIsQuiet() throws Exception {
        String vm = fleet.vmOn("sim-0001", ApiClient.unique("watched"), Map.of());
        CapturedLog logged = new CapturedLog();
        logged.listen();
        try {
            String path = ticket(vm);
            Viewer viewer = new Viewer();

            WebSocket console = open(path, viewer).join();

            assertTrue(viewer.firstBytes().startsWith("RFB "), viewer::text);
            Viewer second = new Viewer();
            open(path, second).join();
            assertEquals(4403, second.closed.get(20, TimeUnit.SECONDS));
            console.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            assertEquals(WebSocket.NORMAL_CLOSURE, viewer.closed.get(20, TimeUnit.SECONDS));
        } finally {
            // What the host says to the end comes a moment later.
            Thread.sleep(300);
            logged.close();
        }
        List<String> noise = logged.lines().stream()
                .filter(line -> line.startsWith("WARN") || line.startsWith("ERROR"))
                .toList();
        assertEquals(List.of(), noise);
        fleet.remove(vm);
    }

    @Test
    void strangersGetNoConsole() {
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .buildAsync(socket("/api/v1/console/some-ticket"), new Viewer())
                        .join());

        assertTrue(String.valueOf(refused.getCause()).contains("WebSocketHandshakeException"), refused.toString());
    }

    @Test
    void aVmThatIsDownHasNoConsole() {
        String vm = fleet.vm(ApiClient.unique("dark"));

        assertTrue(api.post("/vms/" + vm + "/console").expect(409).detail().contains("no console"));

        fleet.remove(vm);
    }

    private String ticket(String vm) {
        JsonNode ticket = api.post("/vms/" + vm + "/console").expect(200).json();
        return "/api/v1/console/" + ticket.path("ticket").asText();
    }

    private CompletableFuture<WebSocket> open(String path, Viewer viewer) {
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", api.authorization())
                .buildAsync(socket(path), viewer);
    }

    private static URI socket(String path) {
        return URI.create(ApiClient.uri(path).toString().replace("http:", "ws:"));
    }

    private static final class Viewer implements WebSocket.Listener {

        private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
        private final CompletableFuture<String> first = new CompletableFuture<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            seen.writeBytes(bytes);
            first.complete(text());
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
            first.completeExceptionally(error);
        }

        String firstBytes() throws Exception {
            try {
                return first.get(20, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                throw new AssertionError("The console says nothing", e);
            }
        }

        String text() {
            return seen.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
