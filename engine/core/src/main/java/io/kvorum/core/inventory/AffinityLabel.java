package io.kvorum.core.inventory;

import io.kvorum.core.inventory.AffinityGroup.Level;
import io.kvorum.core.inventory.AffinityGroup.Member;
import io.kvorum.core.inventory.AffinityGroup.Rule;
import java.util.List;
import java.util.UUID;

/**
 * A label of hosts and VMs, of whichever clusters: a VM runs only on hosts that have all of its labels. Hosts with labels
 * take VMs without them too.
 */
public record AffinityLabel(UUID id, String name, String description, List<UUID> hostIds, List<UUID> vmIds, Meta meta)
        implements ConfigObject, AffinityRule {

    public AffinityLabel {
        hostIds = List.copyOf(hostIds);
        vmIds = List.copyOf(vmIds);
    }

    /** The same label of others. */
    public AffinityLabel with(List<UUID> newHostIds, List<UUID> newVmIds) {
        return new AffinityLabel(id, name, description, newHostIds, newVmIds, meta);
    }

    @Override
    public Rule vms() {
        return Rule.NONE;
    }

    @Override
    public Level level() {
        return Level.HOST;
    }

    @Override
    public Rule hosts() {
        return Rule.HARD_AFFINITY;
    }

    @Override
    public List<Member> members() {
        return vmIds.stream().map(vmId -> new Member(vmId, null)).toList();
    }

    @Override
    public String words() {
        return "affinity label " + name;
    }

    @Override
    public Kind kind() {
        return Kind.AFFINITY_LABEL;
    }

    @Override
    public AffinityLabel withMeta(Meta newMeta) {
        return new AffinityLabel(id, name, description, hostIds, vmIds, newMeta);
    }
}
