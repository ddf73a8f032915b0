package io.kvorum.agent.simulated;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The door through which a running fleet is asked and disturbed: a Unix socket in its state folder, for the user that
 * runs it alone. A caller sends one line of words and reads until the end: {@code ok} and the answer, or {@code error}
 * and why.
 */
public final class FleetControl implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 1024;
    private static final String OK = "ok";
    private static final String ERROR = "error ";

    private final SimulatedFleet fleet;
    private final Path socket;
    private final ServerSocketChannel channel;

    private FleetControl(SimulatedFleet fleet, Path socket, ServerSocketChannel channel) {
        this.fleet = fleet;
        this.socket = socket;
        this.channel = channel;
    }

    /** Opens the door; IOException where another fleet runs with the same state folder. */
    public static FleetControl listen(SimulatedFleet fleet, Path stateDir) throws IOException {
        Path socket = socket(stateDir);
        if (answers(socket)) {
            throw new IOException("Another process runs simulated hosts with the state folder " + stateDir
                    + "; end it first, or take another --state-dir");
        }
        Files.deleteIfExists(socket);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        socket.toFile().deleteOnExit();
        FleetControl control = new FleetControl(fleet, socket, channel);
        Thread.ofVirtual().name("fleet-control").start(control::serve);
        return control;
    }

    /** Asks the fleet that runs with this state folder; answers what it says, IOException where it refuses. */
    public static String ask(Path stateDir, List<String> words) throws IOException {
        FleetAction.of(words);
        String answer;
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket(stateDir)))) {
            write(connection, String.join(" ", words) + "\n");
            answer = new String(Channels.newInputStream(connection).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("No simulated hosts answer at " + socket(stateDir) + " (" + e.getMessage()
                    + "); is 'kvorum-agent simulate --state-dir " + stateDir + "' running?");
        }
        if (!answer.startsWith(OK + "\n")) {
            throw new IOException(
                    answer.startsWith(ERROR) ? answer.substring(ERROR.length()).strip() : "No answer");
        }
        return answer.substring(OK.length() + 1);
    }

    public Path socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(socket);
    }

    private static Path socket(Path stateDir) {
        return stateDir.resolve("control");
    }

    private static boolean answers(Path socket) {
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return connection.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void serve() {
        while (channel.isOpen()) {
            try {
                SocketChannel connection = channel.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // This caller is gone; the next one may not be.
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            write(connection, answer(request(connection)));
        } catch (IOException e) {
            // The caller went away.
        }
    }

    private static String request(SocketChannel connection) throws IOException {
        BufferedReader reader = new BufferedReader(
                new InputStreamReader(Channels.newInputStream(connection), StandardCharsets.UTF_8), MAX_REQUEST_BYTES);
        StringBuilder line = new StringBuilder();
        for (int next = reader.read(); next >= 0 && next != '\n' && line.length() < MAX_REQUEST_BYTES; ) {
            line.append((char) next);
            next = reader.read();
        }
        return line.toString();
    }

    private String answer(String request) {
        try {
            return OK + "\n" + perform(List.of(request.strip().split("\\s+")));
        } catch (RuntimeException e) {
            return ERROR + e.getMessage() + "\n";
        }
    }

    private String perform(List<String> words) {
        FleetAction action = FleetAction.of(words);
        if (action == FleetAction.LIST) {
            return fleet.hosts().stream().map(FleetControl::line).collect(Collectors.joining());
        }
        SimulatedHost host = fleet.host(words.get(1));
        switch (action) {
            case LIST -> {}
            case VMS -> {
                return host.runningVms().stream().map(vm -> vm + "\n").collect(Collectors.joining());
            }
            case POWER_OFF -> host.powerOff();
            case POWER_ON -> host.powerOn();
            case CUT -> host.cut();
            case HEAL -> host.heal();
            case RESTART_AGENT -> host.restartAgent();
            case HANG -> host.faults().hangNext();
            case SLOW -> host.faults().slow(number(words.get(2), 0.001, 1000));
            case FAIL_START -> host.faults().failNextStart("QEMU did not start, as asked for");
            case FAIL_GROWTH -> host.faults().failNextGrowth("Nothing was plugged in, as asked for");
            case FAIL_MIGRATION -> host.faults().failNextMigration("The migration broke off, as asked for");
            case CRASH -> host.crash(words.get(2));
            case LOAD -> host.load(words.get(2), number(words.get(3), 0, 1));
        }
        return "";
    }

    private static String line(SimulatedHost host) {
        return host.name() + (host.powered() ? " on" : " off") + (host.connected() ? " connected " : " cut ")
                + host.runningVms().size() + "\n";
    }

    private static double number(String text, double low, double high) {
        try {
            double value = Double.parseDouble(text);
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("'" + text + "' is not a number from " + low + " to " + high);
    }

    private static void write(SocketChannel connection, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }
}
