package io.kvorum.server.controller;

import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.controller.Controller;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.QuotaUse.Amount;
import io.kvorum.core.inventory.StateCount;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.PlacementDryRun;
import io.kvorum.core.scheduling.BrokenRule;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.FleetOverview;
import io.kvorum.core.scheduling.RoomSearch;
import io.kvorum.server.KvorumConfig;
import io.kvorum.server.agents.AgentConnections;
import io.kvorum.server.agents.EventSink;
import io.kvorum.server.events.ChangeFeed;
import io.kvorum.server.events.ChangeFeed.Notice;
import io.kvorum.server.events.ChangeFeed.Subscription;
import io.kvorum.server.persistence.InventoryStore;
import io.kvorum.server.persistence.OperationQueue;
import io.kvorum.server.persistence.OperationQueue.Cancellation;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The shell of the controller: one thread, one term.
 *
 * <ol>
 *   <li>Take the events that wait, in order, and hand each to the controller.
 *   <li>Store the changes and perform the other effects ({@link RunningTerm}).
 * </ol>
 *
 * <p>If storing fails, what is in memory is ahead of what is stored, or it is not known what is stored: the term ends, and
 * the next one begins by reading the database again.
 */
@ApplicationScoped
public class ControllerLoop {

    private static final Logger LOG = Logger.getLogger(ControllerLoop.class);
    private static final int QUEUE_LIMIT = 100_000;
    private static final int BATCH_LIMIT = 500;
    private static final long QUEUE_POLL_MILLIS = 1000;

    /** What the thread takes from its queue. */
    private sealed interface Item {
        record Happened(Event event) implements Item {}

        record LookForOperations() implements Item {}

        record Question(Consumer<Controller> ask) implements Item {}
    }

    private final InventoryStore store;
    private final OperationQueue operations;
    private final AgentConnections agents;
    private final ChangeFeed feed;
    private final LoopMetrics metrics;
    private final Settings settings;
    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(QUEUE_LIMIT);
    private volatile @Nullable Long epoch;
    private volatile @Nullable StateCount states;
    private volatile boolean stopping;
    private long lookedNanos;

    /** Of this term; the controller has been told of them. */
    private final Set<UUID> cancellations = new HashSet<>();

    ControllerLoop(
            InventoryStore store,
            OperationQueue operations,
            AgentConnections agents,
            ChangeFeed feed,
            LoopMetrics metrics,
            KvorumConfig config) {
        this.store = store;
        this.operations = operations;
        this.agents = agents;
        this.feed = feed;
        this.metrics = metrics;
        this.settings = Settings.DEFAULT.withLiveness(
                config.agents().heartbeatInterval(),
                config.ha().heartbeatTimeout(),
                config.ha().fencingDelay());
    }

    /** The epoch of the term that runs here, empty while none does. */
    public Optional<Long> epoch() {
        return Optional.ofNullable(epoch);
    }

    /** Of hosts and VMs, as they were last stored; empty if this replica does not lead. */
    public Optional<StateCount> states() {
        return Optional.ofNullable(states);
    }

    /** Ends the term that runs, if one does. */
    public void stop() {
        stopping = true;
    }

    /** Where the VM would go now; empty if this replica does not lead or knows no such VM. */
    public Optional<Explanation> explainPlacement(UUID vmId) {
        return ask(controller -> controller.explainPlacement(vmId));
    }

    /** Where the VM would go now if it ran nowhere; empty if this replica does not lead or knows no such VM. */
    public Optional<Explanation> explainPlacementAfresh(UUID vmId) {
        return ask(controller -> controller.explainPlacementAfresh(vmId));
    }

    /** Where a VM that does not exist yet would go; empty if this replica does not lead. */
    public Optional<PlacementDryRun<Explanation>> tryPlacement(UUID vmId, VmSpec spec) {
        return ask(controller -> Optional.of(controller.tryPlacement(vmId, spec)));
    }

    /** How many more such VMs there is room for, to be searched by the caller; empty if this replica does not lead. */
    public Optional<PlacementDryRun<RoomSearch>> tryRoom(UUID vmId, VmSpec spec) {
        return ask(controller -> Optional.of(controller.tryRoom(vmId, spec)));
    }

    /** Rules of affinity groups that VMs break; empty if this replica does not lead or knows no such cluster. */
    public Optional<List<BrokenRule>> brokenRules(UUID clusterId) {
        return ask(controller -> controller.brokenRules(clusterId));
    }

    /** What VMs use of the quota; empty if this replica does not lead or knows no such quota. */
    public Optional<Map<UUID, Amount>> quotaUse(UUID quotaId) {
        return ask(controller -> controller.quotaUse(quotaId));
    }

    /** What all hosts have and use, and which somebody should look at; empty if this replica does not lead. */
    public Optional<FleetOverview> overview() {
        return ask(controller -> Optional.of(controller.overview(RunningTerm.now())));
    }

    /** Whether the cluster could lose hosts now; empty if this replica does not lead or knows no such cluster. */
    public Optional<FailoverProof> proveFailover(UUID clusterId) {
        return ask(controller -> controller.proveFailover(clusterId));
    }

