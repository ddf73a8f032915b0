package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.config.AgentConfig;
import io.kvorum.agent.config.AgentConfig.Transport;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.CommandProgress;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.MigrationPolicy;
import io.kvorum.proto.agent.v1.MigrationResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Domain.MigrateFlags;
import org.libvirt.LibvirtException;
import org.libvirt.TypedIntParameter;
import org.libvirt.TypedParameter;
import org.libvirt.TypedStringParameter;
import org.libvirt.TypedUlongParameter;

/** One live migration, driven by the source's libvirt, watched by a thread that reports and keeps the time limit. */
final class LibvirtMigration {
    private static final Logger LOG = Logger.getLogger(LibvirtMigration.class.getName());
    private static final long POLL_MS = 300;
    private static final int STATS_COMPLETED = 1;

    private static final int XML_SECURE = 1;
    private static final int XML_MIGRATABLE = 8;

    /** VIR_MIGRATE_POSTCOPY_RESUME, of libvirt 8.5. */
    private static final int POSTCOPY_RESUME = 1 << 19;

    private final AgentConfig config;
    private final Domain domain;
    private final MigrateVm command;
    private final CommandContext context;
    private volatile boolean ended;
    private volatile boolean timedOut;
    private volatile boolean gaveUp;
    private volatile boolean postCopy;
    private volatile Map<String, Long> last = Map.of();
    private volatile long mostDirtied;
    private volatile long allowedDowntimeMillis;

    LibvirtMigration(AgentConfig config, Domain domain, MigrateVm command, CommandContext context) {
        this.config = config;
        this.domain = domain;
        this.command = command;
        this.context = context;
    }

    /** The URI at which the target's libvirt is reached. */
    static String uri(AgentConfig config, String address) {
        String scheme = config.migrationTransport() == Transport.TLS ? "tls" : "tcp";
        String host = address.contains(":") ? "[" + address + "]" : address;
        return "qemu+" + scheme + "://" + host + "/system";
    }

    MigrationResult run() {
        MigrationPolicy policy = command.getPolicy();
        long start = System.nanoTime();
        Thread watcher = Thread.ofPlatform().name("migration-watch").daemon().start(() -> watch(policy));
        try {
            int flags = command.getRecover()
                    ? MigrateFlags.LIVE | MigrateFlags.PEER2PEER | MigrateFlags.POSTCOPY | POSTCOPY_RESUME | tls(policy)
                    : flags(policy);
            domain.migrateToURI(
                    uri(config, command.getTargetAddress()), parameters(policy).toArray(TypedParameter[]::new), flags);
        } catch (LibvirtException e) {
            throw failure(e);
        } finally {
            ended = true;
            watcher.interrupt();
        }
        return result((System.nanoTime() - start) / 1_000_000);
    }

    private CommandFailure failure(LibvirtException e) {
        CommandFailure failure =
                LibvirtProblem.failure("Migrating VM " + command.getVmId() + " to " + command.getTargetAddress(), e);
        if (postCopy) {
            return new CommandFailure(
                    FailureReason.FAILURE_REASON_INTERRUPTED,
                    "The migration of VM " + command.getVmId() + " to " + command.getTargetAddress()
                            + " broke in post-copy: part of its memory is here and part there. libvirt says: "
                            + e.getMessage(),
                    e);
        }
        if (gaveUp) {
            return new CommandFailure(
                    FailureReason.FAILURE_REASON_ABORTED,
                    "VM " + command.getVmId()
                            + " wrote its memory as fast as it was copied, and was left here; give it a"
                            + " migration policy that allows a longer downtime, or post_copy",
                    e);
        }
        if (timedOut) {
            return CommandFailure.timedOut("The migration of VM " + command.getVmId()
                    + " did not end within its time limit and was aborted; it still runs here");
        }
        String message = String.valueOf(failure.getMessage());
        if (message.contains("unable to connect")
                || message.contains("Unable to connect")
                || message.contains("No route to host")) {
            return new CommandFailure(FailureReason.FAILURE_REASON_UNREACHABLE, message, e);
        }
        return failure;
    }

    private int flags(MigrationPolicy policy) {
        int flags = MigrateFlags.LIVE | MigrateFlags.PEER2PEER | MigrateFlags.ABORT_ON_ERROR;
        flags |= tls(policy);
        flags |= config.migrationUnsafe() ? MigrateFlags.UNSAFE : 0;
        flags |= policy.getAutoConverge() ? MigrateFlags.AUTO_CONVERGE : 0;
        flags |= policy.getPostCopy() ? MigrateFlags.POSTCOPY : 0;
        flags |= policy.getCompressed() ? MigrateFlags.COMPRESSED : 0;
        flags |= policy.getParallelConnections() > 1 ? MigrateFlags.PARALLEL : 0;
        return flags;
    }

    private int tls(MigrationPolicy policy) {
        return config.migrationTransport() == Transport.TLS && !policy.getUnencrypted() ? MigrateFlags.TLS : 0;
    }

    private List<TypedParameter> parameters(MigrationPolicy policy) throws LibvirtException {
        List<TypedParameter> parameters = new ArrayList<>();
        // 0 is libvirt's default, no limit; libvirt-java cannot pass an empty list.
        long bandwidth = policy.getBandwidthBytesPerSecond();
        long mebibytes = bandwidth == 0 ? 0 : Math.max(1, bandwidth >> 20);
        parameters.add(new TypedUlongParameter("bandwidth", mebibytes));
        if (policy.getPostCopy()) {
            parameters.add(new TypedUlongParameter("bandwidth.postcopy", mebibytes));
        }
        if (policy.getParallelConnections() > 1) {
            parameters.add(new TypedIntParameter("parallel.connections", policy.getParallelConnections()));
        }
        if (SeatXml.changes(command) && !command.getRecover()) {
            String here = domain.getXMLDesc(XML_SECURE | XML_MIGRATABLE);
            parameters.add(new TypedStringParameter("destination_xml", SeatXml.onTarget(here, command)));
        }
        return parameters;
    }

