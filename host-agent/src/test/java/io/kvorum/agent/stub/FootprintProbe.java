package io.kvorum.agent.stub;

import io.kvorum.proto.agent.v1.HelloRequest;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.WatchRequest;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures the memory of the packaged agent on libvirt's test driver, joined, greeted and watched. Arguments: the
 * launcher, an empty folder, seconds to wait.
 */
public final class FootprintProbe {
    private static final int NAME_WIDTH = 9;

    private FootprintProbe() {}

    public static void main(String[] arguments) throws Exception {
        Path launcher = Path.of(arguments[0]);
        Path state = Files.createDirectories(Path.of(arguments[1]));
        try (EngineStub engine = new EngineStub("127.0.0.1", Duration.ofDays(1))) {
            Path config = Files.writeString(state.resolve("agent.properties"), """
                    hypervisor.uri=test:///default
                    migration.transport=tcp
                    tls.reload-command=
                    listen.address=127.0.0.1
                    serial.log-dir=%s/serial
                    """.formatted(state));
            Path token = Files.writeString(state.resolve("token"), engine.token());
            List<String> common = List.of("--config", config.toString(), "--state-dir", state.toString());
            int joined = launch(
                            launcher,
                            "join",
                            common,
                            List.of(
                                    "--force",
                                    "--token-file",
                                    token.toString(),
                                    "--address",
                                    "127.0.0.1",
                                    "--name",
                                    "probe",
                                    "--port",
                                    Integer.toString(freePort())))
                    .waitFor();
            if (joined != 0) {
                throw new IllegalStateException("join ended with " + joined);
            }
            Process agent = launch(launcher, "run", common, List.of());
            try {
                measure(engine, agent.pid(), Integer.parseInt(arguments[2]));
            } finally {
                agent.destroy();
                agent.waitFor(10, TimeUnit.SECONDS);
            }
        }
        System.exit(0);
    }

    private static void measure(EngineStub engine, long pid, int seconds) throws Exception {
        var stub = HostAgentServiceGrpc.newBlockingStub(engine.dial("probe"));
        long begun = System.nanoTime();
        stub.withWaitForReady()
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .hello(HelloRequest.newBuilder().setEpoch(1).setProtocol(1).build());
        System.out.println(
                "answered after " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
        var watch = stub.watch(WatchRequest.newBuilder()
                .setEpoch(1)
                .setHeartbeatInterval(com.google.protobuf.Duration.newBuilder().setSeconds(1))
                .setStatisticsInterval(com.google.protobuf.Duration.newBuilder().setSeconds(5))
                .build());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            watch.next();
        }
        Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS") || line.startsWith("Rss") || line.startsWith("Threads"))
                .forEach(line -> System.out.println(line.substring(0, NAME_WIDTH)
                        + line.substring(NAME_WIDTH).strip()));
    }

    private static Process launch(Path launcher, String command, List<String> common, List<String> more)
            throws Exception {
        List<String> line = new java.util.ArrayList<>(List.of(launcher.toString(), command));
        line.addAll(common);
        line.addAll(more);
        return new ProcessBuilder(line).inheritIO().start();
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }
}