    /** What balancing sees of the cluster now; empty if this replica does not lead or knows no such cluster. */
    public Optional<List<Entity>> snapshot(UUID clusterId) {
        return ask(controller -> controller.snapshot(clusterId));
    }

    private <T> Optional<T> ask(Function<Controller, Optional<T>> question) {
        CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
        if (epoch == null
                || !queue.offer(new Item.Question(controller -> answer.complete(question.apply(controller))))) {
            return Optional.empty();
        }
        return answer.completeOnTimeout(Optional.empty(), 5, TimeUnit.SECONDS).join();
    }

    /**
     * Runs one term on the calling thread; returns when it is over.
     *
     * @param address where other replicas reach this one, or empty
     * @param tenure whether it is certain that nobody else leads yet
     */
    public void run(String replicaId, String address, BooleanSupplier tenure) throws InterruptedException {
        queue.clear();
        cancellations.clear();
        stopping = false;
        long number = beginTerm(replicaId, address);
        LOG.infof("Replica %s leads, term %d", replicaId, number);
        HostArrivals arrivals = new HostArrivals();
        EventTimers timers = new EventTimers(this::offer);
        try (Subscription subscription = feed.subscribe(this::notice)) {
            Inventory inventory = new Inventory(store.load());
            Controller controller = new Controller(inventory, settings, UUID.randomUUID(), arrivals);
            RunningTerm term = new RunningTerm(number, tenure, controller, store, agents, timers);
            agents.begin(number, tenure, new Inbox(arrivals));
            epoch = number;
            term.start();
            states = controller.states();
            queue.add(new Item.LookForOperations());
            while (!stopping && !agents.deposed()) {
                turn(term, arrivals);
            }
        } catch (InterruptedException e) {
            LOG.infof("Term %d ends: the election was lost", number);
            throw e;
        } catch (SQLException e) {
            throw new IllegalStateException("Term " + number + " ends: " + e.getMessage(), e);
        } finally {
            epoch = null;
            states = null;
            timers.close();
            agents.end();
            LOG.infof("Term %d is over", number);
        }
    }

    private long beginTerm(String replicaId, String address) {
        try {
            return store.beginTerm(replicaId, address);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot begin a term: " + e.getMessage(), e);
        }
    }

    private void turn(RunningTerm term, HostArrivals arrivals) throws InterruptedException, SQLException {
        Item first = queue.poll(QUEUE_POLL_MILLIS, TimeUnit.MILLISECONDS);
        List<Item> batch = new ArrayList<>();
        if (first != null) {
            batch.add(first);
        }
        // Notifications may get lost with their connection.
        if (System.nanoTime() - lookedNanos > TimeUnit.MILLISECONDS.toNanos(QUEUE_POLL_MILLIS)) {
            batch.add(new Item.LookForOperations());
        }
        queue.drainTo(batch, BATCH_LIMIT - 1);
        // First, and once: an operation that this batch begins or ends is stored as such only after it, and would look
        // as if it were still to be done.
        if (batch.stream().anyMatch(Item.LookForOperations.class::isInstance)) {
            lookedNanos = System.nanoTime();
            look(term);
        }
        for (Item item : batch) {
            switch (item) {
                case Item.Happened(Event event) -> {
                    arrivals.gone(event);
                    term.handle(event);
                }
                case Item.LookForOperations looked -> {}
                case Item.Question(var ask) -> ask.accept(term.controller());
            }
        }
        metrics.turn(batch.size(), queue.size());
        term.settle();
        states = term.controller().states();
    }

    private void look(RunningTerm term) throws SQLException {
        for (Operation operation : operations.queued()) {
            term.handle(new Event.OperationSubmitted(operation));
        }
        for (Cancellation cancellation : operations.cancellations()) {
            if (cancellations.add(cancellation.operationId())) {
                term.handle(new Event.CancelRequested(cancellation.operationId(), cancellation.by()));
            }
        }
    }

    private void notice(Notice notice) {
        switch (notice) {
            case Notice.OperationQueued queued -> queue.offer(new Item.LookForOperations());
            case Notice.Lost lost -> queue.offer(new Item.LookForOperations());
            case Notice.Changed changed -> {}
        }
    }

    /** What hosts tell; after the end of the term nothing is taken any more, and nobody waits. */
    private final class Inbox implements EventSink {

        private final HostArrivals arrivals;

        Inbox(HostArrivals arrivals) {
            this.arrivals = arrivals;
        }

        @Override
        public void accept(Event event) {
            if (epoch != null && arrivals.note(event) && !ControllerLoop.this.offer(event)) {
                arrivals.gone(event);
            }
        }

        @Override
        public boolean offer(Event event) {
            boolean taken = epoch == null || !arrivals.note(event) || queue.offer(new Item.Happened(event));
            if (!taken) {
                arrivals.gone(event);
            }
            return taken;
        }
    }

    /** Waits while the queue is full: the producers are slowed. False if it was not taken: no term runs, or nobody waits any more. */
    private boolean offer(Event event) {
        if (epoch == null) {
            return false;
        }
        try {
            queue.put(new Item.Happened(event));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
