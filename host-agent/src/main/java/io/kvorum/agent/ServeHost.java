package io.kvorum.agent;

import io.grpc.StatusRuntimeException;
import io.kvorum.agent.balloon.BalloonPolicy;
import io.kvorum.agent.balloon.BalloonRounds;
import io.kvorum.agent.config.AgentConfig;
import io.kvorum.agent.config.AgentConfig.Transport;
import io.kvorum.agent.enrollment.CertificateRenewal;
import io.kvorum.agent.enrollment.Enrollment;
import io.kvorum.agent.enrollment.HypervisorCredentials;
import io.kvorum.agent.fencing.FenceAgents;
import io.kvorum.agent.fencing.TlsProbe;
import io.kvorum.agent.hypervisor.libvirt.LibvirtHypervisor;
import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.IdentityKeys;
import io.kvorum.agent.lease.SanlockLeases;
import io.kvorum.agent.service.AgentServer;
import io.kvorum.agent.service.EpochGuard;
import io.kvorum.agent.service.HostDirectory;
import io.kvorum.agent.service.HostParts;
import io.kvorum.agent.service.ManagedHost;
import io.kvorum.agent.storage.FolderDisks;
import io.kvorum.agent.upgrade.PackageUpgrade;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code kvorum-agent run}: the agent of this host, until it is ended. */
final class ServeHost {
    private static final Logger LOG = Logger.getLogger(ServeHost.class.getName());
    private static final int MAX_THREADS = 400;
    private static final Path REBOOT_MARK = Path.of("/run/reboot-required");
    private static final Duration RELOAD_LIMIT = Duration.ofSeconds(30);

    private ServeHost() {}

    static void run(Arguments arguments) throws IOException, GeneralSecurityException, InterruptedException {
        Path state = AgentMain.stateDir(arguments);
        AgentConfig config = AgentConfig.load(AgentMain.configFile(arguments));
        HostIdentity identity = HostIdentity.load(state)
                .orElseThrow(
                        () -> new IOException("This host has not joined a cluster yet; run kvorum-agent join first"));
        IdentityKeys keys = new IdentityKeys();
        keys.put(identity);
        EngineTrust trust = EngineTrust.of(identity.caPem());
        catchUp(identity, EpochGuard.open(state.resolve("epoch")));
        ExecutorService executor = nativeThreads();
        LibvirtHypervisor hypervisor = LibvirtHypervisor.open(config);
        ManagedHost host = ManagedHost.durable(
                identity.hostId(),
                new HostParts(
                        hypervisor,
                        new FolderDisks(identity.hostId()),
                        new SanlockLeases(config.leaseQemuConfig(), config.leaseIoTimeoutSeconds()),
                        new FenceAgents(),
                        new TlsProbe(trust),
                        new PackageUpgrade(state.resolve("upgrades"), config.upgradeCommand(), REBOOT_MARK)),
                state,
                executor);
        HostDirectory directory = new HostDirectory();
        directory.add(host);
        AgentServer server = new AgentServer(directory, keys, trust, executor);
        server.start(new InetSocketAddress(config.listenAddress(), identity.port()));
        new CertificateRenewal(
                        identity,
                        state,
                        keys,
                        trust,
                        certificates(config),
                        server.scheduler(),
                        executor,
                        InstantSource.system())
                .schedule();
        if (config.balloonFreePercent() > 0) {
            BalloonPolicy policy = new BalloonPolicy(config.balloonFreePercent());
            new BalloonRounds(() -> hypervisor.moveBalloons(policy), server.scheduler(), executor).schedule();
        }
        LOG.info(() -> "serving host=" + identity.hostId() + " name=" + identity.name() + " address="
                + config.listenAddress() + ":" + identity.port());
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
        Thread.currentThread().join();
    }

    /**
     * A state folder that was restored from a backup names an old epoch, with which an old leader could still command.
     * So the engines are asked first; where none answers, what is on disk has to do.
     */
    private static void catchUp(HostIdentity identity, EpochGuard epochs) {
        try {
            long current = Enrollment.currentEpoch(identity);
            if (current > epochs.highest()) {
                LOG.info(() -> "epoch on disk was " + epochs.highest() + ", the engines are at " + current);
                epochs.admit(current);
            }
        } catch (IOException | GeneralSecurityException | StatusRuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "epoch not confirmed by an engine, going on with " + epochs.highest() + " reason="
                            + e.getMessage());
        }
    }

    private static Optional<Consumer<HypervisorCredentials>> certificates(AgentConfig config) {
        if (config.migrationTransport() != Transport.TLS) {
            return Optional.empty();
        }
        return Optional.of(credentials -> {
            try {
                credentials.install(config.pkiDir());
            } catch (IOException e) {
                throw new UncheckedIOException("libvirt's new certificate could not be written", e);
            }
            HypervisorCredentials.reload(config.reloadCommand(), RELOAD_LIMIT, Level.WARNING);
        });
    }

    /** Platform threads: calls to libvirt sit in native code, where a virtual thread would hold its carrier. */
    private static ExecutorService nativeThreads() {
        return new ThreadPoolExecutor(
                0,
                MAX_THREADS,
                20,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform()
                        .name("call-", 0)
                        .daemon()
                        .stackSize(256 << 10)
                        .factory(),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }
}
