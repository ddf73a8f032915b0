package io.kvorum.agent.fencing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.PowerAction;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With src/test/sh/fence_ipmilan in place of the real one, which the build puts first into PATH. */
class FenceAgentsTest {
    private static final String PASSWORD = "correct-horse-battery";
    private static final Path BMC = Path.of(Objects.requireNonNull(
            System.getenv("FENCE_TEST_DIR"), "FENCE_TEST_DIR is set by the build; run these tests with Maven"));

    final FenceAgents agents = new FenceAgents();

    @BeforeEach
    void switchOn() throws IOException {
        Files.createDirectories(BMC);
        Files.writeString(BMC.resolve("power"), "on\n");
        Files.writeString(BMC.resolve("behaviour"), "well\n");
    }

    @Test
    void switchesOffAndOnAndTellsState() {
        assertEquals(PowerState.POWER_STATE_ON, control(PowerAction.POWER_ACTION_STATUS, 10));
        assertEquals(PowerState.POWER_STATE_OFF, control(PowerAction.POWER_ACTION_OFF, 10));
        assertEquals(PowerState.POWER_STATE_OFF, control(PowerAction.POWER_ACTION_STATUS, 10));
        assertEquals(PowerState.POWER_STATE_ON, control(PowerAction.POWER_ACTION_ON, 10));
    }

    @Test
    void doesNotBelieveAnAgentThatSaysOffWhileThePowerIsOn() throws IOException {
        behave("stuck");

        CommandFailure failed = assertThrows(CommandFailure.class, () -> control(PowerAction.POWER_ACTION_OFF, 2));

        assertEquals(FailureReason.FAILURE_REASON_TIMED_OUT, failed.reason());
        assertTrue(String.valueOf(failed.getMessage()).contains("must not be taken as off"), failed.getMessage());
    }

    @Test
    void tellsUnreachableBmcFromOneThatIsOff() throws IOException {
        behave("broken");

        CommandFailure failed = assertThrows(CommandFailure.class, () -> control(PowerAction.POWER_ACTION_OFF, 5));

        assertEquals(FailureReason.FAILURE_REASON_UNREACHABLE, failed.reason());
    }

    @Test
    void endsWithItsTimeLimitWhereTheAgentHangs() throws IOException {
        behave("hangs");
        long begun = System.nanoTime();

        assertThrows(CommandFailure.class, () -> control(PowerAction.POWER_ACTION_STATUS, 1));

        assertTrue(Duration.ofNanos(System.nanoTime() - begun).toSeconds() < 20);
    }

    @Test
    void handsThePasswordOverOnStandardInputOnly() throws IOException {
        List<String> logged = new ArrayList<>();
        Handler listener = new Handler() {
            @Override
            public synchronized void publish(LogRecord record) {
                logged.add(record.getMessage() + record.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(listener);
        try {
            control(PowerAction.POWER_ACTION_OFF, 10);
            behave("broken");
            CommandFailure failed = assertThrows(CommandFailure.class, () -> control(PowerAction.POWER_ACTION_OFF, 5));

            assertFalse(String.valueOf(failed.getMessage()).contains(PASSWORD));
        } finally {
            root.removeHandler(listener);
        }
        assertTrue(Files.readString(BMC.resolve("stdin")).contains("password=" + PASSWORD + "\n"));
        assertFalse(Files.readString(BMC.resolve("argv")).contains(PASSWORD));
        assertFalse(Files.readString(BMC.resolve("env")).contains(PASSWORD));
        assertFalse(logged.toString().contains(PASSWORD));
    }

    @Test
    void refusesValuesThatSmuggleInOptions() {
        for (PowerAgent.Builder wrong : List.of(
                agent().setPassword("x\naction=on"),
                agent().setUsername("x\raction=on"),
                agent().setUsername("x\0"),
                agent().setAddress("10.0.0.1\nip=10.0.0.2"),
                agent().setAddress("-o"),
                agent().setPort(70_000),
                agent().putOptions("login_timeout", "1\naction=on"),
                agent().setPassword("x".repeat(600)))) {
            if (wrong.getAddress().equals("-o")) {
                // Goes through standard input, where a dash means nothing.
                FenceAgents.input(wrong.build(), "status");
                continue;
            }
            CommandFailure refused =
                    assertThrows(CommandFailure.class, () -> FenceAgents.input(wrong.build(), "status"));
            assertEquals(FailureReason.FAILURE_REASON_INVALID, refused.reason());
        }
    }

    @Test
    void refusesOptionsThatAreNotOnItsList() {
        for (String name :
                List.of("action", "password", "passwd_script", "ipmitool_path", "debug_file", "verbose", "x\ny", "")) {
            CommandFailure refused = assertThrows(
                    CommandFailure.class,
                    () -> FenceAgents.input(agent().putOptions(name, "1").build(), "status"),
                    name);
            assertEquals(FailureReason.FAILURE_REASON_INVALID, refused.reason());
        }
    }

    @Test
    void refusesUnknownTypesOfAgent() {
        for (String type : List.of("", "virsh", "ipmilan\n", "../bin/sh", "dummy")) {
            assertThrows(
                    CommandFailure.class,
                    () -> FenceAgents.input(agent().setType(type).build(), "status"),
                    type);
        }
    }

    @Test
    void writesOneLineAnOption() {
        assertEquals(
                """
                action=status
                cipher=17
                ip=10.0.0.1
                ipport=6230
                lanplus=1
                password=correct-horse-battery
                username=admin
                """,
                FenceAgents.input(
                        agent().setPort(6230).putOptions("cipher", "17").build(), "status"));
    }

    private PowerState control(PowerAction action, int seconds) {
        return agents.control(
                PowerControl.newBuilder().setAction(action).setAgent(agent()).build(),
                new CommandContext(
                        "c",
                        "o",
                        System.nanoTime() + Duration.ofSeconds(seconds).toNanos(),
                        progress -> {}));
    }

    private static PowerAgent.Builder agent() {
        return PowerAgent.newBuilder()
                .setType("ipmilan")
                .setAddress("10.0.0.1")
                .setUsername("admin")
                .setPassword(PASSWORD);
    }

    private static void behave(String how) throws IOException {
        Files.writeString(BMC.resolve("behaviour"), how + "\n");
    }
}
