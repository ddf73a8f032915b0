package io.kvorum.agent.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.VcpuPin;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeatXmlTest {
    private static final String GUEST = """
            <domain type='kvm' id='3'>
              <name>db &amp; co</name>
              <metadata><kvorum:vm xmlns:kvorum="urn:kvorum:vm:1" revision="7"/></metadata>
              <vcpu placement='static'>2</vcpu>
              <cputune>
                <shares>1024</shares>
                <vcpupin vcpu='0' cpuset='4'/>
                <vcpupin vcpu='1' cpuset='5'/>
                <emulatorpin cpuset='4-5'/>
              </cputune>
              <numatune>
                <memnode cellid='0' mode='strict' nodeset='0'/>
                <memnode cellid='1' mode='strict' nodeset='1'/>
              </numatune>
              <cpu><numa><cell id='0' cpus='0' memory='1048576' unit='KiB'/><cell id='1' cpus='1' memory='1048576' unit='KiB'/></numa></cpu>
            </domain>
            """;

    private static MigrateVm command(List<String> cpus, String... nodes) {
        MigrateVm.Builder command = MigrateVm.newBuilder().setVmId("7d0a").addAllHostNodes(List.of(nodes));
        for (int i = 0; i < cpus.size(); i++) {
            command.addPins(VcpuPin.newBuilder().setVcpu(i).setHostCpus(cpus.get(i)));
        }
        return command.build();
    }

    @Test
    void bindsToTheTargetsCpusAndNodesAndChangesNothingElse() {
        Element moved = Element.parse(SeatXml.onTarget(GUEST, command(List.of("10", "27"), "2", "3")));

        Element tune = moved.at("cputune");
        assertEquals(
                List.of("10", "27"),
                tune.all("vcpupin").stream().map(pin -> pin.get("cpuset")).toList());
        assertEquals("10,27", tune.at("emulatorpin").get("cpuset"));
        assertEquals(
                List.of("2", "3"),
                moved.at("numatune").all("memnode").stream()
                        .map(node -> node.get("nodeset"))
                        .toList());
        String back = SeatXml.onTarget(moved.toString(), command(List.of("4", "5"), "0", "1"))
                .replace("cpuset=\"4,5\"", "cpuset=\"4-5\"");
        assertEquals(Element.parse(GUEST).toString(), back);
    }

    @Test
    void refusesWhatTheGuestWouldNotice() {
        for (MigrateVm wrong : List.of(
                command(List.of("10"), "2", "3"), command(List.of("10", "11"), "2"), command(List.of(), "2", "3"))) {
            CommandFailure failure = assertThrows(CommandFailure.class, () -> SeatXml.onTarget(GUEST, wrong));
            assertEquals(FailureReason.FAILURE_REASON_CONFLICT, failure.reason());
        }
        MigrateVm strange = MigrateVm.newBuilder()
                .addPins(VcpuPin.newBuilder().setVcpu(0).setHostCpus("1"))
                .addPins(VcpuPin.newBuilder().setVcpu(9).setHostCpus("2"))
                .addHostNodes("0")
                .addHostNodes("1")
                .build();
        assertThrows(CommandFailure.class, () -> SeatXml.onTarget(GUEST, strange));
    }

    @Test
    void aGuestThatFloatsIsNotTouched() {
        assertFalse(SeatXml.changes(command(List.of())));
        assertTrue(SeatXml.changes(command(List.of(), "0")));
    }
}
