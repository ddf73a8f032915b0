package io.kvorum.simulator.script;

import io.kvorum.simulator.script.Script.Step;
import io.kvorum.simulator.world.Dice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A data center and a bad day for it, made from a seed: faults come alone, in storms, and on top of requests. */
public final class RandomScript {

    private static final long SECOND = 1_000_000_000L;
    private static final long DAY = 25 * 60 * SECOND;
    private static final int USABLE_GIB = 31;

    private final Dice dice;

    /** Of its own, so that worlds without leases stay what they were. */
    private final Dice leaseDice;

    private final Dice batchDice;

    private final Dice crossDice;

    private final Dice growDice;

    private final boolean growing;

    private final boolean leases;
    private final int busy;
    private final boolean savesPower;
    private final Dice loadDice;
    private final boolean postCopy;

    /** The last so many hosts are a cluster of their own. */
    private final int others;

    private final int hosts;
    private final int vms;
    private final int replicas;
    private final List<Step> steps = new ArrayList<>();

    private RandomScript(long seed) {
        dice = new Dice(~seed);
        leaseDice = new Dice(seed ^ 0x1ea5e);
        leases = leaseDice.chance(0.4);
        loadDice = new Dice(~seed ^ 0x10AD);
        busy = loadDice.chance(0.5) ? loadDice.between(30, 100) : 0;
        savesPower = loadDice.chance(0.4);
        batchDice = new Dice(~seed ^ 0xBA7C4);
        postCopy = new Dice(~seed ^ 0x9057).chance(0.4);
        hosts = dice.between(3, 8);
        vms = dice.between(10, Math.min(40, hosts * 5));
        crossDice = new Dice(~seed ^ 0xC105);
        others = hosts > 4 && crossDice.chance(0.4) ? crossDice.between(2, hosts - 2) : 0;
        replicas = dice.between(2, 3);
        growDice = new Dice(~seed ^ 0x6B0);
        growing = growDice.chance(0.4);
    }

    public static Script of(long seed) {
        return new RandomScript(seed).make();
    }

    private Script make() {
        List<String> world = world();
        long at = 3 * SECOND;
        while (at < DAY) {
            boolean storm = dice.chance(0.25);
            int many = storm ? dice.between(2, 6) : 1;
            for (int i = 0; i < many; i++) {
                long when = at + (storm ? dice.between(0, 4000) : dice.between(0, 20_000)) * 1_000_000L;
                steps.add(new Step(when, dice.chance(0.5) ? request() : fault()));
            }
            at += dice.between(2, 35) * SECOND;
        }
        if (leases) {
            leaseFaults();
        }
        if (savesPower) {
            savingFaults();
        }
        if (batchDice.chance(0.4)) {
            batches();
        }
        if (others > 0) {
            crossings();
        }
        if (growing) {
            growths();
        }
        steps.sort(Comparator.comparingLong(Step::atNanos));
        return new Script(world, steps, List.of(), List.of(), DAY + 40 * SECOND, true);
    }

    private List<String> world() {
        List<String> world = new ArrayList<>();
        world.add("replicas " + replicas);
        world.add("hosts " + hosts);
        if (dice.chance(0.3)) {
            world.add("host h" + hosts + " power-agents 0");
        }
        if (dice.chance(0.3)) {
            world.add("host h1 power-agents 2");
        }
        if (dice.chance(0.35)) {
            world.add("impatient");
        }
        if (dice.chance(0.15)) {
            world.add("half-silent off");
        }
        if (leases) {
            world.add(leaseDice.chance(0.5) ? "leases without-watchdog" : "leases");
        }
        if (postCopy) {
            world.add("post-copy");
        }
        if (others > 0) {
            StringBuilder cluster = new StringBuilder("other-cluster");
            for (int i = hosts - others + 1; i <= hosts; i++) {
                cluster.append(" h").append(i);
            }
            world.add(cluster.toString());
        }
        if (busy > 0) {
            world.add("busy " + busy);
        }
        if (savesPower) {
            world.add("power-saving " + loadDice.between(0, 2));
        }
        int[] used = new int[hosts + 1];
        for (int i = 1; i <= vms; i++) {
            int memory = dice.between(1, 7);
            int host = dice.between(1, hosts);
            StringBuilder vm = new StringBuilder("vm v" + i);
            if (dice.chance(0.7) && used[host] + memory <= USABLE_GIB) {
                used[host] += memory;
                vm.append(" on h").append(host);
            }
            vm.append(" memory ").append(memory);
            vm.append(dice.chance(0.6) ? " ha" : "");
            vm.append(dice.chance(0.2) ? " high" : dice.chance(0.2) ? " low" : "");
            vm.append(dice.chance(0.05) ? " pinned" : "");
            vm.append(i > 1 && dice.chance(0.15) ? " after v" + dice.between(1, i - 1) : "");
            vm.append(dice.chance(0.1) ? " kill" : dice.chance(0.1) ? " leave-paused" : "");
            vm.append(leases && leaseDice.chance(0.6) ? " lease" : "");
            vm.append(growing && growDice.chance(0.7) ? " grows " + (memory + growDice.between(1, 8)) : "");
            world.add(vm.toString());
        }
        return world;
    }

