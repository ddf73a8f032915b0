package io.kvorum.server;

import io.kvorum.server.embedded.EmbeddedServices;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL and ZooKeeper for one engine that all tests share, in a folder that goes with them. */
public final class EngineResource implements QuarkusTestResourceLifecycleManager {

    static final String DATA_DIR = "kvorum.data-dir";

    private @Nullable EmbeddedServices services;
    private @Nullable Path folder;

    @Override
    public Map<String, String> start() {
        try {
            Path made = Files.createTempDirectory("kvorum-engine-test");
            folder = made;
            System.setProperty(DATA_DIR, made.resolve("data").toString());
            EmbeddedServices started = EmbeddedServices.start();
            services = started;
            int enrollmentPort = freePort();
            Map<String, String> settings = new HashMap<>(started.settings());
            settings.put(DATA_DIR, made.resolve("data").toString());
            settings.put("kvorum.enrollment.host", "127.0.0.1");
            settings.put("kvorum.enrollment.port", Integer.toString(enrollmentPort));
            settings.put("kvorum.enrollment.endpoints", "127.0.0.1:" + enrollmentPort);
            settings.put("kvorum.history.step", "2s");
            settings.put("quarkus.http.test-port", "0");
            settings.put("quarkus.http.test-ssl-port", "0");
            return settings;
        } catch (Exception e) {
            stop();
            throw new IllegalStateException("The embedded services did not start: " + e.getMessage(), e);
        }
    }

    @Override
    public void stop() {
        if (services != null) {
            services.settings().keySet().forEach(System::clearProperty);
            services.close();
        }
        System.clearProperty(DATA_DIR);
        if (folder != null) {
            delete(folder);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(folder)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot delete " + folder, e);
        }
    }
}
