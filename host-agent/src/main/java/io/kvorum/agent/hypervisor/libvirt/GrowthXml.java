package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.GrowVm;
import java.util.Optional;

/** What the definition of a guest that runs lacks of what it shall have. */
final class GrowthXml {
    private GrowthXml() {}

    /**
     * The DIMM to plug in; empty where the guest has that much memory. CONFLICT where it was not started with room for it, or has
     * no slot left.
     */
    static Optional<Element> dimm(Element domain, GrowVm command) {
        long wanted = command.getMemoryBytes() >> 10;
        long present = kib(domain, "memory");
        if (wanted <= present) {
            return Optional.empty();
        }
        Element most = domain.at("maxMemory");
        if (most.text().isEmpty() || kib(domain, "maxMemory") < wanted) {
            throw noRoom(command, (Math.max(present, kib(domain, "maxMemory")) >> 10) + " MiB of memory");
        }
        int slots = Integer.parseInt(most.get("slots"));
        if (domain.at("devices").all("memory").size() >= slots) {
            throw CommandFailure.conflict("VM " + command.getVmId() + " was given memory " + slots
                    + " times since it was started, and has no slot left; stop it and start it again");
        }
        Element dimm = Element.of("memory").with("model", "dimm");
        Element target = dimm.child("target");
        target.child("size").with("unit", "KiB").text(wanted - present);
        target.child("node").text(0);
        return Optional.of(dimm);
    }

    /** The vCPUs that it shall have; empty where it has so many. CONFLICT where it was not started with room for them. */
    static Optional<Integer> vcpus(Element domain, GrowVm command) {
        Element vcpu = domain.at("vcpu");
        int most = Integer.parseInt(vcpu.text());
        int present = vcpu.get("current").isEmpty() ? most : Integer.parseInt(vcpu.get("current"));
        if (command.getVcpus() <= present) {
            return Optional.empty();
        }
        if (command.getVcpus() > most) {
            throw noRoom(command, most + " vCPUs");
        }
        return Optional.of(command.getVcpus());
    }

    /** Whether the balloon holds back some of its memory. */
    static boolean deflatable(Element domain) {
        return kib(domain, "currentMemory") < kib(domain, "memory");
    }

    /** libvirt tells sizes in KiB; 0 where it does not tell. */
    static long kib(Element domain, String size) {
        String text = domain.at(size).text();
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    private static CommandFailure noRoom(GrowVm command, String room) {
        return CommandFailure.conflict("VM " + command.getVmId() + " was started with room for " + room
                + "; stop it and start it again to give it more");
    }
}
