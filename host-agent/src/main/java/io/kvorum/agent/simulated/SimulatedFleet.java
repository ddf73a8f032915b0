package io.kvorum.agent.simulated;

import io.kvorum.agent.enrollment.CertificateRenewal;
import io.kvorum.agent.enrollment.Enrollment;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.simulated.SimulatedCapacity;
import io.kvorum.agent.hypervisor.simulated.SimulatedDisks;
import io.kvorum.agent.hypervisor.simulated.SimulatedHypervisor;
import io.kvorum.agent.hypervisor.simulated.SimulatedUpgrade;
import io.kvorum.agent.hypervisor.simulated.SimulatedWorld;
import io.kvorum.agent.identity.EngineTrust;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.IdentityKeys;
import io.kvorum.agent.identity.JoinToken;
import io.kvorum.agent.lease.NoLeases;
import io.kvorum.agent.service.AgentServer;
import io.kvorum.agent.service.HostDirectory;
import io.kvorum.agent.service.HostParts;
import io.kvorum.agent.service.ManagedHost;
import io.kvorum.proto.agent.v1.ProbeAnswer;
import io.kvorum.proto.agent.v1.ProbeHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Many simulated hosts in one process behind one port, each with its own key, certificate and id. Calls are told apart
 * by server name and authority.
 *
 * <pre>{@code
 * try (SimulatedFleet fleet = SimulatedFleet.of(FleetPlan.of(3, stateDir).withTimeScale(50))) {
 *     fleet.join(token);
 *     fleet.start();
 *     fleet.host("sim-0001").powerOff();
 * }
 * }</pre>
 */
public final class SimulatedFleet implements AutoCloseable {
    private static final int PARALLEL_JOINS = 16;
    private static final int NAME_DIGITS = 4;

    private final FleetPlan plan;
    private final SimulatedWorld world;
    private final IdentityKeys keys = new IdentityKeys();
    private final HostDirectory directory = new HostDirectory();
    private final Map<String, SimulatedHost> hosts = new ConcurrentSkipListMap<>();
    private final Map<String, SimulatedHost> hostsById = new ConcurrentHashMap<>();
    private final List<ManagedHost> managed = new ArrayList<>();
    private final ExecutorService executor = AgentServer.virtualThreads();
    private final SimulatedBmc bmc = new SimulatedBmc(this);
    private Optional<AgentServer> server = Optional.empty();
    private Optional<EngineTrust> trust = Optional.empty();
    private int port;

    private SimulatedFleet(FleetPlan plan) throws IOException {
        this.plan = plan;
        this.world = new SimulatedWorld(plan.timeScale());
        this.port = plan.port() == 0 ? freePort(plan.address()) : plan.port();
    }

    /** A fleet that has not joined yet; IOException where the plan asks for a free port and there is none. */
    public static SimulatedFleet of(FleetPlan plan) throws IOException {
        return new SimulatedFleet(plan);
    }

    /**
     * Joins every host that has no identity in the state folder yet; those that have keep theirs. Each is served as soon as it
     * has joined. Hosts take the tokens in turn, such as one for each cluster; each must be good for as many joins. Stops at
     * the first failure.
     */
    public void join(String... tokens) throws IOException, GeneralSecurityException {
        List<JoinToken> parsed = Stream.of(tokens).map(JoinToken::parse).toList();
        Semaphore permits = new Semaphore(PARALLEL_JOINS);
        List<Future<?>> joins = new ArrayList<>();
        for (int number = 1; number <= plan.hosts(); number++) {
            String name = name(number);
            JoinToken token = parsed.get((number - 1) % parsed.size());
            joins.add(executor.submit(() -> {
                permits.acquire();
                try {
                    serve(identity(name, token));
                    return name;
                } finally {
                    permits.release();
                }
            }));
        }
        for (Future<?> join : joins) {
            await(join);
        }
    }

    /** Serves the hosts that joined in an earlier life of this process too. */
    public void start() throws IOException, GeneralSecurityException {
        for (int number = 1; number <= plan.hosts(); number++) {
            Optional<HostIdentity> known = HostIdentity.load(folder(name(number)));
            if (known.isPresent()) {
                serve(known.get());
            }
        }
        if (hosts.isEmpty()) {
            throw new IOException(
                    "No simulated host in " + plan.stateDir() + " has joined; call join with a token first");
        }
    }

