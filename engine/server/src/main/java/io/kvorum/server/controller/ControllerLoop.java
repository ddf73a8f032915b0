package io.kvorum.server.controller;

import io.kvorum.core.availability.FailoverProof;
import io.kvorum.core.controller.Controller;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Event;
import io.kvorum.core.controller.Now;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.QuotaUse.Amount;
import io.kvorum.core.inventory.Vm.VmSpec;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.PlacementDryRun;
import io.kvorum.core.scheduling.BrokenRule;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.core.scheduling.FleetOverview;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
 *   <li>Store the changes of all of them in one transaction that proves the term.
 *   <li>Only then perform the other effects: commands, timers, connections.
 * </ol>
 *
 * <p>If the transaction fails, what is in memory is ahead of what is stored, or it is not known what is stored: the term
 * ends, and the next one begins by reading the database again.
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
    public Optional<PlacementDryRun> tryPlacement(UUID vmId, VmSpec spec) {
        return ask(controller -> Optional.of(controller.tryPlacement(vmId, spec)));
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
        return ask(controller -> Optional.of(controller.overview(now())));
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
        long term = beginTerm(replicaId, address);
        LOG.infof("Replica %s leads, term %d", replicaId, term);
        EventTimers timers = new EventTimers(this::offer);
        try (Subscription subscription = feed.subscribe(this::notice)) {
            Inventory inventory = new Inventory(store.load());
            Controller controller = new Controller(inventory, settings, UUID.randomUUID());
            agents.begin(term, tenure, new Inbox());
            epoch = term;
            perform(term, tenure, controller.start(now()), timers);
            queue.add(new Item.LookForOperations());
            while (!stopping && !agents.deposed()) {
                turn(term, tenure, controller, timers);
            }
        } catch (InterruptedException e) {
            LOG.infof("Term %d ends: the election was lost", term);
            throw e;
        } catch (SQLException e) {
            throw new IllegalStateException("Term " + term + " ends: " + e.getMessage(), e);
        } finally {
            epoch = null;
            timers.close();
            agents.end();
            LOG.infof("Term %d is over", term);
        }
    }

    private long beginTerm(String replicaId, String address) {
        try {
            return store.beginTerm(replicaId, address);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot begin a term: " + e.getMessage(), e);
        }
    }

    private void turn(long term, BooleanSupplier tenure, Controller controller, EventTimers timers)
            throws InterruptedException, SQLException {
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
        List<Effect> effects = new ArrayList<>();
        // First, and once: an operation that this batch begins or ends is stored as such only after it, and would look
        // as if it were still to be done.
        if (batch.stream().anyMatch(Item.LookForOperations.class::isInstance)) {
            lookedNanos = System.nanoTime();
            effects.addAll(look(controller));
        }
        for (Item item : batch) {
            switch (item) {
                case Item.Happened(Event event) -> effects.addAll(controller.handle(event, now()));
                case Item.LookForOperations looked -> {}
                case Item.Question(var ask) -> ask.accept(controller);
            }
        }
        metrics.turn(batch.size(), queue.size());
        perform(term, tenure, effects, timers);
    }

    private List<Effect> look(Controller controller) throws SQLException {
        List<Effect> effects = new ArrayList<>();
        for (Operation operation : operations.queued()) {
            effects.addAll(controller.handle(new Event.OperationSubmitted(operation), now()));
        }
        for (Cancellation cancellation : operations.cancellations()) {
            if (cancellations.add(cancellation.operationId())) {
                effects.addAll(controller.handle(
                        new Event.CancelRequested(cancellation.operationId(), cancellation.by()), now()));
            }
        }
        return effects;
    }

    private void perform(long term, BooleanSupplier tenure, List<Effect> effects, EventTimers timers)
            throws SQLException {
        List<Change> changes = new ArrayList<>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Persist(List<Change> some)) {
                changes.addAll(some);
            }
        }
        if (!changes.isEmpty()) {
            store.persist(term, changes);
            LeaderLog.tell(changes);
        }
        if (!tenure.getAsBoolean()) {
            throw new IllegalStateException("Term " + term + " ends: ZooKeeper has not confirmed it in time");
        }
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Persist persist -> {}
                case Effect.SendCommand command -> agents.send(command);
                case Effect.ForgetCommand(UUID commandId) -> agents.forget(commandId);
                case Effect.AbortMigration abort -> agents.abort(abort);
                case Effect.Connect connect -> agents.connect(connect);
                case Effect.Disconnect(UUID hostId) -> agents.disconnect(hostId);
                case Effect.StartTimer(var timer, var delay) -> timers.start(timer, delay);
                case Effect.CancelTimer(var timer) -> timers.cancel(timer);
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

        @Override
        public void accept(Event event) {
            ControllerLoop.this.offer(event);
        }

        @Override
        public boolean offer(Event event) {
            return epoch == null || queue.offer(new Item.Happened(event));
        }
    }

    /** Waits while the queue is full: the producers are slowed, nothing is lost. */
    private void offer(Event event) {
        if (epoch == null) {
            return;
        }
        try {
            queue.put(new Item.Happened(event));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Now now() {
        return new Now(Instant.now().truncatedTo(ChronoUnit.MICROS), System.nanoTime());
    }
}
