package io.kvorum.trials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The lab's command, and what it leaves on disk. */
public final class Lab {

    private static final long COMMAND_LIMIT_MINUTES = 10;

    private final Path command;
    private final Path folder;

    /** What a guest runs; each of them ticks. */
    public enum GuestImage {
        LINUX,
        /** Nothing but a boot sector: it ticks as soon as the BIOS has loaded it. */
        TICKER
    }

    /**
     * A lab.
     *
     * @param root the project's folder
     * @param folder the lab's own
     */
    public Lab(Path root, Path folder) {
        this.command = root.resolve("deploy/lab/lab");
        this.folder = folder;
    }

    /** Runs the command and returns the last line it printed; throws with its output if it fails. */
    public String run(String... arguments) throws IOException, InterruptedException {
        String printed = output(arguments);
        return printed.substring(printed.lastIndexOf('\n') + 1);
    }

    /** Runs the command and returns all it printed; throws with its output if it fails. */
    public String output(String... arguments) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(command.toString()));
        line.addAll(List.of(arguments));
        Path output = Files.createTempFile("kvorum-lab", ".log");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().put("KVORUM_LAB_DIR", folder.toString());
            Process process = builder.start();
            if (!process.waitFor(COMMAND_LIMIT_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("lab " + String.join(" ", arguments) + " took over 10 minutes");
            }
            String printed = Files.readString(output, StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0) {
                throw new IOException("lab " + String.join(" ", arguments) + " failed: " + printed);
            }
            return printed;
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** The image of a guest, made if it is not there. */
    public Path image(GuestImage guest) throws IOException, InterruptedException {
        return Path.of(run("image", guest.name().toLowerCase(Locale.ROOT)));
    }

    public String bmcPassword() throws IOException {
        return Files.readString(folder.resolve("bmc-password")).strip();
    }

    /** Address of the BMC of host-N. */
    public static String bmcAddress(int host) {
        return "10.88.0." + (100 + host);
    }

    /** Address of the machine itself on the lab's network: where hosts reach the engine. */
    public static String engineAddress() {
        return "10.88.0.1";
    }

    /** What host-N has of its own: its folders under {@code fs}. */
    public Path folderOf(int host) {
        return folder.resolve("hosts/host-" + host);
    }

    /** The serial log of a VM on host-N; it may not exist. */
    public Path serialLog(int host, String vmId) {
        return folderOf(host).resolve("fs/var/log/libvirt/kvorum-serial/" + vmId + ".log");
    }
}
