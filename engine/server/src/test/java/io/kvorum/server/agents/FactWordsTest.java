package io.kvorum.server.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Tsc;
import io.kvorum.proto.agent.v1.HostFacts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a host says of itself is taken within limits. */
class FactWordsTest {

    private static Host.HostFacts read(HostFacts.Builder facts) {
        return FactWords.read(facts.build());
    }

    private static io.kvorum.proto.agent.v1.Tsc tsc(long hertz) {
        return io.kvorum.proto.agent.v1.Tsc.newBuilder()
                .setHertz(hertz)
                .setScaling(true)
                .build();
    }

    @Test
    void machinesOfOtherFamiliesAndJunkAreLeftOut() {
        Host.HostFacts facts = read(HostFacts.newBuilder()
                .addAllMachineTypes(List.of("pc-q35-7.2", "pc-i440fx-7.2", "pc-q35-7.2'/><x", "pc-q35-rhel9.2.0", ""))
                .putMachineAliases("q35", "pc-q35-7.2")
                .putMachineAliases("pc", "pc-i440fx-7.2")
                .putMachineAliases("pc-q35-new", "x".repeat(1000)));

        assertEquals(List.of("pc-q35-7.2", "pc-q35-rhel9.2.0"), facts.machineTypes());
        assertEquals(Map.of("q35", "pc-q35-7.2"), facts.machineAliases());
        assertEquals("pc-q35-7.2", facts.machineNamed("q35"));
        assertNull(facts.machineNamed("pc-q35-8.1"));
    }

    @Test
    void moreMachinesThanThereAreAreNotKept() {
        HostFacts.Builder facts = HostFacts.newBuilder();
        for (int i = 0; i < 5000; i++) {
            facts.addMachineTypes("pc-q35-" + i).putMachineAliases("pc-q35-alias-" + i, "pc-q35-" + i);
        }

        assertEquals(200, read(facts).machineTypes().size());
        assertEquals(200, read(facts).machineAliases().size());
    }

    @Test
    void aFrequencyThatNoCpuHasIsNone() {
        assertEquals(
                new Tsc(2_100_000_000L, true),
                read(HostFacts.newBuilder().setTsc(tsc(2_100_000_000L))).tsc());
        for (long hertz : new long[] {0, -1, 1000, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertNull(read(HostFacts.newBuilder().setTsc(tsc(hertz))).tsc());
        }
        assertNull(read(HostFacts.newBuilder()).tsc());
    }
}
