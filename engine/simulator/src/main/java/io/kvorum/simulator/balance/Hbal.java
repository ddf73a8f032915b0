package io.kvorum.simulator.balance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Ganeti's hbal at its defaults, by its text backend (man htools).
 *
 * <p>So that it can do its best for CPU and memory: disks are on external storage, so that each VM may migrate live to each
 * host and has no second host; disks are next to nothing; the loads it evens out (-U) are CPU and memory as they are, and none of
 * disk and network; all limits of the instance policy are out of the way.
 */
final class Hbal {

    private static final String GROUP = "11111111-1111-1111-1111-111111111111";
    private static final int DISK_MEBIBYTES = 1_000_000;
    private static final String LIMITS =
            "|128,1,1024,2048,1,1|1,1,1,1,1,1;999999,999,99999999,999,9,99|plain,drbd,ext,sharedfile|64|64";

    private Hbal() {}

    static Outcome balance(RandomCluster cluster) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("kvorum-hbal");
        try {
            Path data = Files.writeString(folder.resolve("cluster"), data(cluster));
            Path loads = Files.writeString(folder.resolve("loads"), loads(cluster));
            Path saved = folder.resolve("saved");
            Path said = folder.resolve("said");
            long began = System.nanoTime();
            Process process = new ProcessBuilder(
                            "hbal", "-t", data.toString(), "-U", loads.toString(), "-S", saved.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            int status = process.waitFor();
            double seconds = (System.nanoTime() - began) / 1e9;
            String words = Files.readString(said);
            if (status != 0) {
                throw new IOException("hbal ended with status " + status + ": " + words);
            }
            return new Outcome(
                    hostOf(cluster, Path.of(saved + ".balanced")),
                    (int) words.lines().filter(line -> line.contains("=>")).count(),
                    seconds);
        } finally {
            delete(folder);
        }
    }

    private static String data(RandomCluster cluster) {
        int[] used = new int[cluster.hosts()];
        cluster.vms().forEach(vm -> used[vm.host()] += vm.mebibytes());
        StringBuilder text = new StringBuilder("default|" + GROUP + "|preferred||\n\n");
        for (int host = 0; host < cluster.hosts(); host++) {
            int free = RandomCluster.HOST_MEBIBYTES - RandomCluster.OWN_MEBIBYTES - used[host];
            text.append(String.format(
                    Locale.ROOT,
                    "n%d|%d|%d|%d|%d|%d|%d|N|%s|1%n",
                    host,
                    RandomCluster.HOST_MEBIBYTES,
                    RandomCluster.OWN_MEBIBYTES,
                    free,
                    DISK_MEBIBYTES,
                    DISK_MEBIBYTES,
                    RandomCluster.HOST_CPUS,
                    GROUP));
        }
        text.append('\n');
        for (int vm = 0; vm < cluster.vms().size(); vm++) {
            RandomCluster.Guest guest = cluster.vms().get(vm);
            text.append(String.format(
                    Locale.ROOT,
                    "v%d|%d|0|%d|running|Y|n%d||ext||1|-%n",
                    vm,
                    guest.mebibytes(),
                    guest.cpus(),
                    guest.host()));
        }
        return text.append("\n\n").append(LIMITS).append('\n').toString();
    }

    private static String loads(RandomCluster cluster) {
        StringBuilder text = new StringBuilder();
        for (int vm = 0; vm < cluster.vms().size(); vm++) {
            RandomCluster.Guest guest = cluster.vms().get(vm);
            text.append(String.format(
                    Locale.ROOT,
                    "v%d %f %f 0 0%n",
                    vm,
                    (double) guest.cpus() / RandomCluster.HOST_CPUS,
                    (double) guest.mebibytes() / RandomCluster.HOST_MEBIBYTES));
        }
        return text.toString();
    }

    /** The third section of the saved state are the instances; the seventh column is where one is. */
    private static int[] hostOf(RandomCluster cluster, Path balanced) throws IOException {
        int[] hostOf = new int[cluster.vms().size()];
        String instances = Files.readString(balanced).split("\n\n", -1)[2];
        List<String> lines = instances.lines().toList();
        if (lines.size() != hostOf.length) {
            throw new IOException("hbal saved " + lines.size() + " instances of " + hostOf.length);
        }
        for (String line : lines) {
            String[] columns = line.split("\\|", -1);
            hostOf[Integer.parseInt(columns[0].substring(1))] = Integer.parseInt(columns[6].substring(1));
        }
        return hostOf;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
