package io.kvorum.core.inventory;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What NICs are plugged into.
 *
 * @param bridge bridge on the hosts: an existing one, or the one a NAT network makes
 * @param subnet IPv4 subnet in CIDR notation of a NAT network, else null
 */
public record Network(
        UUID id,
        String name,
        UUID dataCenterId,
        NetworkKind network,
        String bridge,
        @Nullable String subnet,
        Meta meta) implements ConfigObject {

    @Override
    public Kind kind() {
        return Kind.NETWORK;
    }

    @Override
    public Network withMeta(Meta newMeta) {
        return new Network(id, name, dataCenterId, network, bridge, subnet, newMeta);
    }

    public enum NetworkKind {
        NAT,
        BRIDGE
    }
}
