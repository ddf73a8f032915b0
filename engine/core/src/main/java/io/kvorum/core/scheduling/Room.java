package io.kvorum.core.scheduling;

import java.util.List;
import java.util.UUID;

/**
 * How many more VMs of one kind a cluster can take, each placed beside those before it.
 *
 * @param more in all
 * @param atLeast whether there may be room for still more: the search has an end
 * @param hosts those that take some, by name
 * @param refusals why the next one fits nowhere, by filter, in the order in which they are asked; empty where {@code atLeast}
 */
public record Room(int more, boolean atLeast, List<HostRoom> hosts, List<Refusals> refusals) {

    public Room {
        hosts = List.copyOf(hosts);
        refusals = List.copyOf(refusals);
    }

    public record HostRoom(UUID hostId, String hostName, int more) {

        HostRoom and(HostRoom others) {
            return new HostRoom(hostId, hostName, more + others.more);
        }
    }

    /**
     * What one filter refuses that no filter before it does.
     *
     * @param hosts how many
     * @param example what it says of the first of them, by slot
     */
    public record Refusals(String filter, int hosts, String example) {}
}
