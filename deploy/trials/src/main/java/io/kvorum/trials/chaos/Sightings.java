package io.kvorum.trials.chaos;

import io.kvorum.trials.Guest;
import io.kvorum.trials.Guest.Tick;
import io.kvorum.trials.Lab;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where guests ticked, and when: each host's serial logs, looked at again and again. A guest that ticks on two hosts at
 * the same time runs twice. What a guest finds on its disk when it boots is compared with what it had said before.
 */
final class Sightings implements AutoCloseable {

    private static final long LOOK_MILLIS = 200;

    /** Ticks come every second; what is seen of a migration on both sides lies within this. */
    private static final long OVERLAP_MILLIS = 1500;

    private static final Pattern ON_DISK = Pattern.compile("disk ([0-9a-f-]{36}) last-sequence (\\d+)");

    /** One boot of one guest on one host. */
    private static final class Run {
        final String boot;
        final int host;
        final long firstMillis;
        long lastMillis;
        long firstSequence;
        long lastSequence;

        Run(Tick tick, long nowMillis) {
            boot = tick.boot();
            host = tick.host();
            firstMillis = nowMillis;
            lastMillis = nowMillis;
            firstSequence = tick.sequence();
            lastSequence = tick.sequence();
        }
    }

    private final Lab lab;
    private final int hosts;
    private final List<String> vms;
    private final Map<String, List<Run>> runs = new HashMap<>();
    private final Map<String, Integer> seen = new HashMap<>();
    private final List<String> troubles = new ArrayList<>();
    private volatile boolean running = true;
    private final Thread thread;

    Sightings(Lab lab, int hosts, List<String> vms) {
        this.lab = lab;
        this.hosts = hosts;
        this.vms = List.copyOf(vms);
        this.thread = Thread.ofPlatform().daemon().name("sightings").start(this::watch);
    }

    private void watch() {
        while (running) {
            try {
                for (String vm : vms) {
                    for (int host = 1; host <= hosts; host++) {
                        look(vm, host);
                    }
                }
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException e) {
                trouble("The serial logs cannot be read: " + e.getMessage());
            }
        }
    }

    private synchronized void look(String vm, int host) throws IOException {
        List<Tick> ticks = new Guest(lab, vm).ticks(host);
        int before = seen.getOrDefault(vm + "/" + host, 0);
        long now = System.nanoTime() / 1_000_000;
        for (Tick tick : ticks.subList(Math.min(before, ticks.size()), ticks.size())) {
            see(vm, tick, now);
        }
        seen.put(vm + "/" + host, ticks.size());
    }

    private void see(String vm, Tick tick, long now) {
        List<Run> all = runs.computeIfAbsent(vm, id -> new ArrayList<>());
        for (Run run : all) {
            if (run.host == tick.host() && run.boot.equals(tick.boot()) && now - run.lastMillis < 60_000) {
                run.lastMillis = now;
                run.lastSequence = tick.sequence();
                return;
            }
        }
        Run begins = new Run(tick, now);
        all.add(begins);
    }

    /** Every pair of runs of one guest on different hosts, or of different boots, that overlapped. */
    synchronized List<String> twice() {
        List<String> found = new ArrayList<>();
        runs.forEach((vm, all) -> {
            for (int i = 0; i < all.size(); i++) {
                for (int j = i + 1; j < all.size(); j++) {
                    Run a = all.get(i);
                    Run b = all.get(j);
                    long overlap = Math.min(a.lastMillis, b.lastMillis) - Math.max(a.firstMillis, b.firstMillis);
                    if (overlap > OVERLAP_MILLIS) {
                        found.add("VM " + vm + " ran on host-" + a.host + " (boot " + a.boot + ") and on host-" + b.host
                                + " (boot " + b.boot + ") for " + overlap + " ms");
                    }
                }
            }
        });
        return found;
    }

    /**
     * What guests found on their disks at boot, where it was not what an earlier boot of theirs had written last. The
     * guest writes before it says so, and may die in between.
     */
    synchronized List<String> foreignWrites() throws IOException {
        List<String> found = new ArrayList<>(troubles);
        for (String vm : vms) {
            List<Run> all = runs.getOrDefault(vm, List.of());
            for (int host = 1; host <= hosts; host++) {
                Path log = lab.serialLog(host, vm);
                if (!Files.exists(log)) {
                    continue;
                }
                Matcher matcher = ON_DISK.matcher(Files.readString(log, StandardCharsets.ISO_8859_1));
                while (matcher.find()) {
                    long onDisk = Long.parseLong(matcher.group(2));
                    String boot = matcher.group(1);
                    boolean known = all.stream()
                            .filter(run -> !run.boot.equals(boot))
                            .anyMatch(run -> Math.abs(run.lastSequence - onDisk) <= 2);
                    if (!known && !all.isEmpty() && !all.getFirst().boot.equals(boot)) {
                        found.add("VM " + vm + " found sequence " + onDisk + " on its disk on host-" + host
                                + ", which none of its boots had reached last");
                    }
                }
            }
        }
        return found;
    }

    private synchronized void trouble(String what) {
        if (troubles.size() < 100) {
            troubles.add(what);
        }
    }

    @Override
    public void close() throws InterruptedException {
        running = false;
        thread.join();
    }
}