    private void watch(MigrationPolicy policy) {
        postCopy = command.getRecover();
        allowedDowntimeMillis = millis(policy.getMaxDowntime());
        Convergence convergence = new Convergence(policy.getLongerDowntimesCount(), policy.getPostCopy());
        Iterator<com.google.protobuf.Duration> longer =
                policy.getLongerDowntimesList().iterator();
        boolean begun = false;
        while (!ended) {
            try {
                Thread.sleep(POLL_MS);
                if (context.expired() && !timedOut && !postCopy) {
                    timedOut = true;
                    domain.abortJob();
                }
                Map<String, Long> stats = numbers(domain.getJobStats(0).stats);
                if (stats.getOrDefault("data_total", 0L) > 0) {
                    last = stats;
                    report(stats);
                    if (!begun && millis(policy.getMaxDowntime()) > 0 && !postCopy) {
                        domain.migrateSetMaxDowntime(millis(policy.getMaxDowntime()));
                    }
                    begun = true;
                    act(
                            convergence.observe(
                                    stats.getOrDefault("memory_iteration", 0L),
                                    stats.getOrDefault("data_remaining", 0L)),
                            longer);
                }
            } catch (InterruptedException e) {
                return;
            } catch (LibvirtException e) {
                LOG.log(Level.FINE, "migration is not to be watched right now", e);
            }
        }
    }

    private void act(Convergence.Step step, Iterator<com.google.protobuf.Duration> longer) throws LibvirtException {
        switch (step) {
            case NONE -> {}
            case LONGER_DOWNTIME -> {
                long downtime = millis(longer.next());
                LOG.info(() -> "migration of VM " + command.getVmId() + " stalls downtime-ms=" + downtime);
                domain.migrateSetMaxDowntime(downtime);
                allowedDowntimeMillis = downtime;
            }
            case POST_COPY -> goOnByPostCopy();
            case GIVE_UP -> {
                gaveUp = true;
                domain.abortJob();
            }
        }
    }

    private void goOnByPostCopy() throws LibvirtException {
        if (postCopy) {
            return;
        }
        LOG.info(() -> "migration of VM " + command.getVmId() + " stalls, going on by post-copy");
        // Said before: from here on nobody can say that the guest is still whole here.
        postCopy = true;
        try {
            LibvirtExtra.startPostCopy(domain);
        } catch (LibvirtException e) {
            postCopy = false;
            throw e;
        }
    }

    /** As QEMU counts it from one pass over the memory to the next. */
    private static long dirtied(Map<String, Long> stats) {
        return stats.getOrDefault("memory_dirty_rate", 0L) * stats.getOrDefault("memory_page_size", 4096L);
    }

    private void report(Map<String, Long> stats) {
        mostDirtied = Math.max(mostDirtied, dirtied(stats));
        long total = stats.getOrDefault("data_total", 0L);
        long remaining = stats.getOrDefault("data_remaining", 0L);
        context.progress()
                .accept(CommandProgress.newBuilder()
                        .setCommandId(context.commandId())
                        .setDoneBytes(stats.getOrDefault("data_processed", 0L))
                        .setTotalBytes(total)
                        .setPercent(total == 0 ? 0 : (int) Math.clamp(100 - 100 * remaining / total, 0, 100))
                        .setDirtyBytesPerSecond(dirtied(stats))
                        .setBytesPerSecond(stats.getOrDefault("memory_bps", 0L))
                        .setRemainingBytes(remaining)
                        .setPass(stats.getOrDefault("memory_iteration", 0L))
                        .setAllowedDowntime(millis(allowedDowntimeMillis))
                        .setPostCopy(postCopy)
                        .build());
    }

    private MigrationResult result(long elapsedMs) {
        Map<String, Long> stats = new HashMap<>(last);
        try {
            // The source forgets a transient domain; the target keeps the numbers of the whole migration.
            Connect target = new Connect(uri(config, command.getTargetAddress()));
            try {
                Domain moved = target.domainLookupByUUIDString(command.getVmId());
                stats.putAll(numbers(moved.getJobStats(STATS_COMPLETED).stats));
                moved.free();
            } finally {
                target.close();
            }
        } catch (LibvirtException e) {
            LOG.log(Level.FINE, "the target did not tell the migration's numbers", e);
        }
        return MigrationResult.newBuilder()
                .setVmId(command.getVmId())
                .setTotalTime(millis(stats.getOrDefault("time_elapsed", elapsedMs)))
                .setDowntime(millis(stats.getOrDefault("downtime", stats.getOrDefault("downtime_net", 0L))))
                .setTransferredBytes(stats.getOrDefault("data_processed", 0L))
                .setDirtyBytesPerSecond(mostDirtied == 0 && postCopy ? -1 : mostDirtied)
                .build();
    }

    private static long millis(com.google.protobuf.Duration duration) {
        return duration.getSeconds() * 1000 + duration.getNanos() / 1_000_000;
    }

    private static com.google.protobuf.Duration millis(long value) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(value / 1000)
                .setNanos((int) (value % 1000 * 1_000_000))
                .build();
    }

    private static Map<String, Long> numbers(TypedParameter[] parameters) {
        Map<String, Long> numbers = new HashMap<>();
        for (TypedParameter parameter : parameters) {
            try {
                numbers.put(parameter.field.replace("\0", "").strip(), Long.parseLong(parameter.getValueAsString()));
            } catch (NumberFormatException e) {
                // Text and flags are of no interest here.
            }
        }
        return numbers;
    }
}
