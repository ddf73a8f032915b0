package io.kvorum.core.testing;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.Controller;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.Now;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.Timer;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Image;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A deterministic second shell: a clock that tests move, hosts that behave, and a store from which a new leader can be
 * made at any moment. The same calls always lead to the same course of things.
 */
public final class TestCluster {

    private static final Instant EPOCH = Instant.parse("2030-01-01T00:00:00Z");

    private record Scheduled(long at, long order, Runnable what) implements Comparable<Scheduled> {
        @Override
        public int compareTo(Scheduled other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    /** States that were stored one after the other. */
    public record Step<S>(S from, S to) {}

    private final PriorityQueue<Scheduled> agenda = new PriorityQueue<>();
    private final Map<UUID, Entity> store = new LinkedHashMap<>();
    private final Map<UUID, FakeHost> hosts = new TreeMap<>();
    private final Map<Timer, Long> timers = new HashMap<>();
    private final Map<UUID, Effect.SendCommand> pending = new LinkedHashMap<>();
    private final Map<UUID, Integer> connections = new HashMap<>();
    private final Map<UUID, Long> arrivals = new HashMap<>();

    /** While the leader is busy: heartbeats arrive and are not handled. */
    public boolean heartbeatsWait;

    public final Set<UUID> disks = new TreeSet<>();
    public final Set<UUID> savedMemory = new TreeSet<>();
    public final FakeLeases leases = new FakeLeases(this);
    public final Map<UUID, Operation> ended = new LinkedHashMap<>();
    public final List<LogEntry> log = new ArrayList<>();
    public final List<Effect.SendCommand> sent = new ArrayList<>();
    public final Set<Step<VmState>> vmSteps = new java.util.HashSet<>();
    public final Set<Step<HostState>> hostSteps = new java.util.HashSet<>();
    public final Map<UUID, Integer> starts = new HashMap<>();
    private final Settings settings;
    private Controller controller;
    private long nanos = -5_000_000_000L;
    private long order;
    private int term;
    private int operations;
    private int persists;
    private int crashAtPersist = -1;
    private boolean crashLosesIt;
    private boolean leaderDead;

    public TestCluster(Entity... entities) {
        this(Settings.DEFAULT, List.of(entities));
    }

    public TestCluster(Settings settings, Collection<? extends Entity> entities) {
        this.settings = settings;
        for (Entity entity : entities) {
            store.put(entity.id(), entity.withMeta(entity.meta().next(EPOCH)));
            if (entity instanceof Host host) {
                hosts.put(host.id(), new FakeHost(this, host));
                hosts.get(host.id()).powered = !host.sleeps();
            }
        }
        entities.stream()
                .filter(entity -> entity instanceof Vm vm && vm.hostId() != null)
                .forEach(entity -> host(((Vm) entity).hostId()).vms.put(entity.id(), VmRunState.RUNNING));
        lead();
        advance(Duration.ofSeconds(2));
    }

    /** A cluster with that many hosts, h1, h2, …, a store, a network, and those entities. */
    public static TestCluster of(int hostCount, Entity... more) {
        return of(Settings.DEFAULT, hostCount, more);
    }

    public static TestCluster of(Settings settings, int hostCount, Entity... more) {
        List<Entity> all =
                new ArrayList<>(List.of(Things.dataCenter(), Things.cluster(), Things.store(), Things.network()));
        for (int i = 1; i <= hostCount; i++) {
            all.add(Things.host("h" + i));
        }
        all.addAll(List.of(more));
        return new TestCluster(settings, all);
    }

    // ---- leaders

    private void lead() {
        term++;
        leaderDead = false;
        timers.clear();
        pending.clear();
        connections.clear();
        List<Entity> stored = store.values().stream()
                .filter(entity -> !(entity instanceof Operation operation)
                        || !operation.state().ended())
                .toList();
        controller = new Controller(new Inventory(stored), settings, Things.id("term " + term), this::arrived);
        perform(controller.start(now()));
    }

    /** The leader is gone; another one starts from what is stored. */
    public void newLeader() {
        lead();
    }

    /** The leader dies at its n-th transaction from now on, right before it or right after; a new one comes soon. */
    public void crashAtPersist(int n, boolean beforeIt) {
        crashAtPersist = persists + n;
        crashLosesIt = beforeIt;
    }

    // ---- time

    public Now now() {
        return new Now(EPOCH.plusNanos(nanos), nanos);
    }

    void later(Duration delay, Runnable what) {
        agenda.add(new Scheduled(nanos + delay.toNanos(), order++, what));
    }

    private void laterInTerm(Duration delay, Runnable what) {
        int mine = term;
        later(delay, () -> {
            if (mine == term && !leaderDead) {
                what.run();
            }
        });
    }

    public void advance(Duration time) {
        long until = nanos + time.toNanos();
        while (!agenda.isEmpty() && agenda.peek().at() <= until) {
            step();
        }
        nanos = until;
    }

    private void step() {
        Scheduled next = agenda.remove();
        nanos = Math.max(nanos, next.at());
        leases.tick();
        next.what().run();
        checkNothingRunsTwice();
    }

    /** Moves time until that holds; fails after the given time. */
    public void until(Duration most, Predicate<TestCluster> holds) {
        long until = nanos + most.toNanos();
        while (!holds.test(this)) {
            if (agenda.isEmpty() || agenda.peek().at() > until) {
                throw new AssertionError("Not reached within " + most + "; open: " + openOperations() + "; VMs: "
                        + vms().toList() + "; log: " + log);
            }
            step();
        }
    }

    private void checkNothingRunsTwice() {
        Map<UUID, FakeHost> where = new HashMap<>();
        for (FakeHost host : hosts.values()) {
            for (UUID vmId : host.vms.keySet()) {
                FakeHost other = host.runs(vmId) ? where.put(vmId, host) : null;
                if (other != null) {
                    throw new AssertionError(vmId + " runs on " + other.self().name() + " and on "
                            + host.self().name() + "; log: " + log);
                }
            }
        }
    }

    // ---- asking

    /** Stores a request and hands it to the leader. */
    public UUID submit(Request request) {
        UUID id = Things.id("operation " + operations++);
        Operation queued = Operation.queued(id, request, Subjects.of(request), "tester", null);
        store.put(id, queued);
        handle(new Event.OperationSubmitted(queued));
        return id;
    }

    /** Asks and waits for the end. */
    public Operation run(Request request) {
        UUID id = submit(request);
        until(Duration.ofHours(5), cluster -> ended.containsKey(id));
        return ended.get(id);
    }

    public void cancel(UUID operationId) {
        handle(new Event.CancelRequested(operationId, "tester"));
    }

    public void handle(Event event) {
        if (!leaderDead) {
            perform(controller.handle(event, now()));
        }
    }

    // ---- hosts

    public FakeHost host(String name) {
        return host(Things.id(name));
    }

    public FakeHost host(UUID id) {
        return hosts.get(id);
    }

    public Collection<FakeHost> hosts() {
        return hosts.values();
    }

    public void addMachine(Host host) {
        hosts.put(host.id(), new FakeHost(this, host));
    }

    void sighted(FakeHost host, UUID vmId, VmRunState state, Cause cause) {
        if (connected(host)) {
            handle(new Event.VmSighted(host.id(), new VmSighting(vmId, "vm", state, true), cause, ""));
        }
        if (cause == Cause.STARTED) {
            starts.merge(vmId, 1, Integer::sum);
        }
    }

    void answer(FakeHost host, UUID commandId, CommandOutcome outcome) {
        Effect.SendCommand command = pending.get(commandId);
        if (command != null && host.reachable() && !leaderDead) {
            pending.remove(commandId);
            handle(new Event.CommandEnded(command.operationId(), commandId, outcome));
        }
    }

    /** Answers a command by hand. */
    public void answer(Effect.SendCommand command, CommandOutcome outcome) {
        pending.remove(command.commandId());
        handle(new Event.CommandEnded(command.operationId(), command.commandId(), outcome));
    }

    private boolean connected(FakeHost host) {
        return connections.containsKey(host.id()) && host.reachable();
    }

    private void dial(UUID hostId, int connection) {
        laterInTerm(Duration.ofMillis(50), () -> {
            FakeHost host = hosts.get(hostId);
            if (connections.getOrDefault(hostId, 0) != connection) {
                return;
            }
            if (host == null || !host.reachable()) {
                laterInTerm(Duration.ofMillis(450), () -> dial(hostId, connection));
                return;
            }
            handle(new Event.HostGreeted(
                    hostId,
                    host.self().facts(),
                    host.bootId(),
                    host.sightings(),
                    host.hypervisorUp,
                    host.hypervisorUp ? null : "libvirtd is gone",
                    null));
            beat(host, connection, host.bootId());
        });
    }

    private OptionalLong arrived(UUID hostId) {
        Long at = arrivals.get(hostId);
        return at == null ? OptionalLong.empty() : OptionalLong.of(at);
    }

    private void beat(FakeHost host, int connection, String bootId) {
        laterInTerm(Duration.ofSeconds(1), () -> {
            if (connections.getOrDefault(host.id(), 0) != connection) {
                return;
            }
            if (!host.reachable() || !host.bootId().equals(bootId)) {
                handle(new Event.HostConnectionLost(host.id(), "reset"));
                dial(host.id(), connection);
                return;
            }
            arrivals.put(host.id(), nanos);
            Event heard =
                    new Event.HostHeard(host.id(), host.hypervisorUp, host.hypervisorUp ? null : "libvirtd is gone");
            if (!heartbeatsWait) {
                handle(heard);
            }
            beat(host, connection, bootId);
        });
    }

    // ---- effects

    private void perform(List<Effect> effects) {
        for (Effect effect : effects) {
            if (leaderDead) {
                return;
            }
            switch (effect) {
                case Effect.Persist(var changes) -> persist(changes);
                case Effect.SendCommand command -> {
                    sent.add(command);
                    pending.put(command.commandId(), command);
                    deliver(command, nanos + command.limit().toNanos());
                }
                case Effect.ForgetCommand(UUID commandId) -> pending.remove(commandId);
                case Effect.AbortMigration abort -> {
                    if (host(abort.hostId()).reachable()) {
                        host(abort.hostId()).abort(abort.vmId());
                    }
                }
                case Effect.Connect connect -> {
                    int connection = (int) ++order;
                    connections.put(connect.hostId(), connection);
                    dial(connect.hostId(), connection);
                }
                case Effect.Disconnect(UUID hostId) -> connections.remove(hostId);
                case Effect.StartTimer(Timer timer, Duration delay) -> {
                    long at = order++;
                    timers.put(timer, at);
                    laterInTerm(delay, () -> {
                        if (timers.remove(timer, at)) {
                            handle(new Event.TimerFired(timer));
                        }
                    });
                }
                case Effect.CancelTimer(Timer timer) -> timers.remove(timer);
            }
        }
    }

    private void deliver(Effect.SendCommand command, long until) {
        laterInTerm(Duration.ofMillis(5), () -> {
            if (!pending.containsKey(command.commandId()) || nanos > until) {
                return;
            }
            FakeHost host = hosts.get(command.hostId());
            if (host != null && host.reachable()) {
                host.take(command.commandId(), command.command());
            }
            laterInTerm(Duration.ofMillis(995), () -> deliver(command, until));
        });
    }

    private void persist(List<Change> changes) {
        persists++;
        boolean dies = persists == crashAtPersist;
        if (!dies || !crashLosesIt) {
            changes.forEach(this::persist);
        }
        if (dies) {
            leaderDead = true;
            later(Duration.ofSeconds(1), this::lead);
        }
    }

    /** A VM that is bound to a host belongs to its cluster, and knows where it is going. */
    private void checkCluster(Vm vm) {
        UUID own = vm.spec().clusterId();
        UUID target = clusterOf(vm.status().targetHostId(), own);
        UUID told = vm.status().targetClusterId();
        if (!clusterOf(vm.hostId(), own).equals(own) || !target.equals(told == null ? own : told)) {
            throw new AssertionError("Of the wrong cluster: " + vm);
        }
    }

    private UUID clusterOf(UUID hostId, UUID otherwise) {
        return store.get(hostId) instanceof Host host ? host.spec().clusterId() : otherwise;
    }

    private void persist(Change change) {
        switch (change) {
            case Change.Put(Entity entity, var stored) -> {
                Entity before = store.put(entity.id(), entity);
                if (stored != null && !stored.equals(before)) {
                    throw new AssertionError(entity + " is not stored as is said: " + stored + " but " + before);
                }
                if (entity instanceof Vm vm) {
                    checkCluster(vm);
                }
                if (entity instanceof Operation operation && operation.state().ended()) {
                    store.remove(entity.id());
                    ended.put(operation.id(), operation);
                }
                if (entity instanceof Vm vm && before instanceof Vm old && old.state() != vm.state()) {
                    vmSteps.add(new Step<>(old.state(), vm.state()));
                }
                if (entity instanceof Host host && before instanceof Host old && old.state() != host.state()) {
                    hostSteps.add(new Step<>(old.state(), host.state()));
                }
            }
            case Change.Remove(Kind kind, UUID id) -> store.remove(id);
            case Change.Log(LogEntry entry) -> log.add(entry);
        }
    }

    // ---- looking

    public Controller controller() {
        return controller;
    }

    public int persists() {
        return persists;
    }

    public List<BalancingPlan> balancingPlans() {
        return store.values().stream()
                .filter(BalancingPlan.class::isInstance)
                .map(BalancingPlan.class::cast)
                .toList();
    }

    public Vm vm(String name) {
        return (Vm) store.get(Things.id(name));
    }

    public Host hostState(String name) {
        return (Host) store.get(Things.id(name));
    }

    public StorageDomain storage(String name) {
        return (StorageDomain) store.get(Things.id(name));
    }

    public Template template(String name) {
        return (Template) store.get(Things.id(name));
    }

    public AffinityGroup affinityGroup(String name) {
        return (AffinityGroup) store.get(Things.id(name));
    }

    public AffinityLabel affinityLabel(String name) {
        return (AffinityLabel) store.get(Things.id(name));
    }

    public Image image(String name) {
        return (Image) store.get(Things.id(name));
    }

    public Stream<Vm> vms() {
        return store.values().stream().filter(Vm.class::isInstance).map(Vm.class::cast);
    }

    public Stream<Host> storedHosts() {
        return store.values().stream().filter(Host.class::isInstance).map(Host.class::cast);
    }

    public List<Operation> openOperations() {
        return store.values().stream()
                .filter(Operation.class::isInstance)
                .map(Operation.class::cast)
                .toList();
    }

    public List<String> codes() {
        return log.stream().map(LogEntry::code).toList();
    }

    public List<Effect.SendCommand> waiting(Class<? extends AgentCommand> type) {
        return pending.values().stream()
                .filter(command -> type.isInstance(command.command()))
                .toList();
    }

    /** Where the VM really runs, by the names of the hosts. */
    public List<String> whereRuns(String vm) {
        return hosts.values().stream()
                .filter(host -> host.runs(Things.id(vm)))
                .map(host -> host.self().name())
                .toList();
    }

    /** Nothing is open, nothing is in passing, and nothing is bound to a host that is down. */
    public void assertAtRest() {
        if (!openOperations().isEmpty()) {
            throw new AssertionError("Open: " + openOperations());
        }
        EnumSet<VmState> passing = EnumSet.noneOf(VmState.class);
        vms().forEach(vm -> {
            if (vm.state().passing()) {
                passing.add(vm.state());
            }
            if (vm.status().growing() != null) {
                throw new AssertionError("Growing: " + vm);
            }
            if (vm.state().active() != (vm.hostId() != null)) {
                throw new AssertionError("Wrongly bound: " + vm);
            }
            if (vm.hostId() != null && store.get(vm.hostId()) instanceof Host host && host.state() == HostState.DOWN) {
                throw new AssertionError("Bound to a dead host: " + vm);
            }
        });
        if (!passing.isEmpty()) {
            throw new AssertionError("In passing: " + passing);
        }
    }
}
