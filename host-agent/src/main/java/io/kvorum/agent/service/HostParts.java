package io.kvorum.agent.service;

import io.kvorum.agent.fencing.HostProbe;
import io.kvorum.agent.fencing.PowerController;
import io.kvorum.agent.hypervisor.Hypervisor;
import io.kvorum.agent.lease.Leases;
import io.kvorum.agent.storage.DiskStore;
import io.kvorum.agent.upgrade.HostUpgrade;

/** What carries out the commands that a host is given. */
public record HostParts(
        Hypervisor hypervisor,
        DiskStore disks,
        Leases leases,
        PowerController power,
        HostProbe probe,
        HostUpgrade upgrade) {}
