package io.kvorum.agent.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.UpgradeResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes that outlive whoever began them. */
class PackageUpgradeTest {
    @TempDir
    Path dir;

    private PackageUpgrade upgrade(String command) {
        return new PackageUpgrade(dir.resolve("upgrades"), Optional.of(command), dir.resolve("reboot-required"));
    }

    private static CommandContext context(UUID id, Duration limit) {
        return new CommandContext(id.toString(), "", System.nanoTime() + limit.toNanos(), progress -> {});
    }

    private static CommandContext context() {
        return context(UUID.randomUUID(), Duration.ofSeconds(60));
    }

    private static String said(CommandFailure failure) {
        return String.valueOf(failure.getMessage());
    }

    private int begun() throws IOException {
        Path counted = dir.resolve("begun");
        return Files.exists(counted) ? Files.readAllLines(counted).size() : 0;
    }

    private String counting(String then) {
        return "echo one >>" + dir.resolve("begun") + "; " + then;
    }

    @Test
    void tellsWhatWasSaidAndWhetherARebootIsWanted() throws IOException {
        UpgradeResult quiet = upgrade("echo 3 upgraded; echo to stderr >&2").upgrade(context());
        assertFalse(quiet.getRebootRequired());
        assertEquals("3 upgraded\nto stderr", quiet.getLastLines());

        UpgradeResult reboot =
                upgrade("touch " + dir.resolve("reboot-required")).upgrade(context());
        assertTrue(reboot.getRebootRequired());
    }

    @Test
    void aFailureTellsTheStatusAndTheLastThatWasSaid() {
        CommandFailure failure = assertThrows(
                CommandFailure.class,
                () -> upgrade("printf 'no \\033[31mmirror'; exit 100").upgrade(context()));

        assertEquals(FailureReason.FAILURE_REASON_HYPERVISOR, failure.reason());
        assertTrue(said(failure).contains("ended with 100"), said(failure));
        assertTrue(said(failure).contains("mirror"), said(failure));
        assertFalse(said(failure).contains("\033"), "control characters are not passed on");
    }

    @Test
    void itOutlivesItsAgentAndIsNotBegunAgain() throws IOException {
        UUID id = UUID.randomUUID();
        PackageUpgrade first = upgrade(counting("sleep 3; echo done"));
        CommandFailure late = assertThrows(
                CommandFailure.class, () -> first.upgrade(context(id, Duration.ofMillis(800))), "the agent ends here");
        assertEquals(FailureReason.FAILURE_REASON_TIMED_OUT, late.reason());

        PackageUpgrade next = upgrade("echo another command");
        assertEquals("done", next.resume(context(id, Duration.ofSeconds(60))).getLastLines());
        assertEquals("done", next.upgrade(context(id, Duration.ofSeconds(60))).getLastLines());
        assertEquals(1, begun());
    }

    @Test
    void whatWasKilledWithItsAgentIsInterrupted() throws IOException {
        UUID id = UUID.randomUUID();
        PackageUpgrade upgrade = upgrade("sleep 60");
        assertThrows(CommandFailure.class, () -> upgrade.upgrade(context(id, Duration.ofSeconds(2))));
        long pid = Long.parseLong(
                Files.readString(dir.resolve("upgrades").resolve(id.toString()).resolve("pid"))
                        .strip());
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();

        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> upgrade.resume(context(id, Duration.ofSeconds(30))));
        assertEquals(FailureReason.FAILURE_REASON_INTERRUPTED, failure.reason());
        CommandFailure never = assertThrows(CommandFailure.class, () -> upgrade.resume(context()));
        assertEquals(FailureReason.FAILURE_REASON_INTERRUPTED, never.reason());
    }

    @Test
    void aHostThatShallNotBeUpgradedSaysSo() {
        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> upgrade("").upgrade(context()));
        assertTrue(said(failure).contains("upgrade.command"), said(failure));
    }

    @Test
    void onlyTheLastFewAreKept() throws IOException {
        PackageUpgrade upgrade = upgrade("true");
        for (int i = 0; i < 8; i++) {
            upgrade.upgrade(context());
        }
        try (Stream<Path> kept = Files.list(dir.resolve("upgrades"))) {
            assertEquals(5, kept.count());
        }
    }
}
