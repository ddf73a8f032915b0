package io.kvorum.agent.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.HostFacts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineFactsTest {

    private static final String CAPABILITIES = """
            <capabilities>
              <host>
                <cpu>
                  <arch>x86_64</arch>
                  <counter name='tsc' frequency='2099997000' scaling='no'/>
                </cpu>
              </host>
              <guest>
                <os_type>hvm</os_type>
                <arch name='i686'>
                  <machine maxCpus='288'>pc-q35-6.0</machine>
                </arch>
              </guest>
              <guest>
                <os_type>hvm</os_type>
                <arch name='x86_64'>
                  <wordsize>64</wordsize>
                  <machine maxCpus='255'>pc-i440fx-7.2</machine>
                  <machine canonical='pc-i440fx-7.2' maxCpus='255'>pc</machine>
                  <machine maxCpus='288'>pc-q35-7.2</machine>
                  <machine canonical='pc-q35-7.2' maxCpus='288'>q35</machine>
                  <machine maxCpus='288' deprecated='yes'>pc-q35-2.4</machine>
                  <machine maxCpus='1'>isapc</machine>
                </arch>
              </guest>
            </capabilities>
            """;

    private static HostFacts read(String capabilities, boolean tcg) {
        HostFacts.Builder facts = HostFacts.newBuilder();
        MachineFacts.read(facts, Element.parse(capabilities), tcg);
        return facts.build();
    }

    @Test
    void tellsMachinesThatGuestsCanHave() {
        HostFacts facts = read(CAPABILITIES, false);

        assertEquals(List.of("pc-q35-7.2", "pc-q35-2.4"), facts.getMachineTypesList());
        assertEquals(Map.of("q35", "pc-q35-7.2"), facts.getMachineAliasesMap());
    }

    @Test
    void tellsTheTimeStampCounterThatGuestsCanKeep() {
        assertEquals(2_099_997_000L, read(CAPABILITIES, false).getTsc().getHertz());
        assertFalse(read(CAPABILITIES, false).getTsc().getScaling());
        assertFalse(read(CAPABILITIES, true).hasTsc());
        assertFalse(
                read("<capabilities><host><cpu/></host></capabilities>", false).hasTsc());
    }
}
