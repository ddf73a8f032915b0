package io.kvorum.core.balancing;

import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import io.kvorum.core.inventory.AffinityRule;
import io.kvorum.core.inventory.BalancingPlan.MovePurpose;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.scheduling.HostLoads;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Plans moves that repair hard rules of affinity groups, and labels, which running VMs break, since the rule came later than they did.
 *
 * <ol>
 *   <li>VMs that belong on one host gather on the host that most of them are on; where that cannot take them, on another.
 *       All of them can, or none moves.
 *   <li>A VM that is where a rule does not want it goes where the scheduler would start it.
 * </ol>
 *
 * Rules that may be broken are wishes that count when VMs are placed; nothing moves for them.
 */
final class AffinityRepair {

    private final HostLoads loads;
    private final Demands demands;

    AffinityRepair(HostLoads loads, Demands demands) {
        this.loads = loads;
        this.demands = demands;
    }

    Proposal plan(Turn turn, Cluster cluster) {
        List<AffinityRule> groups = hard(turn, cluster);
        Set<String> names = new LinkedHashSet<>();
        if (groups.isEmpty()) {
            return new Proposal("", List.of(), List.of());
        }
        Draft draft = new Draft(turn, cluster, loads, demands, id -> true);
        for (AffinityRule group : groups) {
            int before = draft.size();
            if (scattered(draft.rules().supposed(), group)) {
                gather(draft, group);
            } else {
                group.members().forEach(member -> repair(draft, member.vmId()));
            }
            if (draft.size() > before) {
                names.add(group.words());
            }
        }
        return new Proposal("the rules of " + String.join(", ", names) + " are broken", draft.moves(), List.of());
    }

    /** The cluster's groups that have hard rules, and labels. */
    static List<AffinityRule> hard(Turn turn, Cluster cluster) {
        return turn.inventory().affinityRules(cluster.id()).stream()
                .filter(AffinityRule::hard)
                .sorted(Comparator.comparing(AffinityRule::words))
                .toList();
    }

    /** Whether the VM is where a hard rule does not want it. */
    static boolean needed(PlacementRules rules, Vm vm) {
        List<AffinityRule> groups = rules.supposed().affinityRules(vm.spec().clusterId());
        return rules.brokenAffinity(vm.id())
                || groups.stream()
                        .filter(group -> scattered(rules.supposed(), group))
                        .anyMatch(group -> group.members().stream()
                                .anyMatch(member -> member.vmId().equals(vm.id())));
    }

    /** Whether its VMs belong on one host and are on several. */
    private static boolean scattered(Inventory inventory, AffinityRule group) {
        return group.vms() == Rule.HARD_AFFINITY
                && group.level() == Level.HOST
                && byHost(inventory, group).size() > 1;
    }

    private static Map<UUID, List<Vm>> byHost(Inventory inventory, AffinityRule group) {
        return group.members().stream()
                .flatMap(member -> inventory.vm(member.vmId()).stream())
                .filter(vm -> inventory
                        .host(vm.hostId())
                        .filter(host -> host.state() == HostState.UP)
                        .isPresent())
                .sorted(Comparator.comparing(Vm::name))
                .collect(Collectors.groupingBy(
                        vm -> vm.hostId() == null ? vm.id() : vm.hostId(), LinkedHashMap::new, Collectors.toList()));
    }

    private static void gather(Draft draft, AffinityRule group) {
        Map<UUID, List<Vm>> byHost = byHost(draft.rules().supposed(), group);
        List<UUID> hosts = byHost.entrySet().stream()
                .sorted(Comparator.comparing(
                        (Map.Entry<UUID, List<Vm>> entry) -> -entry.getValue().size()))
                .map(Map.Entry::getKey)
                .toList();
        int before = draft.size();
        for (UUID host : hosts) {
            OptionalInt target = draft.measured().hostIndex(host);
            boolean all = target.isPresent()
                    && byHost.values().stream()
                            .flatMap(List::stream)
                            .filter(vm -> !host.equals(vm.hostId()))
                            .allMatch(vm -> move(draft, vm.id(), target.getAsInt()));
            if (all) {
                return;
            }
            draft.undoTo(before);
        }
    }

    private static boolean move(Draft draft, UUID vmId, int target) {
        OptionalInt vm = draft.measured().vmIndex(vmId);
        if (vm.isEmpty() || !draft.rules().allows(draft.model(), vm.getAsInt(), target)) {
            return false;
        }
        draft.move(vm.getAsInt(), target, MovePurpose.REPAIR_AFFINITY);
        return true;
    }

    private static void repair(Draft draft, UUID vmId) {
        OptionalInt vm = draft.measured().vmIndex(vmId);
        if (vm.isPresent() && draft.rules().brokenAffinity(vmId)) {
            draft.rules()
                    .choose(vm.getAsInt())
                    .ifPresent(target -> draft.move(vm.getAsInt(), target, MovePurpose.REPAIR_AFFINITY));
        }
    }
}
