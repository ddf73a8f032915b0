package io.kvorum.agent.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What came of a program that was run with an argument list, never by a shell.
 *
 * @param status exit status; negative when it did not end in time and was killed
 * @param output what it printed, both streams, at most 256 KiB
 */
public record ChildProcess(int status, String output) {
    private static final int MAX_OUTPUT = 256 << 10;

    /** Runs it to its end or to the time limit; {@code input} goes to its standard input, which is then closed. */
    public static ChildProcess run(List<String> command, String input, Duration limit) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        CompletableFuture<String> output = new CompletableFuture<>();
        Thread reader = Thread.ofPlatform()
                .daemon()
                .name("output of " + command.getFirst())
                .start(() -> {
                    try (InputStream in = process.getInputStream()) {
                        byte[] head = in.readNBytes(MAX_OUTPUT);
                        in.transferTo(java.io.OutputStream.nullOutputStream());
                        output.complete(new String(head, StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        output.complete("");
                    }
                });
        try {
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading; its exit status tells.
            }
            if (!process.waitFor(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                return new ChildProcess(-1, "");
            }
            reader.join(2000);
            return new ChildProcess(process.exitValue(), output.getNow(""));
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while " + command.getFirst() + " ran", e);
        }
    }
}
