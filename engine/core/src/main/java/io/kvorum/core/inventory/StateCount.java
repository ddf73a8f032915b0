package io.kvorum.core.inventory;

import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import java.util.Map;

/** How many hosts and VMs are in which state; none are in states that are not named. */
public record StateCount(Map<HostState, Integer> hosts, Map<VmState, Integer> vms) {
    public StateCount {
        hosts = Map.copyOf(hosts);
        vms = Map.copyOf(vms);
    }
}
