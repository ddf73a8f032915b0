package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.VcpuPin;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The definition of a guest that is bound to CPUs and NUMA nodes of its host, as it shall be bound to those of another. */
final class SeatXml {
    private SeatXml() {}

    /** Whether the guest is bound to anything on the target. */
    static boolean changes(MigrateVm command) {
        return command.getPinsCount() > 0 || command.getHostNodesCount() > 0;
    }

    /**
     * The same guest on the target. CONFLICT where it is bound here to more, or to less, than the command says: what the guest
     * sees of its CPUs and memory must not change under it.
     */
    static String onTarget(String xml, MigrateVm command) {
        Element domain = Element.parse(xml);
        pin(domain.at("cputune"), command);
        List<Element> nodes = domain.at("numatune").all("memnode");
        if (nodes.size() != command.getHostNodesCount()) {
            throw differs(command, nodes.size() + " NUMA nodes", command.getHostNodesCount());
        }
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).with("nodeset", command.getHostNodes(i));
        }
        return domain.toString();
    }

    private static void pin(Element tune, MigrateVm command) {
        List<Element> pinned = tune.all("vcpupin");
        Map<String, String> wanted = command.getPinsList().stream()
                .collect(Collectors.toMap(
                        pin -> String.valueOf(pin.getVcpu()), VcpuPin::getHostCpus, (one, other) -> other));
        boolean same =
                pinned.size() == wanted.size() && pinned.stream().allMatch(pin -> wanted.containsKey(pin.get("vcpu")));
        if (!same) {
            throw differs(command, pinned.size() + " pinned vCPUs", wanted.size());
        }
        pinned.forEach(pin -> pin.with("cpuset", wanted.getOrDefault(pin.get("vcpu"), "")));
        String own = command.getPinsList().stream()
                .map(VcpuPin::getHostCpus)
                .distinct()
                .collect(Collectors.joining(","));
        tune.all("emulatorpin").forEach(pin -> pin.with("cpuset", own));
    }

    private static CommandFailure differs(MigrateVm command, String here, int there) {
        return CommandFailure.conflict("VM " + command.getVmId() + " has " + here + " here, and shall have " + there
                + " on the target; stop it and start it there");
    }
}