    /** Long enough for leases to expire. */
    private void leaseFaults() {
        int many = leaseDice.between(2, 6);
        for (int i = 0; i < many; i++) {
            String host = "h" + leaseDice.between(1, hosts);
            String fault = leaseDice.of(List.of("isolate", "hang", "hang", "power-loss", "storage-lost"));
            long when = leaseDice.between(5, 1100) * SECOND;
            steps.add(new Step(when, fault + " " + host + " for " + leaseDice.between(90, 320) + "s"));
        }
    }

    /** Somebody presses buttons, BMCs fail when it matters, what ran ends and is asked for again. */
    private void savingFaults() {
        int many = loadDice.between(3, 10);
        for (int i = 0; i < many; i++) {
            String host = "h" + loadDice.between(1, hosts);
            String fault = loadDice.of(List.of(
                    "power-on " + host,
                    "power-on " + host,
                    "bmc " + host + " " + loadDice.of(List.of("silent", "stuck", "slow")) + " for "
                            + loadDice.between(60, 300) + "s",
                    "power-loss " + host + " for " + loadDice.between(5, 60) + "s",
                    "crash leader for " + loadDice.between(1, 10) + "s"));
            steps.add(new Step(loadDice.between(60, 1400) * SECOND, fault));
        }
        for (int i = 1; i <= vms; i++) {
            long off = loadDice.between(30, 500) * SECOND;
            if (loadDice.chance(0.5)) {
                steps.add(new Step(off, "ask shutdown v" + i));
                steps.add(new Step(off + loadDice.between(120, 800) * SECOND, "ask start v" + i));
            }
        }
    }

    /** Many VMs with one request; some of those that are made are made again. */
    private void batches() {
        int many = batchDice.between(1, 4);
        for (int i = 0; i < many; i++) {
            boolean making = batchDice.chance(0.4);
            StringBuilder request = new StringBuilder(making ? "ask create-all cluster" : "ask start-all cluster");
            for (int vm = 1; vm <= (making ? 8 : vms); vm++) {
                request.append(batchDice.chance(0.5) ? (making ? " m" : " v") + vm : "");
            }
            request.append(batchDice.chance(0.3) ? " all-or-nothing" : "");
            steps.add(new Step(batchDice.between(5, 1000) * SECOND, request.toString()));
        }
    }

    /** VMs go to the other cluster, and some come back; now and then a host is named. */
    private void crossings() {
        int many = crossDice.between(6, 20);
        for (int i = 0; i < many; i++) {
            boolean back = crossDice.chance(0.3);
            String host = back
                    ? "h" + crossDice.between(1, hosts - others)
                    : "h" + crossDice.between(hosts - others + 1, hosts);
            String request = "ask migrate v" + crossDice.between(1, vms)
                    + (crossDice.chance(0.3) ? " to " + host : "")
                    + (back ? " into cluster" : " into other");
            steps.add(new Step(crossDice.between(5, 1300) * SECOND, request));
        }
    }

