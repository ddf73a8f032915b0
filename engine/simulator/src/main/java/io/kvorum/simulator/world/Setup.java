package io.kvorum.simulator.world;

import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.inventory.Vm.MigrationMode;
import io.kvorum.core.inventory.Vm.OnStorageReturn;
import io.kvorum.core.inventory.Vm.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the world consists of at the beginning.
 *
 * @param busyPercent of their CPUs that guests use at most, so that the cluster is balanced; 0 if hosts report no load
 * @param reserve empty hosts that a cluster that saves power keeps on; -1 for one that does not
 * @param postCopy whether VMs migrate by post-copy
 * @param otherCluster hosts of the second cluster, "other"; empty if there is only "cluster"
 * @param calm whether the network neither loses nor doubles nor delays anything by itself
 */
public record Setup(
        int replicas,
        List<HostSetup> hosts,
        List<VmSetup> vms,
        Settings settings,
        boolean fencing,
        boolean stopWhenHalfSilent,
        int memoryOvercommitPercent,
        int busyPercent,
        int reserve,
        boolean postCopy,
        List<String> otherCluster,
        boolean calm,
        Leasing leasing) {

    static final String CLUSTER = "cluster";
    static final String OTHER = "other";

    /** A host, with that many power agents; asleep if power saving has switched it off. */
    public record HostSetup(String name, int memoryGib, int threads, int powerAgents, boolean asleep) {}

    /** The names of the clusters. */
    List<String> clusters() {
        return otherCluster.isEmpty() ? List.of(CLUSTER) : List.of(CLUSTER, OTHER);
    }

    /** The cluster of a host, or of what runs nowhere. */
    String clusterOf(@Nullable String host) {
        return host != null && otherCluster.contains(host) ? OTHER : CLUSTER;
    }

    /** The same VM, waiting for VMs of its own cluster only. */
    VmSetup inItsCluster(VmSetup vm) {
        String own = clusterOf(vm.host());
        return otherCluster.isEmpty()
                ? vm
                : vm.after(vms.stream()
                        .filter(other -> vm.restartAfter().contains(other.name())
                                && clusterOf(other.host()).equals(own))
                        .map(VmSetup::name)
                        .toList());
    }

    boolean savesPower() {
        return reserve >= 0;
    }

    /** Whether hosts report how busy they are. */
    boolean measures() {
        return busyPercent > 0 || savesPower();
    }

    /** A VM; {@code host} is where it runs at first, or null; {@code growsToGib} is 0 for one that does not grow. */
    public record VmSetup(
            String name,
            @Nullable String host,
            boolean ha,
            Priority priority,
            MigrationMode mode,
            int memoryGib,
            List<String> restartAfter,
            OnStorageReturn onStorageReturn,
            boolean leased,
            int growsToGib) {

        VmSetup after(List<String> others) {
            return new VmSetup(name, host, ha, priority, mode, memoryGib, others, onStorageReturn, leased, growsToGib);
        }

        /** A new one of ordinary kind, that runs nowhere. */
        static VmSetup ordinary(String name, boolean ha, boolean leased) {
            return new VmSetup(
                    name,
                    null,
                    ha,
                    Priority.MEDIUM,
                    MigrationMode.ALLOWED,
                    2,
                    List.of(),
                    OnStorageReturn.AUTO_RESUME,
                    leased,
                    0);
        }
    }

    static final Settings PATIENT = settings(30, 60, 60, 180, 60, 30);
    static final Settings IMPATIENT = settings(5, 6, 8, 12, 10, 10);

    private static Settings settings(int command, int start, int shutdown, int migration, int disk, int backoff) {
        Settings d = Settings.DEFAULT;
        return new Settings(
                d.heartbeatInterval(),
                d.heartbeatTimeout(),
                d.fencingDelay(),
                Duration.ofSeconds(command),
                Duration.ofSeconds(start),
                Duration.ofSeconds(shutdown),
                Duration.ofSeconds(migration),
                Duration.ofSeconds(disk),
                Duration.ofMinutes(10),
                d.powerOffRest(),
                Duration.ofSeconds(backoff));
    }

    /** From lines such as {@code hosts 3}, {@code vm web on h1 ha high}, {@code fencing off}. */
    public static Setup of(List<String> lines) {
        int replicas = 2;
        List<HostSetup> hosts = new ArrayList<>();
        List<VmSetup> vms = new ArrayList<>();
        Settings settings = PATIENT;
        boolean fencing = true;
        boolean half = true;
        boolean calm = false;
        int overcommit = 100;
        int busy = 0;
        int reserve = -1;
        boolean postCopy = false;
        List<String> otherCluster = List.of();
        Leasing leasing = Leasing.NONE;
        for (String line : lines) {
            List<String> words = List.of(line.split(" +"));
            switch (words.getFirst()) {
                case "replicas" -> replicas = Integer.parseInt(words.get(1));
                case "hosts" -> {
                    for (int i = 1; i <= Integer.parseInt(words.get(1)); i++) {
                        hosts.add(host("h" + i, words.subList(2, words.size())));
                    }
                }
                case "host" -> {
                    hosts.removeIf(host -> host.name().equals(words.get(1)));
                    hosts.add(host(words.get(1), words.subList(2, words.size())));
                }
                case "vm" -> vms.add(vm(words));
                case "impatient" -> settings = IMPATIENT;
                case "calm" -> calm = true;
                case "post-copy" -> postCopy = true;
                case "other-cluster" -> otherCluster = words.subList(1, words.size());
                case "leases" -> leasing = words.size() > 1 ? Leasing.WITHOUT_WATCHDOG : Leasing.WITH_WATCHDOG;
                case "fencing" -> fencing = !words.get(1).equals("off");
                case "half-silent" -> half = !words.get(1).equals("off");
                case "power-saving" -> reserve = words.size() > 1 ? Integer.parseInt(words.get(1)) : 0;
                case "busy" -> busy = Integer.parseInt(words.get(1));
                case "overcommit" -> overcommit = Integer.parseInt(words.get(1));
                default -> throw new IllegalArgumentException("Not known at the beginning: " + line);
            }
        }
        return new Setup(
                replicas,
                List.copyOf(hosts),
                List.copyOf(vms),
                settings,
                fencing,
                half,
                overcommit,
                busy,
                reserve,
                postCopy,
                List.copyOf(otherCluster),
                calm,
                leasing);
    }

    private static HostSetup host(String name, List<String> words) {
        int memory = 32;
        int threads = 16;
        int power = 1;
        boolean asleep = false;
        for (int i = 0; i + 1 < words.size(); i += 2) {
            int number = Integer.parseInt(words.get(i + 1));
            switch (words.get(i)) {
                case "memory" -> memory = number;
                case "threads" -> threads = number;
                case "power-agents" -> power = number;
                case "asleep" -> asleep = number > 0;
                default -> throw new IllegalArgumentException("Not known of a host: " + words);
            }
        }
        return new HostSetup(name, memory, threads, power, asleep);
    }

    private static VmSetup vm(List<String> words) {
        String host = null;
        boolean ha = false;
        Priority priority = Priority.MEDIUM;
        MigrationMode mode = MigrationMode.ALLOWED;
        int memory = 2;
        List<String> after = new ArrayList<>();
        OnStorageReturn onStorageReturn = OnStorageReturn.AUTO_RESUME;
        boolean leased = false;
        int growsTo = 0;
        for (int i = 2; i < words.size(); i++) {
            switch (words.get(i)) {
                case "on" -> host = words.get(++i);
                case "memory" -> memory = Integer.parseInt(words.get(++i));
                case "ha" -> ha = true;
                case "after" -> after.add(words.get(++i));
                case "leave-paused" -> onStorageReturn = OnStorageReturn.LEAVE_PAUSED;
                case "kill" -> onStorageReturn = OnStorageReturn.KILL;
                case "lease" -> leased = true;
                case "grows" -> growsTo = Integer.parseInt(words.get(++i));
                case "high" -> priority = Priority.HIGH;
                case "low" -> priority = Priority.LOW;
                case "pinned" -> mode = MigrationMode.PINNED;
                case "manual" -> mode = MigrationMode.MANUAL_ONLY;
                default -> throw new IllegalArgumentException("Not known of a VM: " + words);
            }
        }
        return new VmSetup(
                words.get(1), host, ha, priority, mode, memory, List.copyOf(after), onStorageReturn, leased, growsTo);
    }
}
