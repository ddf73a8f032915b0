package io.kvorum.core.inventory;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tells whether anything has changed that placement in a cluster depends on, but for measured load. */
final class PlacementVersions {

    private final Map<UUID, Long> clusters = new HashMap<>();
    private long everywhere;

    /** Differs from what it was earlier if hosts, VMs or rules have changed since. */
    long of(UUID clusterId) {
        return everywhere + clusters.getOrDefault(clusterId, 0L);
    }

    /** One of the two may be missing: it was made, or removed. */
    void changed(@Nullable Entity before, @Nullable Entity after) {
        Entity one = after == null ? before : after;
        if (one == null) {
            return;
        }
        switch (one) {
            case Vm vm -> {
                if (!(before instanceof Vm old) || !(after instanceof Vm now) || moved(old, now)) {
                    count(before);
                    count(after);
                }
            }
            case Host host -> {
                count(before);
                count(after);
            }
            case ConfigObject config -> everywhere++;
            case OperationRecord operation -> {}
            case Image image -> {}
            case Template template -> {}
            case BalancingPlan plan -> {}
        }
    }

    private static boolean moved(Vm old, Vm now) {
        return !Objects.equals(old.hostId(), now.hostId())
                || !Objects.equals(old.status().targetHostId(), now.status().targetHostId())
                || !Objects.equals(old.status().seat(), now.status().seat())
                || !Objects.equals(old.status().growing(), now.status().growing())
                || !old.spec().equals(now.spec());
    }

    private void count(@Nullable Entity entity) {
        if (entity instanceof Vm vm) {
            clusters.merge(vm.spec().clusterId(), 1L, Long::sum);
            UUID target = vm.status().targetClusterId();
            if (target != null) {
                clusters.merge(target, 1L, Long::sum);
            }
        } else if (entity instanceof Host host) {
            clusters.merge(host.spec().clusterId(), 1L, Long::sum);
        }
    }
}
