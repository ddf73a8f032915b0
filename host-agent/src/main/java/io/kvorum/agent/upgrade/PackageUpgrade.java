package io.kvorum.agent.upgrade;

import io.kvorum.agent.files.AtomicFile;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.rules.Rules;
import io.kvorum.agent.storage.ChildProcess;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.UpgradeResult;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Upgrades by a command of the host's package manager. It runs outside of the agent, as a unit of systemd's or in a session of its own, since
 * it may replace and restart the agent. What it printed and how it ended is kept in a folder with the id of the command; the last few
 * are kept.
 */
public final class PackageUpgrade implements HostUpgrade {
    private static final String APT = "apt-get -q update && DEBIAN_FRONTEND=noninteractive"
            + " apt-get -q -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold dist-upgrade";
    private static final String DNF = "dnf -y upgrade && { ! command -v needs-restarting >/dev/null"
            + " || needs-restarting -r >/dev/null || touch /run/reboot-required; }";

    /** Writes its own process, runs the command of the folder and leaves its exit status, all or nothing. */
    private static final String RUN = """
            exec >/dev/null 2>&1 </dev/null
            cd "$1" || exit 1
            echo $$ >pid.part && mv pid.part pid
            sh ./command >output 2>&1
            echo $? >status.part && mv status.part status
            """;

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration BEGIN = Duration.ofSeconds(20);
    private static final int LAST_BYTES = 2000;
    private static final int KEPT = 5;

    private final Path folder;
    private final Optional<String> configured;
    private final Path rebootMark;
    private final boolean systemd;

    /**
     * @param folder that keeps what came of upgrades
     * @param configured the command, for {@code /bin/sh}; without it that of apt or dnf, whichever is there
     * @param rebootMark a file that is there while the host wants a reboot, such as Debian's {@code /run/reboot-required}
     */
    public PackageUpgrade(Path folder, Optional<String> configured, Path rebootMark) {
        this.folder = folder.toAbsolutePath();
        this.configured = configured;
        this.rebootMark = rebootMark;
        this.systemd = Files.isDirectory(Path.of("/run/systemd/system"));
    }

    @Override
    public UpgradeResult upgrade(CommandContext context) {
        Path run = folder(context);
        try {
            if (!Files.isDirectory(run)) {
                forgetOld();
                begin(run, command());
            }
            return await(run, context);
        } catch (IOException e) {
            throw CommandFailure.hypervisor("The upgrade could not be begun: " + e.getMessage());
        }
    }

    @Override
    public UpgradeResult resume(CommandContext context) {
        Path run = folder(context);
        try {
            if (!Files.isDirectory(run)) {
                throw interrupted("had not begun it");
            }
            return await(run, context);
        } catch (IOException e) {
            throw CommandFailure.hypervisor("Nobody can say how the upgrade ended: " + e.getMessage());
        }
    }

    private Path folder(CommandContext context) {
        return folder.resolve(Rules.uuid("The command's id", context.commandId()));
    }

    private String command() {
        if (configured.isPresent()) {
            if (configured.get().isEmpty()) {
                throw CommandFailure.conflict(
                        "This host is not upgraded by Kvorum: upgrade.command in its agent's settings is empty");
            }
            return configured.get();
        }
        if (Files.isExecutable(Path.of("/usr/bin/apt-get"))) {
            return APT;
        }
        if (Files.isExecutable(Path.of("/usr/bin/dnf"))) {
            return DNF;
        }
        throw CommandFailure.conflict(
                "This host has neither apt-get nor dnf; give upgrade.command in its agent's settings");
    }

    private void begin(Path run, String command) throws IOException {
        Files.createDirectories(run);
        AtomicFile.write(run.resolve("command"), command + "\n", "rw-------");
        AtomicFile.write(run.resolve("run"), RUN, "rw-------");
        List<String> script = List.of("/bin/sh", run.resolve("run").toString(), run.toString());
        List<String> start = systemd
                ? List.of("systemd-run", "--quiet", "--collect", "--unit=kvorum-upgrade-" + run.getFileName())
                : List.of("setsid", "--fork");
        ChildProcess begun =
                ChildProcess.run(Stream.concat(start.stream(), script.stream()).toList(), "", BEGIN);
        if (begun.status() != 0) {
            throw new IOException(
                    start.getFirst() + " ended with " + begun.status() + ": " + printable(begun.output()));
        }
    }

    private UpgradeResult await(Path run, CommandContext context) throws IOException {
        long begunNanos = System.nanoTime();
        while (!Files.exists(run.resolve("status"))) {
            boolean beginning = System.nanoTime() - begunNanos < BEGIN.toNanos() && !Files.exists(run.resolve("pid"));
            if (!beginning && !runs(run) && !Files.exists(run.resolve("status"))) {
                throw interrupted("or the whole host ended, and so did it");
            }
            if (context.expired()) {
                throw CommandFailure.timedOut("The upgrade still runs; what it prints is in " + run.resolve("output"));
            }
            context.pause(LOOK);
        }
        String status = Files.readString(run.resolve("status")).strip();
        String said = lastLines(run.resolve("output"));
        if (!status.equals("0")) {
            throw CommandFailure.hypervisor(
                    "The upgrade ended with " + printable(status) + ". The last it said: " + said);
        }
        return UpgradeResult.newBuilder()
                .setRebootRequired(Files.exists(rebootMark))
                .setLastLines(said)
                .build();
    }

    /** Whether the process that wrote its number there is alive, and still that one. */
    private static boolean runs(Path run) throws IOException {
        String pid = Files.exists(run.resolve("pid"))
                ? Files.readString(run.resolve("pid")).strip()
                : "";
        return pid.matches("[0-9]{1,9}")
                && ProcessHandle.of(Long.parseLong(pid))
                        .flatMap(process -> process.info().arguments())
                        .filter(arguments -> List.of(arguments).contains(run.toString()))
                        .isPresent();
    }

    private static String lastLines(Path output) throws IOException {
        if (!Files.exists(output)) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "r")) {
            long length = file.length();
            file.seek(Math.max(0, length - LAST_BYTES));
            byte[] last = new byte[(int) Math.min(LAST_BYTES, length)];
            file.readFully(last);
            return printable(new String(last, StandardCharsets.UTF_8));
        }
    }

    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\\n]]", " ").strip();
    }

    private static CommandFailure interrupted(String what) {
        return new CommandFailure(
                FailureReason.FAILURE_REASON_INTERRUPTED,
                "The agent ended during the upgrade, " + what + ". It is safe to ask for another one");
    }

    private void forgetOld() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> runs = Files.list(folder)) {
            for (Path old : runs.sorted(
                            Comparator.comparing(PackageUpgrade::changed).reversed())
                    .skip(KEPT - 1)
                    .toList()) {
                forget(old);
            }
        }
    }

    private static FileTime changed(Path run) {
        try {
            return Files.getLastModifiedTime(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void forget(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            for (Path file : files.toList()) {
                Files.delete(Objects.requireNonNull(file));
            }
        }
        Files.delete(run);
    }
}
