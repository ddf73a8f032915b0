package io.kvorum.core.controller;

import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Subject;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One turn of the loop: what one event changes and asks for. */
public final class Turn {

    private final Inventory inventory;
    private final Now now;
    private final List<Effect> effects = new ArrayList<>();

    public Turn(Inventory inventory, Now now) {
        this.inventory = inventory;
        this.now = now;
    }

    public Inventory inventory() {
        return inventory;
    }

    public Instant instant() {
        return now.instant();
    }

    public long nanos() {
        return now.monotonicNanos();
    }

    public Entity put(Entity entity) {
        return inventory.put(entity, now.instant());
    }

    /** Stores the VM with that status. Where that binds it to a host of another cluster, it belongs to that cluster from now on. */
    public Vm put(Vm vm, VmStatus status) {
        Vm changed = vm.withStatus(status);
        boolean arrives = status.hostId() != null && !status.hostId().equals(vm.hostId());
        Vm stored = (Vm) put(arrives ? inventory.inClusterOf(status.hostId(), changed) : changed);
        UUID clusterId = stored.spec().clusterId();
        if (!clusterId.equals(vm.spec().clusterId())) {
            String cluster = inventory.cluster(clusterId).map(Cluster::name).orElse("?");
            log(
                    Severity.INFO,
                    "vm.cluster_changed",
                    "VM " + vm.name() + " belongs to cluster " + cluster + " now, where it was moved to.",
                    stored.subject());
        }
        return stored;
    }

    public void remove(Kind kind, UUID id) {
        inventory.remove(kind, id);
    }

    public void emit(Effect effect) {
        effects.add(effect);
    }

    /** A line of the log that the engine itself is the cause of. */
    public void log(Severity severity, String code, String message, @Nullable Subject subject) {
        log(severity, code, message, subject, null, "system");
    }

    public void log(
            Severity severity,
            String code,
            String message,
            @Nullable Subject subject,
            @Nullable UUID operationId,
            String actor) {
        inventory.log(new LogEntry(now.instant(), severity, code, message, subject, operationId, actor));
    }

    /** What the shell is to do: first to store the changes, then the rest. */
    public List<Effect> finish() {
        List<Change> changes = inventory.drainChanges();
        if (changes.isEmpty()) {
            return List.copyOf(effects);
        }
        List<Effect> all = new ArrayList<>(effects.size() + 1);
        all.add(new Effect.Persist(changes));
        all.addAll(effects);
        return all;
    }
}
