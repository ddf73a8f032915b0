package io.kvorum.simulator.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Equal hosts with VMs of random sizes at random places.
 *
 * @param hosts how many there are
 * @param vms those of host 0 first
 */
record RandomCluster(int hosts, List<Guest> vms) {

    static final int HOST_CPUS = 64;
    static final int HOST_MEBIBYTES = 256 << 10;

    /** What the host itself keeps. */
    static final int OWN_MEBIBYTES = 1 << 10;

    private static final int VMS_A_HOST = 12;
    private static final int[] CPUS = {1, 2, 2, 4, 4, 8};
    private static final int[] MEBIBYTES = {2 << 10, 4 << 10, 4 << 10, 8 << 10, 8 << 10, 16 << 10};

    /** A VM that keeps all its CPUs busy and uses all its memory. */
    record Guest(int host, int cpus, int mebibytes) {}

    RandomCluster {
        vms = List.copyOf(vms);
    }

    /** Always the same for the same seed. */
    static RandomCluster of(int hosts, long seed) {
        Random random = new Random(seed);
        int[] free = new int[hosts];
        Arrays.fill(free, HOST_MEBIBYTES - OWN_MEBIBYTES);
        List<Guest> vms = new ArrayList<>();
        for (int i = 0; i < hosts * VMS_A_HOST; i++) {
            int cpus = CPUS[random.nextInt(CPUS.length)];
            int mebibytes = MEBIBYTES[random.nextInt(MEBIBYTES.length)];
            int host;
            do {
                host = random.nextInt(hosts);
            } while (free[host] < mebibytes);
            free[host] -= mebibytes;
            vms.add(new Guest(host, cpus, mebibytes));
        }
        return new RandomCluster(hosts, vms);
    }

    int[] whereTheyAre() {
        return vms.stream().mapToInt(Guest::host).toArray();
    }
}
