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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where guests ticked, and when: each host's serial logs, looked at again and again. A guest that ticks on two hosts at
 * the same time runs twice. What a guest finds on its disk when it boots is compared with what it had said before.
 */
final class Sightings implements AutoCloseable {

    private static final long LOOK_MILLIS = 200;

    /** What the logs' own delay may be. */
    private static final long OVERLAP_MILLIS = 1500;

    /** Lines that QEMU may still write on one side, and already on the other, when a migration switches over. */
    private static final int SHARED_TICKS = 2;

    private static final Pattern ON_DISK = Pattern.compile("disk ([0-9a-f-]{36}) last-sequence (\\d+)");

    /** One boot of one guest: it ends for good before another begins, and migrates with its numbers. */
    private static final class Boot {
        final long firstMillis;
        long lastMillis;
        long lastSequence;
        final Map<Integer, Set<Long>> sequences = new HashMap<>();

        Boot(long nowMillis) {
            firstMillis = nowMillis;
            lastMillis = nowMillis;
        }

        void tick(Tick tick, long nowMillis) {
            lastMillis = nowMillis;
            lastSequence = Math.max(lastSequence, tick.sequence());
            sequences.computeIfAbsent(tick.host(), host -> new HashSet<>()).add(tick.sequence());
        }
    }

    private final Lab lab;
    private final int hosts;
    private final List<String> vms;
    private final Map<String, Map<String, Boot>> boots = new HashMap<>();
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
        boots.computeIfAbsent(vm, id -> new LinkedHashMap<>())
                .computeIfAbsent(tick.boot(), id -> new Boot(now))
                .tick(tick, now);
    }

    /** Boots of one guest that ticked on after another had begun, and boots that said the same numbers on two hosts. */
    synchronized List<String> twice() {
        List<String> found = new ArrayList<>();
        boots.forEach((vm, all) -> {
            List<Map.Entry<String, Boot>> list = List.copyOf(all.entrySet());
            for (int i = 0; i < list.size(); i++) {
                Boot a = list.get(i).getValue();
                for (int j = i + 1; j < list.size(); j++) {
                    Boot b = list.get(j).getValue();
                    long overlap = Math.min(a.lastMillis, b.lastMillis) - Math.max(a.firstMillis, b.firstMillis);
                    if (overlap > OVERLAP_MILLIS) {
                        found.add("VM " + vm + " ran as boot " + list.get(i).getKey() + " on hosts "
                                + a.sequences.keySet() + " and as boot "
                                + list.get(j).getKey() + " on hosts " + b.sequences.keySet() + " for " + overlap
                                + " ms");
                    }
                }
                sharedTicks(a).forEach(hosts -> found.add("VM " + vm + " ran as one boot on both of " + hosts));
            }
        });
        return found;
    }

    private static List<List<Integer>> sharedTicks(Boot boot) {
        List<List<Integer>> found = new ArrayList<>();
        for (Integer a : boot.sequences.keySet()) {
            for (Integer b : boot.sequences.keySet()) {
                Set<Long> shared = new HashSet<>(boot.sequences.getOrDefault(a, Set.of()));
                shared.retainAll(boot.sequences.getOrDefault(b, Set.of()));
                if (a < b && shared.size() > SHARED_TICKS) {
                    found.add(List.of(a, b));
                }
            }
        }
        return found;
    }

    /**
     * What guests found on their disks at boot, where it was not what an earlier boot of theirs had written last. The
     * guest writes before it says so, and may die in between.
     */
    synchronized List<String> foreignWrites() throws IOException {
        List<String> found = new ArrayList<>(troubles);
        for (String vm : vms) {
            Map<String, Boot> all = boots.getOrDefault(vm, Map.of());
            for (int host = 1; host <= hosts; host++) {
                Path log = lab.serialLog(host, vm);
                if (!Files.exists(log)) {
                    continue;
                }
                Matcher matcher = ON_DISK.matcher(Files.readString(log, StandardCharsets.ISO_8859_1));
                while (matcher.find()) {
                    long onDisk = Long.parseLong(matcher.group(2));
                    String boot = matcher.group(1);
                    boolean known = all.entrySet().stream()
                            .filter(one -> !one.getKey().equals(boot))
                            .anyMatch(one -> Math.abs(one.getValue().lastSequence - onDisk) <= 2);
                    boolean first =
                            all.isEmpty() || all.keySet().iterator().next().equals(boot);
                    if (!known && !first) {
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
