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
import org.libvirt.TypedUlongParameter;

/** One live migration, driven by the source's libvirt, watched by a thread that reports and keeps the time limit. */
final class LibvirtMigration {
    private static final Logger LOG = Logger.getLogger(LibvirtMigration.class.getName());
    private static final long POLL_MS = 300;
    private static final int STATS_COMPLETED = 1;

    private final AgentConfig config;
    private final Domain domain;
    private final MigrateVm command;
    private final CommandContext context;
    private volatile boolean ended;
    private volatile boolean timedOut;
    private volatile Map<String, Long> last = Map.of();

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
            domain.migrateToURI(uri(config, command.getTargetAddress()), parameters(policy), flags(policy));
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
        flags |= config.migrationTransport() == Transport.TLS ? MigrateFlags.TLS : 0;
        flags |= config.migrationUnsafe() ? MigrateFlags.UNSAFE : 0;
        flags |= policy.getAutoConverge() ? MigrateFlags.AUTO_CONVERGE : 0;
        flags |= policy.getPostCopy() ? MigrateFlags.POSTCOPY : 0;
        flags |= policy.getCompressed() ? MigrateFlags.COMPRESSED : 0;
        flags |= policy.getParallelConnections() > 1 ? MigrateFlags.PARALLEL : 0;
        return flags;
    }

    private static TypedParameter[] parameters(MigrationPolicy policy) {
        List<TypedParameter> parameters = new ArrayList<>();
        // 0 is libvirt's default, no limit; libvirt-java cannot pass an empty list.
        long bandwidth = policy.getBandwidthBytesPerSecond();
        parameters.add(new TypedUlongParameter("bandwidth", bandwidth == 0 ? 0 : Math.max(1, bandwidth >> 20)));
        if (policy.getParallelConnections() > 1) {
            parameters.add(new TypedIntParameter("parallel.connections", policy.getParallelConnections()));
        }
        return parameters.toArray(TypedParameter[]::new);
    }

    private void watch(MigrationPolicy policy) {
        boolean downtimeSet = policy.getMaxDowntime().getSeconds() == 0
                && policy.getMaxDowntime().getNanos() == 0;
        boolean postCopyAsked = !policy.getPostCopy();
        while (!ended) {
            try {
                Thread.sleep(POLL_MS);
                if (context.expired() && !timedOut) {
                    timedOut = true;
                    domain.abortJob();
                }
                Map<String, Long> stats = numbers(domain.getJobStats(0).stats);
                if (stats.getOrDefault("data_total", 0L) > 0) {
                    last = stats;
                    report(stats);
                    if (!downtimeSet) {
                        downtimeSet = true;
                        domain.migrateSetMaxDowntime(policy.getMaxDowntime().getSeconds() * 1000
                                + policy.getMaxDowntime().getNanos() / 1_000_000);
                    }
                    // Post-copy begins when one pass over the memory was not enough.
                    if (!postCopyAsked && stats.getOrDefault("memory_iteration", 0L) > 1) {
                        postCopyAsked = true;
                        LibvirtExtra.startPostCopy(domain);
                    }
                }
            } catch (InterruptedException e) {
                return;
            } catch (LibvirtException e) {
                LOG.log(Level.FINE, "migration is not to be watched right now", e);
            }
        }
    }

    private void report(Map<String, Long> stats) {
        long total = stats.getOrDefault("data_total", 0L);
        long remaining = stats.getOrDefault("data_remaining", 0L);
        context.progress()
                .accept(CommandProgress.newBuilder()
                        .setCommandId(context.commandId())
                        .setDoneBytes(stats.getOrDefault("data_processed", 0L))
                        .setTotalBytes(total)
                        .setPercent(total == 0 ? 0 : (int) Math.clamp(100 - 100 * remaining / total, 0, 100))
                        .setDirtyBytesPerSecond(stats.getOrDefault("memory_dirty_rate", 0L)
                                * stats.getOrDefault("memory_page_size", 4096L))
                        .setBytesPerSecond(stats.getOrDefault("memory_bps", 0L))
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
                .build();
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
