package io.kvorum.trials.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The machine a benchmark runs on, and what its processes take. */
final class Machine {

    /** USER_HZ, which Linux has fixed for programs. */
    private static final double CLOCK_TICKS_PER_SECOND = 100;

    private Machine() {}

    static void print() throws IOException {
        String cpu = field(Path.of("/proc/cpuinfo"), "model name");
        String memory = field(Path.of("/proc/meminfo"), "MemTotal");
        System.out.printf(
                Locale.ROOT,
                "Machine: %d × %s, %s, Linux %s, load %s%n",
                Runtime.getRuntime().availableProcessors(),
                cpu,
                memory,
                System.getProperty("os.version"),
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    /** Resident memory of a process, MB of 10^6 bytes. */
    static double residentMb(long pid) throws IOException {
        String kilobytes = field(Path.of("/proc/" + pid + "/status"), "VmRSS").split(" ")[0];
        return Long.parseLong(kilobytes) * 1024 / 1e6;
    }

    /** CPU time that a process has taken so far, in seconds. */
    static double cpuSeconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / CLOCK_TICKS_PER_SECOND;
    }

    /** What a JVM's heap holds after a full collection, MB. */
    static double liveHeapMb(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd");
        Process histogram = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String output = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        histogram.waitFor();
        Matcher total = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)").matcher(output);
        if (!total.find()) {
            throw new IOException("jcmd says nothing of the heap of " + pid + ": "
                    + output.lines().findFirst());
        }
        return Long.parseLong(total.group(1)) / 1e6;
    }

    /** The value that so many percent of the values do not exceed (nearest rank). */
    static double percentile(List<Double> values, int percent) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * percent / 100.0) - 1));
    }

    /** Proportional share of all processes whose command line contains that, MB: shared pages count once. */
    static double proportionalMb(String commandPart) throws IOException {
        long kilobytes = 0;
        for (long pid : pids(commandPart)) {
            try {
                kilobytes += Long.parseLong(
                        field(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss").split(" ")[0]);
            } catch (IOException e) {
                // It ended meanwhile.
            }
        }
        return kilobytes * 1024 / 1e6;
    }

    static List<Long> pids(String commandPart) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .filter(name -> commandLine(name).contains(commandPart))
                    .map(Long::parseLong)
                    .toList();
        }
    }

    private static String commandLine(String pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
