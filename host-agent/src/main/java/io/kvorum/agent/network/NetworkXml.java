package io.kvorum.agent.network;

import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.NetworkRef;

/** A NAT network as libvirt defines it: a bridge, NAT behind the host, and DHCP over the whole subnet. */
public final class NetworkXml {
    private NetworkXml() {}

    /** libvirt's name of the network; the same on every host, as migration needs. */
    public static String name(NetworkRef network) {
        return "kvorum-" + network.getNetworkId();
    }

    public static Element nat(NetworkRef network) {
        Subnet subnet = Subnet.parse(network.getSubnet());
        Element root = Element.of("network");
        root.child("name").text(name(network));
        root.child("uuid").text(network.getNetworkId());
        root.child("forward").with("mode", "nat");
        root.child("bridge").with("name", network.getBridge()).with("stp", "on").with("delay", "0");
        Element ip = root.child("ip").with("address", subnet.gateway()).with("prefix", subnet.prefix());
        ip.child("dhcp").child("range").with("start", subnet.firstLease()).with("end", subnet.lastLease());
        return root;
    }
}
