package io.kvorum.agent.fencing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.PowerAction;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's own fence_redfish against the lab's Redfish BMC, over TLS on the loopback. Skipped where it is missing. */
@NullUnmarked
class RedfishTest {
    private static final String PASSWORD = "correct-horse-battery";
    private static final Path BMC = Path.of("../deploy/lab/redfish-bmc");

    @TempDir
    Path dir;

    final FenceAgents agents = new FenceAgents();
    Process bmc;
    int port;

    @BeforeEach
    void serve() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/fence_redfish")), "fence-agents is not installed");
        Path certificate = dir.resolve("bmc.pem");
        Process made = new ProcessBuilder(
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bmc -keyout"
                                .concat(" " + certificate + " -out " + dir.resolve("cert"))
                                .split(" "))
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("openssl.log").toFile())
                .start();
        assumeTrue(made.waitFor() == 0, "openssl is not installed");
        Files.writeString(certificate, Files.readString(certificate) + Files.readString(dir.resolve("cert")));
        Files.writeString(dir.resolve("power"), "1\n");
        Files.writeString(dir.resolve("late"), "0\n");
        Path chassis = dir.resolve("chassis");
        Files.writeString(chassis, """
                #!/bin/sh
                cd "$(dirname "$0")"
                case $1 in
                  get) echo "power:$(cat power)" ;;
                  set) (sleep "$(cat late)"; echo "$3" >power) >/dev/null 2>&1 & [ "$(cat late)" != 0 ] || wait ;;
                esac
                """);
        Files.setPosixFilePermissions(chassis, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(dir.resolve("password"), PASSWORD + "\n");
        port = freePort();
        bmc = new ProcessBuilder(
                        BMC.toString(),
                        "--address=127.0.0.1",
                        "--port=" + port,
                        "--password-file=" + dir.resolve("password"),
                        "--certificate=" + certificate,
                        chassis.toString())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("bmc.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(20)).until(this::listens);
    }

    @AfterEach
    void end() {
        if (bmc != null) {
            bmc.destroyForcibly();
        }
    }

    @Test
    void switchesOffAndOnAndTellsState() throws Exception {
        assertEquals(PowerState.POWER_STATE_ON, control(PowerAction.POWER_ACTION_STATUS, agent()));
        assertEquals(PowerState.POWER_STATE_OFF, control(PowerAction.POWER_ACTION_OFF, agent()));
        assertEquals("0", Files.readString(dir.resolve("power")).strip());
        assertEquals(PowerState.POWER_STATE_OFF, control(PowerAction.POWER_ACTION_STATUS, agent()));
        assertEquals(PowerState.POWER_STATE_ON, control(PowerAction.POWER_ACTION_ON, agent()));
    }

    @Test
    void aBmcThatSaysOffOnlyLaterIsAskedAgain() throws Exception {
        Files.writeString(dir.resolve("late"), "4\n");

        assertEquals(PowerState.POWER_STATE_OFF, control(PowerAction.POWER_ACTION_OFF, agent()));
        assertEquals("0", Files.readString(dir.resolve("power")).strip());
    }

    @Test
    void aWrongPasswordIsAFailureThatTellsNoSecret() {
        CommandFailure failed = assertThrows(
                CommandFailure.class, () -> control(PowerAction.POWER_ACTION_OFF, agent().setPassword("wrong-horse")));

        assertEquals(FailureReason.FAILURE_REASON_UNREACHABLE, failed.reason());
        assertFalse(String.valueOf(failed.getMessage()).contains("wrong-horse"));
        assertTrue(
                String.valueOf(failed.getMessage()).contains("It refused the user name or the password"),
                failed.getMessage());
    }

    @Test
    void aCertificateThatNobodySignedIsRefusedUnlessTheOperatorAllowsIt() {
        assertThrows(CommandFailure.class, () -> control(PowerAction.POWER_ACTION_STATUS, agent().clearOptions()));
    }

    @Test
    void aNameThatNobodyKnowsIsNamed() {
        CommandFailure failed = assertThrows(
                CommandFailure.class,
                () -> control(PowerAction.POWER_ACTION_STATUS, agent().setAddress("no-such-bmc.invalid")));

        assertTrue(String.valueOf(failed.getMessage()).contains("name is not known here"), failed.getMessage());
    }

    private PowerState control(PowerAction action, PowerAgent.Builder agent) {
        return agents.control(
                PowerControl.newBuilder().setAction(action).setAgent(agent).build(),
                new CommandContext(
                        "c", "o", System.nanoTime() + Duration.ofSeconds(60).toNanos(), progress -> {}));
    }

    private PowerAgent.Builder agent() {
        return PowerAgent.newBuilder()
                .setType("redfish")
                .setAddress("127.0.0.1")
                .setPort(port)
                .setUsername("admin")
                .setPassword(PASSWORD)
                .putOptions("ssl_insecure", "1");
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