    private synchronized void serve(HostIdentity identity) throws IOException, GeneralSecurityException {
        if (hosts.containsKey(identity.name())) {
            return;
        }
        EngineTrust engine = trust.isPresent() ? trust.get() : EngineTrust.of(identity.caPem());
        trust = Optional.of(engine);
        add(identity);
        AgentServer serving = server.isPresent() ? server.get() : listen(engine);
        new CertificateRenewal(
                        identity,
                        folder(identity.name()),
                        keys,
                        engine,
                        Optional.empty(),
                        serving.scheduler(),
                        executor,
                        InstantSource.system())
                .schedule();
    }

    private AgentServer listen(EngineTrust engine) throws IOException, GeneralSecurityException {
        AgentServer started = new AgentServer(directory, keys, engine, executor);
        port = started.start(new InetSocketAddress(plan.address(), port));
        server = Optional.of(started);
        return started;
    }

    /** The port that all hosts share. */
    public int port() {
        return port;
    }

    public Collection<SimulatedHost> hosts() {
        return List.copyOf(hosts.values());
    }

    /** By name, such as sim-0001; IllegalArgumentException where there is none. */
    public SimulatedHost host(String name) {
        return find(name)
                .orElseThrow(() ->
                        new IllegalArgumentException("No simulated host " + name + "; there are " + hosts.keySet()));
    }

    /** By the id that the engine gave it. */
    public Optional<SimulatedHost> byId(String hostId) {
        return Optional.ofNullable(hostsById.get(hostId));
    }

    public void powerOff(String name) {
        host(name).powerOff();
    }

    public void powerOn(String name) {
        host(name).powerOn();
    }

    public void cut(String name) {
        host(name).cut();
    }

    public void heal(String name) {
        host(name).heal();
    }

    /** Simulated hosts share one port, so that a connection would prove nothing: their links tell. */
    private ProbeAnswer probe(ProbeHost command, CommandContext context) {
        return byId(command.getHostId()).filter(SimulatedHost::answersOthers).isPresent()
                ? ProbeAnswer.PROBE_ANSWER_REACHABLE
                : ProbeAnswer.PROBE_ANSWER_NO_ANSWER;
    }

    Optional<SimulatedHost> find(String name) {
        return Optional.ofNullable(hosts.get(name));
    }

    @Override
    public synchronized void close() {
        managed.forEach(ManagedHost::close);
        server.ifPresent(AgentServer::close);
        executor.shutdownNow();
    }

    private HostIdentity identity(String name, JoinToken token) throws IOException, GeneralSecurityException {
        Optional<HostIdentity> known = HostIdentity.load(folder(name));
        if (known.isPresent()) {
            return known.get();
        }
        HostIdentity joined = Enrollment.join(
                        token,
                        name,
                        plan.address(),
                        port,
                        new SimulatedHypervisor("", name, capacity(), new SimulatedWorld(1)).facts(),
                        false)
                .identity();
        joined.save(folder(name));
        return joined;
    }

    private void add(HostIdentity identity) throws GeneralSecurityException {
        keys.put(identity);
        SimulatedHypervisor hypervisor = new SimulatedHypervisor(identity.hostId(), identity.name(), capacity(), world);
        ManagedHost host = ManagedHost.forgetful(
                identity.hostId(),
                new HostParts(
                        hypervisor,
                        new SimulatedDisks(world),
                        new NoLeases(),
                        bmc,
                        this::probe,
                        new SimulatedUpgrade(world)),
                executor);
        directory.add(host);
        managed.add(host);
        SimulatedHost simulated = new SimulatedHost(hypervisor, host);
        hosts.put(identity.name(), simulated);
        hostsById.put(identity.hostId(), simulated);
    }

    private SimulatedCapacity capacity() {
        return new SimulatedCapacity(plan.cpus(), plan.memoryBytes());
    }

    private Path folder(String name) {
        return plan.stateDir().resolve("hosts").resolve(name);
    }

    private static String name(int number) {
        return "sim-"
                + "0".repeat(Math.max(0, NAME_DIGITS - Integer.toString(number).length())) + number;
    }

    private static int freePort(String address) throws IOException {
        try (var socket = new java.net.ServerSocket()) {
            socket.bind(new InetSocketAddress(address, 0));
            return socket.getLocalPort();
        }
    }

    private static void await(Future<?> join) throws IOException, GeneralSecurityException {
        try {
            join.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while hosts joined", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case GeneralSecurityException cause -> throw cause;
                case null, default -> throw new IOException("A simulated host could not join: " + e.getCause(), e);
            }
        }
    }
}
