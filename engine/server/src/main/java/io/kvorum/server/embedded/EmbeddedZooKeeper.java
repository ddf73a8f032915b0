package io.kvorum.server.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.zookeeper.server.embedded.ExitHandler;
import org.apache.zookeeper.server.embedded.ZooKeeperServerEmbedded;

/** A single ZooKeeper server in this process, on the loopback. */
final class EmbeddedZooKeeper implements AutoCloseable {

    private final ZooKeeperServerEmbedded server;
    private final int port;

    private EmbeddedZooKeeper(ZooKeeperServerEmbedded server, int port) {
        this.server = server;
        this.port = port;
    }

    static EmbeddedZooKeeper start(Path folder) throws Exception {
        Files.createDirectories(folder);
        int port = freePort();
        Properties settings = new Properties();
        settings.setProperty("clientPortAddress", "127.0.0.1");
        settings.setProperty("clientPort", Integer.toString(port));
        settings.setProperty("admin.enableServer", "false");
        settings.setProperty("tickTime", "500");
        settings.setProperty("autopurge.purgeInterval", "24");
        ZooKeeperServerEmbedded server = ZooKeeperServerEmbedded.builder()
                .baseDir(folder)
                .configuration(settings)
                .exitHandler(ExitHandler.LOG_ONLY)
                .build();
        server.start();
        return new EmbeddedZooKeeper(server, port);
    }

    String connectString() {
        return "127.0.0.1:" + port;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
