package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.network.NetworkXml;
import io.kvorum.agent.network.Subnet;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NetworkRef;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.Network;

/** Networks of guests on this host. */
final class LibvirtNetworks {
    private LibvirtNetworks() {}

    static void ensure(Connect connection, NetworkRef wanted) throws LibvirtException {
        if (wanted.getKind() == NetworkKind.NETWORK_KIND_BRIDGE) {
            if (!LibvirtFacts.bridges().contains(wanted.getBridge())) {
                throw CommandFailure.notFound("This host has no bridge " + wanted.getBridge() + "; it has "
                        + LibvirtFacts.bridges() + ". Make the bridge, or name another");
            }
            return;
        }
        Optional<Network> present = find(connection, wanted);
        if (present.isPresent()) {
            check(present.get(), wanted);
        }
        Network network = present.isPresent()
                ? present.get()
                : connection.networkDefineXML(NetworkXml.nat(wanted).toString());
        if (network.isActive() == 0) {
            network.create();
        }
        network.setAutostart(true);
    }

    private static void check(Network network, NetworkRef wanted) throws LibvirtException {
        Element found = Element.parse(network.getXMLDesc(0));
        String bridge = found.at("bridge").get("name");
        String gateway = found.at("ip").get("address");
        String expected = Subnet.parse(wanted.getSubnet()).gateway();
        if (!bridge.equals(wanted.getBridge()) || !gateway.equals(expected)) {
            throw CommandFailure.conflict("Network " + wanted.getNetworkId() + " stands here with bridge " + bridge
                    + " and gateway " + gateway + ", not " + wanted.getBridge() + " and " + expected
                    + "; remove it first");
        }
    }

    static void remove(Connect connection, NetworkRef unwanted) throws LibvirtException {
        if (unwanted.getKind() == NetworkKind.NETWORK_KIND_BRIDGE) {
            return;
        }
        Optional<Network> present = find(connection, unwanted);
        if (present.isPresent()) {
            if (present.get().isActive() == 1) {
                present.get().destroy();
            }
            present.get().undefine();
        }
    }

    private static Optional<Network> find(Connect connection, NetworkRef ref) throws LibvirtException {
        try {
            return Optional.of(connection.networkLookupByName(NetworkXml.name(ref)));
        } catch (LibvirtException e) {
            if (LibvirtProblem.absent(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
