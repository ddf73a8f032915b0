package io.kvorum.trials;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a guest itself says: its ticks, one a second, on its serial port, which every host keeps in a log. Two hosts
 * whose logs grow at once would be two copies.
 */
public final class Guest {

    private static final Pattern TICK = Pattern.compile("tick ([0-9a-f-]{36}) (\\d+) ([0-9.]+)");
    private static final Pattern SIZE = Pattern.compile("size (\\d+) (\\d+)");
    private static final int HOSTS = 9;
    private static final long POLL_MILLIS = 50;
    private static final Duration TELL_LIMIT = Duration.ofSeconds(30);
    private static final Duration ENOUGH_FOR_A_COPY_TO_TICK = Duration.ofSeconds(3);

    private final Lab lab;
    private final String vmId;

    public Guest(Lab lab, String vmId) {
        this.lab = lab;
        this.vmId = vmId;
    }

    /** One tick. {@code boot} differs for every boot of the guest; {@code sequence} grows by one. */
    public record Tick(int host, String boot, long sequence) {}

    /** All ticks in the log of that host, in order. */
    public List<Tick> ticks(int host) throws IOException {
        Path log = lab.serialLog(host, vmId);
        List<Tick> ticks = new ArrayList<>();
        if (Files.exists(log)) {
            Matcher matcher = TICK.matcher(Files.readString(log, StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                ticks.add(new Tick(host, matcher.group(1), Long.parseLong(matcher.group(2))));
            }
        }
        return ticks;
    }

    /** Number of all ticks on all hosts. */
    public int count() throws IOException {
        int count = 0;
        for (int host = 1; host <= HOSTS; host++) {
            count += ticks(host).size();
        }
        return count;
    }

    /** Waits for a tick that was not there before; answers the host it came from. */
    public Tick awaitTick(Duration limit) throws IOException, InterruptedException {
        int[] before = counts();
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            int[] now = counts();
            for (int host = 1; host <= HOSTS; host++) {
                if (now[host] > before[host]) {
                    return ticks(host).getLast();
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new IllegalStateException("VM " + vmId + " did not tick for " + limit.toSeconds() + " s");
    }

    /** Tells it over its serial port on that host, and waits until it says that it has done so. */
    public void tell(int host, String command) throws IOException, InterruptedException {
        Pattern done = Pattern.compile(Pattern.quote("done " + command));
        long before = said(host, done);
        // QEMU looks once a second whether anybody has the port open, and drops what was sent before it saw so.
        lab.run(
                "exec",
                "host-" + host,
                "sh",
                "-c",
                "{ sleep 2; echo '" + command + "'; sleep 2; } >$(virsh -q ttyconsole " + vmId + ")");
        long deadline = System.nanoTime() + TELL_LIMIT.toNanos();
        while (said(host, done) <= before) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("VM " + vmId + " did not say that it has done: " + command);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** What it sees of its CPUs and its memory, less what its kernel keeps. */
    public record Size(int cpus, long memoryBytes) {}

    /** Lets it take what was plugged in, on that host, and tell what it has. */
    public Size size(int host) throws IOException, InterruptedException {
        tell(host, "size");
        Matcher matcher = SIZE.matcher(Files.readString(lab.serialLog(host, vmId), StandardCharsets.ISO_8859_1));
        Size last = new Size(0, 0);
        while (matcher.find()) {
            last = new Size(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)) << 10);
        }
        return last;
    }

    private long said(int host, Pattern line) throws IOException {
        Path log = lab.serialLog(host, vmId);
        return Files.exists(log)
                ? line.matcher(Files.readString(log, StandardCharsets.ISO_8859_1))
                        .results()
                        .count()
                : 0;
    }

    /**
     * Hosts on which it runs: one, unless there are two copies. Waits for a guest that is still booting or that a busy
     * machine lets wait, and then for one more to show itself.
     *
     * @throws IllegalStateException it runs nowhere
     */
    public List<Integer> runsOn(Duration limit) throws IOException, InterruptedException {
        int[] before = counts();
        awaitTick(limit);
        Thread.sleep(ENOUGH_FOR_A_COPY_TO_TICK);
        return tickedSince(before);
    }

    /** Hosts on which it ticked within that time. */
    public List<Integer> tickingOn(Duration within) throws IOException, InterruptedException {
        int[] before = counts();
        Thread.sleep(within);
        return tickedSince(before);
    }

    private List<Integer> tickedSince(int[] before) throws IOException {
        int[] after = counts();
        List<Integer> hosts = new ArrayList<>();
        for (int host = 1; host <= HOSTS; host++) {
            if (after[host] > before[host]) {
                hosts.add(host);
            }
        }
        return hosts;
    }

    private int[] counts() throws IOException {
        int[] counts = new int[HOSTS + 1];
        for (int host = 1; host <= HOSTS; host++) {
            counts[host] = ticks(host).size();
        }
        return counts;
    }

    /** Watches the guest from now on until it is closed. */
    public Watch watch() {
        return new Watch();
    }

    /** Measures the longest time without a tick. */
    public final class Watch implements AutoCloseable {

        private volatile boolean running = true;
        private volatile long longestNanos;
        private final Thread thread = Thread.ofPlatform().daemon().start(this::follow);

        private void follow() {
            try {
                int last = count();
                long lastNanos = System.nanoTime();
                while (running) {
                    int now = count();
                    if (now != last) {
                        longestNanos = Math.max(longestNanos, System.nanoTime() - lastNanos);
                        last = now;
                        lastNanos = System.nanoTime();
                    }
                    Thread.sleep(POLL_MILLIS);
                }
                longestNanos = Math.max(longestNanos, System.nanoTime() - lastNanos);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Ends the watch and answers the longest gap between two ticks. */
        public Duration longestGap() throws InterruptedException {
            running = false;
            thread.join();
            return Duration.ofNanos(longestNanos);
        }

        @Override
        public void close() throws InterruptedException {
            longestGap();
        }
    }
}
