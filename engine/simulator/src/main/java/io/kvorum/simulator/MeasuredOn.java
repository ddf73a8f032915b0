package io.kvorum.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The machine that a benchmark runs on. */
public final class MeasuredOn {

    private MeasuredOn() {}

    public static void print() throws IOException {
        System.out.printf(
                Locale.ROOT,
                "Machine: %d × %s, %s, Linux %s, load %s; Java %s, heap %d MB%n",
                Runtime.getRuntime().availableProcessors(),
                field(Path.of("/proc/cpuinfo"), "model name"),
                field(Path.of("/proc/meminfo"), "MemTotal"),
                System.getProperty("os.version"),
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0],
                System.getProperty("java.version"),
                Runtime.getRuntime().maxMemory() / 1_000_000);
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
