package io.kvorum.core.inventory;

/** An entity that operators write as a whole, and that nothing on a host has to follow at once. */
public sealed interface ConfigObject extends Entity
        permits DataCenter,
                Cluster,
                StorageDomain,
                Network,
                AffinityGroup,
                AffinityLabel,
                SchedulingPolicy,
                Quota,
                InstanceType {

    @Override
    ConfigObject withMeta(Meta meta);
}
