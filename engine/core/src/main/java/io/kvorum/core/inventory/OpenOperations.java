package io.kvorum.core.inventory;

import io.kvorum.core.operations.Lock;
import io.kvorum.core.operations.Operation;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What operations that have not ended hold, and whose children they are. */
final class OpenOperations {

    private final Map<Lock, UUID> locks = new HashMap<>();
    private final Map<UUID, Set<UUID>> children = new HashMap<>();
    private final Consumer<Lock> onLock;

    /** @param onLock told of each lock that was taken or let go */
    OpenOperations(Consumer<Lock> onLock) {
        this.onLock = onLock;
    }

    @Nullable
    UUID holder(Lock lock) {
        return locks.get(lock);
    }

    boolean locked(Lock lock) {
        return locks.containsKey(lock);
    }

    /** In the order they came. */
    Set<UUID> childrenOf(UUID operationId) {
        return children.getOrDefault(operationId, Set.of());
    }

    void take(Operation operation) {
        operation.locks().forEach(lock -> {
            locks.put(lock, operation.id());
            onLock.accept(lock);
        });
        UUID parentId = operation.parentId();
        if (parentId != null) {
            children.computeIfAbsent(parentId, id -> new LinkedHashSet<>()).add(operation.id());
        }
    }

    /** It ends, or goes on with other locks. */
    void letGo(Operation operation) {
        operation.locks().forEach(lock -> {
            locks.remove(lock, operation.id());
            onLock.accept(lock);
        });
    }

    void ended(Operation operation) {
        UUID parentId = operation.parentId();
        Set<UUID> siblings = parentId == null ? null : children.get(parentId);
        if (siblings != null && siblings.remove(operation.id()) && siblings.isEmpty()) {
            children.remove(parentId);
        }
    }
}
