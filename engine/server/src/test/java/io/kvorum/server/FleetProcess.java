package io.kvorum.server;

import io.kvorum.agent.simulated.FleetControl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code kvorum-agent simulate} as a process of its own: what the engine talks to as it does to real hosts. */
final class FleetProcess {

    private final Process process;
    private final Path stateDir;
    private final Path log;

    private FleetProcess(Process process, Path stateDir, Path log) {
        this.process = process;
        this.stateDir = stateDir;
        this.log = log;
    }

    /** Starts it; it ends with this JVM. */
    static FleetProcess start(Path stateDir, String token, String... options) throws IOException {
        Files.createDirectories(stateDir);
        Path tokenFile = Files.writeString(stateDir.resolve("join-token"), token);
        Path log = stateDir.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.kvorum.agent.AgentMain",
                "simulate",
                "--state-dir",
                stateDir.toString(),
                "--token-file",
                tokenFile.toString(),
                "--port",
                "0"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return new FleetProcess(process, stateDir, log);
    }

    /** Asks the fleet or disturbs it, in the words of {@code kvorum-agent fleet}. */
    String ask(String... words) {
        try {
            return FleetControl.ask(stateDir, List.of(words));
        } catch (IOException e) {
            throw new AssertionError(String.join(" ", words) + ": " + e.getMessage() + "; its log:\n" + log(), e);
        }
    }

    List<String> vmsOn(String host) {
        return ask("vms", host).lines().toList();
    }

    /** Its exit status once it has ended by itself. */
    int exitStatus() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("It still runs; its log:\n" + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return process.exitValue();
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
