package io.kvorum.agent.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.GrowVm;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GrowthXmlTest {
    /** As libvirt tells it of a guest that was started with 256 MiB and given 128 MiB since. */
    private static final String GUEST = """
            <domain type='kvm' id='3'>
              <maxMemory slots='16' unit='KiB'>1048576</maxMemory>
              <memory unit='KiB'>393216</memory>
              <currentMemory unit='KiB'>393216</currentMemory>
              <vcpu placement='static' current='1'>4</vcpu>
              <cpu><numa><cell id='0' cpus='0-3' memory='262144' unit='KiB'/></numa></cpu>
              <devices>
                <memory model='dimm'>
                  <target><size unit='KiB'>131072</size><node>0</node></target>
                </memory>
              </devices>
            </domain>
            """;

    private static GrowVm memory(long mib) {
        return GrowVm.newBuilder().setVmId("7d0a").setMemoryBytes(mib << 20).build();
    }

    private static GrowVm vcpus(int vcpus) {
        return GrowVm.newBuilder().setVmId("7d0a").setVcpus(vcpus).build();
    }

    private static void conflict(String xml, GrowVm command, String words) {
        Element guest = Element.parse(xml);
        CommandFailure failure = assertThrows(CommandFailure.class, () -> {
            GrowthXml.dimm(guest, command);
            GrowthXml.vcpus(guest, command);
        });
        assertEquals(FailureReason.FAILURE_REASON_CONFLICT, failure.reason());
        assertTrue(String.valueOf(failure.getMessage()).contains(words), failure.getMessage());
    }

    @Test
    void plugsInTheDifferenceOnly() {
        Element dimm = GrowthXml.dimm(Element.parse(GUEST), memory(512)).orElseThrow();

        assertEquals("""
                <memory model="dimm">
                  <target>
                    <size unit="KiB">131072</size>
                    <node>0</node>
                  </target>
                </memory>
                """, dimm.toString());
    }

    @Test
    void whatIsThereIsNotGivenAgain() {
        Element guest = Element.parse(GUEST);

        assertEquals(Optional.empty(), GrowthXml.dimm(guest, memory(384)));
        assertEquals(Optional.empty(), GrowthXml.dimm(guest, memory(256)));
        assertEquals(Optional.empty(), GrowthXml.dimm(guest, vcpus(2)));
        assertEquals(Optional.empty(), GrowthXml.vcpus(guest, vcpus(1)));
        assertEquals(Optional.empty(), GrowthXml.vcpus(guest, memory(512)));
        assertEquals(Optional.of(3), GrowthXml.vcpus(guest, vcpus(3)));
        Element full = Element.parse(GUEST.replace(" current='1'", ""));
        assertEquals(Optional.empty(), GrowthXml.vcpus(full, vcpus(4)));
    }

    @Test
    void nothingGrowsBeyondWhatItWasStartedWithRoomFor() {
        conflict(GUEST, memory(1152), "room for 1024 MiB of memory");
        conflict(GUEST, vcpus(5), "room for 4 vCPUs");
        conflict(GUEST.replaceAll("<maxMemory.*</maxMemory>", ""), memory(512), "room for 384 MiB of memory");
        conflict(GUEST.replace("slots='16'", "slots='1'"), memory(512), "given memory 1 times");
    }

    @Test
    void aBalloonThatHoldsMemoryBackIsSeen() {
        assertFalse(GrowthXml.deflatable(Element.parse(GUEST)));
        assertTrue(GrowthXml.deflatable(
                Element.parse(GUEST.replace("<currentMemory unit='KiB'>393216", "<currentMemory unit='KiB'>262144"))));
    }
}
