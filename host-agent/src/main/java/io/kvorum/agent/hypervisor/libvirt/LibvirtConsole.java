package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.hypervisor.Hypervisor.ConsoleOutput;
import io.kvorum.agent.hypervisor.Hypervisor.ConsoleSession;
import io.kvorum.agent.xml.Element;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.libvirt.Stream;

/** Consoles of libvirt's guests: VNC on the host's loopback, serial by libvirt's stream. */
final class LibvirtConsole {
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    /** VNC's own limit. */
    private static final int PASSWORD_LENGTH = 8;

    private static final int XML_SECURE = 1;
    private static final int AFFECT_LIVE = 1;
    private static final int BUFFER = 32 << 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    private LibvirtConsole() {}

    static String password() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return password.toString();
    }

    /** Sets a fresh password; returns it. */
    static String unlock(Domain domain, Duration validFor) throws LibvirtException {
        String password = password();
        Element graphics = graphics(domain)
                .with("passwd", password)
                .with(
                        "passwdValidTo",
                        LocalDateTime.ofInstant(
                                Instant.now().plus(validFor).truncatedTo(ChronoUnit.SECONDS), ZoneOffset.UTC));
        domain.updateDeviceFlags(graphics.toString(), AFFECT_LIVE);
        return password;
    }

    private static Element graphics(Domain domain) throws LibvirtException {
        return Element.parse(domain.getXMLDesc(XML_SECURE)).at("devices").all("graphics").stream()
                .filter(graphics -> graphics.get("type").equals("vnc"))
                .findFirst()
                .orElseThrow(() -> CommandFailure.notFound("The VM has no VNC console; switch its graphics on"));
    }

    static ConsoleSession vnc(Domain domain, ConsoleOutput output) throws LibvirtException {
        int port = Integer.parseInt(graphics(domain).get("port"));
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 5000);
            socket.setTcpNoDelay(true);
        } catch (IOException e) {
            throw CommandFailure.hypervisor("The VNC console on port " + port + " does not answer: " + e.getMessage());
        }
        Thread.ofPlatform().name("console-vnc").daemon().start(() -> {
            String reason = "The guest's VNC server closed the console";
            try (socket) {
                byte[] buffer = new byte[BUFFER];
                for (int read = socket.getInputStream().read(buffer);
                        read >= 0;
                        read = socket.getInputStream().read(buffer)) {
                    output.receive(Arrays.copyOf(buffer, read));
                }
            } catch (IOException e) {
                reason = "The console broke: " + e.getMessage();
            }
            output.ended(reason);
        });
        return new ConsoleSession() {
            @Override
            public void send(byte[] data) {
                try {
                    socket.getOutputStream().write(data);
                } catch (IOException e) {
                    throw CommandFailure.hypervisor("The console broke: " + e.getMessage());
                }
            }

            @Override
            public void close() {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw CommandFailure.hypervisor("The console did not close: " + e.getMessage());
                }
            }
        };
    }

    static ConsoleSession serial(Connect connection, Domain domain, ConsoleOutput output) throws LibvirtException {
        Stream stream = connection.streamNew(0);
        LibvirtExtra.openConsole(domain, stream);
        Thread.ofPlatform().name("console-serial").daemon().start(() -> {
            String reason = "The guest's serial port closed";
            try {
                byte[] buffer = new byte[BUFFER];
                for (int read = stream.receive(buffer); read > 0; read = stream.receive(buffer)) {
                    output.receive(Arrays.copyOf(buffer, read));
                }
            } catch (LibvirtException e) {
                reason = "The console broke: " + e.getMessage();
            }
            output.ended(reason);
        });
        return new ConsoleSession() {
            private boolean aborted;

            @Override
            public void send(byte[] data) {
                byte[] rest = data;
                while (rest.length > 0) {
                    byte[] part = rest;
                    int sent = LibvirtProblem.ask("Writing to the serial console", () -> stream.send(part));
                    if (sent <= 0) {
                        throw CommandFailure.hypervisor("The serial console took no more input");
                    }
                    rest = Arrays.copyOfRange(rest, sent, rest.length);
                }
            }

            @Override
            public synchronized void close() {
                if (!aborted) {
                    aborted = true;
                    try {
                        stream.abort();
                    } catch (LibvirtException e) {
                        // It ended already.
                    }
                }
            }
        };
    }
}