    /** VMs are given more while they run, now and then too much; those that are down get other sizes. */
    private void growths() {
        int many = growDice.between(10, 40);
        for (int i = 0; i < many; i++) {
            String request = "ask grow v" + growDice.between(1, vms)
                    + (growDice.chance(0.8) ? " memory " + growDice.between(2, 14) : "")
                    + (growDice.chance(0.5) ? " sockets " + growDice.between(1, 5) : "");
            steps.add(new Step(growDice.between(5, 1300) * SECOND, request));
        }
    }

    private String host() {
        return "h" + dice.between(1, hosts);
    }

    private String vm() {
        return "v" + dice.between(1, vms);
    }

    private String replica() {
        return dice.chance(0.7) ? "leader" : "e" + dice.between(1, replicas);
    }

    private String seconds(int least, int most) {
        return " for " + dice.between(least * 10, most * 10) / 10.0 + "s";
    }

    private String request() {
        return switch (dice.below(26)) {
            case 0, 1, 2, 3, 4 -> "ask start " + vm();
            case 5, 6, 7, 8, 9 -> "ask migrate " + vm() + (dice.chance(0.3) ? " to " + host() : "");
            case 10, 11 -> "ask shutdown " + vm();
            case 12 -> "ask force-off " + vm();
            case 13 -> "ask suspend " + vm();
            case 14 -> "ask pause " + vm();
            case 15, 16 -> "ask resume " + vm();
            case 17 -> dice.chance(0.5) ? "ask reboot " + vm() : "ask reset " + vm();
            case 18 -> "ask maintain " + host();
            case 19, 20 -> "ask activate " + host();
            case 21 -> "ask create n" + dice.between(1, 3) + " ha" + (dice.chance(0.5) ? " start" : "");
            case 22 -> "ask delete n" + dice.between(1, 3);
            case 23 -> "ask power-" + dice.of(List.of("off", "on", "cycle", "status")) + " " + host();
            case 24 -> "ask " + dice.of(List.of("confirm-down", "upgrade")) + " " + host();
            default -> "cancel last";
        };
    }

    private String fault() {
        return switch (dice.below(34)) {
            case 0, 1 -> "power-loss " + host() + seconds(5, 120);
            case 2 -> "reboot " + host();
            case 3, 4 -> "hang " + host() + seconds(1, 90);
            case 5, 6 -> "agent-crash " + host() + seconds(1, 20);
            case 7, 8 -> "libvirtd-stop " + host() + seconds(1, 20);
            case 9 -> "qemu-crash " + vm();
            case 10 -> dice.chance(0.5) ? "guest-shutdown " + vm() : "guest-pause " + vm();
            case 11 -> "storage-lost " + (dice.chance(0.2) ? "all" : host()) + seconds(2, 60);
            case 12 -> "storage-slow " + host() + seconds(5, 90);
            case 13, 14 -> "isolate " + host() + seconds(2, 90);
            case 15, 16 -> "cut e" + dice.between(1, replicas) + " " + host() + seconds(2, 90);
            case 17 -> "cut-oneway e" + dice.between(1, replicas) + " " + host() + seconds(2, 60);
            case 18 -> "cut-oneway " + host() + " e" + dice.between(1, replicas) + seconds(2, 60);
            case 19 -> "cut " + host() + " " + host() + seconds(2, 60);
            case 20 -> "cut " + host() + " bmc-" + host() + seconds(5, 90);
            case 21 ->
                "bmc " + host() + " " + dice.of(List.of("silent", "wrong-credentials", "stuck", "slow"))
                        + seconds(10, 150);
            case 22 -> "isolate " + replica() + seconds(2, 60);
            case 23 -> "cut " + replica() + " zk" + seconds(1, 30);
            case 24 -> "cut " + replica() + " db" + seconds(1, 30);
            case 25, 26 -> "crash " + replica() + seconds(1, 20);
            case 27, 28 -> "pause " + replica() + seconds(1, 60);
            case 29 -> dice.chance(0.3) ? "roll" : "skew " + replica() + " " + dice.between(-600, 600) + "s";
            case 30 -> "db-down" + seconds(1, 15);
            case 31, 32 -> "db-unknown " + dice.between(1, 4);
            default -> dice.chance(0.5) ? "db-slow" + seconds(2, 40) : "loss 0.05" + seconds(5, 60);
        };
    }
}
