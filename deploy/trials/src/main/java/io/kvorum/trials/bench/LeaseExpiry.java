package io.kvorum.trials.bench;

import io.kvorum.trials.Cluster;
import io.kvorum.trials.Guest;
import io.kvorum.trials.Lab;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way without a BMC: from the moment at which the lease of a VM expires, after the power cut of its host, to its first
 * tick on another. When it expires is read from sanlock on the hosts that live, which have the machine's own clock.
 */
final class LeaseExpiry {

    private static final int ROUNDS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** sanlock's rule: eight I/O time-outs after the last renewal the guests were killed, 60 s later the host was reset. */
    private static final int TIMEOUTS = 8;

    private static final int WATCHDOG_SECONDS = 60;

    private final Cluster cluster;
    private final Lab lab;
    private final int hosts;

    LeaseExpiry(Cluster cluster, Lab lab, int hosts) {
        this.cluster = cluster;
        this.lab = lab;
        this.hosts = hosts;
    }

    void measure() throws Exception {
        for (int host = 1; host <= hosts; host++) {
            cluster.forgetBmc(host);
        }
        cluster.awaitLeases(hosts);
        String vm = cluster.leasedVm("leased");
        new Guest(lab, vm).awaitTick(LIMIT);
        double[] afterExpiry = new double[ROUNDS];
        double[] fromCut = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            int victim = cluster.hostOf(vm);
            int leaseId = cluster.leaseId(victim);
            Instant cut = Instant.now();
            lab.run("power-off", "host-" + victim);
            Instant tick = HaRestart.firstTickElsewhere(lab, vm, victim);
            Instant expiry = expiry(victim, leaseId);
            afterExpiry[round] = Duration.between(expiry, tick).toMillis() / 1e3;
            fromCut[round] = Duration.between(cut, tick).toMillis() / 1e3;
            System.out.printf(
                    Locale.ROOT,
                    "lease round %d: %.2f s after the expiry, %.2f s after the power cut%n",
                    round + 1,
                    afterExpiry[round],
                    fromCut[round]);
            lab.run("power-on", "host-" + victim);
            cluster.awaitHost(victim, "up", LIMIT);
            cluster.awaitLeases(hosts);
        }
        System.out.printf(Locale.ROOT, "ha-restart.lease_after_expiry_s %.2f s%n", Machine.median(afterExpiry));
        System.out.printf(Locale.ROOT, "ha-restart.lease_from_power_cut_s %.2f s%n", Machine.median(fromCut));
    }

    /** When the first of the other hosts gives the dead one's leases away; sanlock counts whole seconds. */
    private Instant expiry(int victim, int leaseId) throws Exception {
        long lastSeen = Long.MAX_VALUE;
        int ioTimeout = 0;
        for (int host = 1; host <= hosts; host++) {
            if (host != victim) {
                String status = lab.output(
                        "exec",
                        "host-" + host,
                        "sanlock",
                        "client",
                        "host_status",
                        "-D",
                        "-s",
                        cluster.storageDomainId().replace("-", ""));
                Matcher member = Pattern.compile(
                                "(?ms)^" + leaseId + " timestamp.*?last_live=(\\d+).*?io_timeout=(\\d+)")
                        .matcher(status);
                if (!member.find()) {
                    throw new IOException("host-" + host + " knows nothing of host id " + leaseId + ": " + status);
                }
                lastSeen = Math.min(lastSeen, Long.parseLong(member.group(1)));
                ioTimeout = Integer.parseInt(member.group(2));
            }
        }
        double monotonicSeconds = System.nanoTime() / 1e9;
        double ago = monotonicSeconds - (lastSeen + (double) TIMEOUTS * ioTimeout + WATCHDOG_SECONDS);
        return Instant.now().minusMillis(Math.round(ago * 1000));
    }
}
