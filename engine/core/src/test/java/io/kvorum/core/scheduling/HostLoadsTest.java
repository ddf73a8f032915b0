package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.scheduling.HostLoads.VmsUse;
import io.kvorum.core.testing.Things;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class HostLoadsTest {

    private static final UUID HOST = Things.id("h1");

    private final HostLoads loads = new HostLoads();

    private void report(double cpu, double ofVms) {
        HostLoad load =
                new HostLoad(cpu, 3 * Things.GIB, List.of(new VmLoad(Things.id("v"), Math.min(1, ofVms), Things.GIB)));
        loads.report(HOST, load, 0);
        loads.reportVms(HOST, load, new VmsUse(ofVms, Things.GIB), 0);
    }

    @Test
    void whatVmsDoNotUseIsTheHostsOwn() {
        report(0.5, 0.4);
        report(0.9, 0.6);

        assertEquals(0.2, loads.hostOwnCpu(HOST), 1e-9, "the mean of both");
        assertEquals(2 * Things.GIB, loads.hostOwnMemoryBytes(HOST), 1);
    }

    @Test
    void accountingThatIsNotExactLeavesNothingNegative() {
        report(0.4, 0.5);

        assertEquals(0, loads.hostOwnCpu(HOST));
    }

    @Test
    void swapCountsAsItWasLastTold() {
        loads.report(
                HOST,
                new HostLoad(0.1, Things.GIB, List.of(), HostSignals.NONE, new SwapUse(Things.GIB, 4 * Things.GIB)),
                0);
        assertEquals(Things.GIB, loads.hostSwapBytes(HOST));
        for (SwapUse absurd :
                List.of(new SwapUse(-1, Things.GIB), new SwapUse(Things.GIB, 0), new SwapUse(0, Long.MAX_VALUE))) {
            loads.report(HOST, new HostLoad(0.1, Things.GIB, List.of(), HostSignals.NONE, absurd), 0);
            assertTrue(loads.absurdity(HOST).orElseThrow().startsWith("swap in use"));
            assertEquals(Things.GIB, loads.hostSwapBytes(HOST));
        }

        loads.report(HOST, new HostLoad(0.1, Things.GIB, List.of()), 0);
        assertEquals(0, loads.hostSwapBytes(HOST));
    }

    @Test
    void anAbsurdReportCountsForNothing() {
        report(0.5, 0.4);
        report(Double.NaN, 0.1);

        assertEquals(0.1, loads.hostOwnCpu(HOST), 1e-9);
    }

    private void signal(HostSignals signals, VmLoad... vms) {
        HostLoad load = new HostLoad(0.5, Things.GIB, List.of(vms), signals);
        loads.report(HOST, load, 0);
    }

    @Test
    void whatIsNotToldIsNotKnown() {
        signal(HostSignals.NONE, new VmLoad(Things.id("v"), 0.5, 0));

        assertEquals(Optional.empty(), loads.doubt(HOST));
        assertTrue(Double.isNaN(loads.hostDisk(HOST)));
        assertTrue(Double.isNaN(loads.vmWait(Things.id("v"))));
        assertTrue(Double.isNaN(loads.hostEfficiency(HOST)));
        assertTrue(loads.hostFresh(HOST, 0));
    }

    @Test
    void aFigureThatCannotBeTrueIsLeftOutAndSaidAndTheRestCounts() {
        for (HostSignals nonsense : List.of(
                new HostSignals(4, 0.1, 0.1, 1e6, 2e6, 1e9),
                new HostSignals(0.1, -0.2, 0.1, 1e6, 2e6, 1e9),
                new HostSignals(0.1, 0.1, Double.POSITIVE_INFINITY, 1e6, 2e6, 1e9),
                new HostSignals(0.1, 0.1, 0.1, 1e6, 2e6, -1),
                new HostSignals(0.1, 0.1, 0.1, 1e6, 2e9, 1e9))) {
            signal(nonsense);

            assertTrue(loads.doubt(HOST).isPresent(), nonsense.toString());
            assertTrue(loads.hostFresh(HOST, 0), "CPU and memory count");
            HostSignals taken = loads.signals(HOST);
            long left = DoubleStream.of(
                            taken.cpuPressure(),
                            taken.memoryPressure(),
                            taken.ioPressure(),
                            taken.networkLinkBytesPerSecond())
                    .filter(Double::isNaN)
                    .count();
            assertEquals(1, left, "one is not known any more: " + taken);
            assertEquals(1e6, loads.hostDisk(HOST), 1);
        }
        signal(new HostSignals(0.1, 0.1, 0.1, 1e6, 2e6, 1e9), new VmLoad(Things.id("v"), 0.5, 0, 3, 0, 0));
        assertEquals(
                "for VM " + Things.id("v") + " waiting for a CPU of 3.0",
                loads.doubt(HOST).orElseThrow());
        assertTrue(Double.isNaN(loads.vmWait(Things.id("v"))));
        assertEquals(0.5, loads.vmCpu(Things.id("v")).orElseThrow());

        signal(new HostSignals(0.1, 0.1, 0.1, 1e6, 2e6, 1e9));
        assertEquals(Optional.empty(), loads.doubt(HOST));
    }

    @Test
    void ratesAreSmoothedAndGoneWithTheFirstReportWithoutThem() {
        signal(new HostSignals(0.1, 0.1, 0.1, 1e6, 2e6, 1e9));
        signal(new HostSignals(0.3, 0.1, 0.1, 3e6, 2e6, 1e9));
        assertEquals(2e6, loads.hostDisk(HOST), 1);
        assertEquals(0.3, loads.signals(HOST).cpuPressure(), "that is a mean of a minute already");

        signal(HostSignals.NONE);
        assertTrue(Double.isNaN(loads.hostDisk(HOST)));
        assertTrue(Double.isNaN(loads.signals(HOST).cpuPressure()));
    }

    @Test
    void efficiencyIsWhatWasGotOfWhatWasAskedFor() {
        HostLoad load = new HostLoad(0.5, 0, List.of());
        loads.report(HOST, load, 0);
        loads.reportVms(HOST, load, new VmsUse(0.3, 0, 0.1, 0, 0), 0);

        assertEquals(0.75, loads.hostEfficiency(HOST), 1e-6);
        assertEquals(1, Efficiency.of(0.001, 0.004), "who wants nothing lacks nothing");
        assertEquals(0.5, Efficiency.of(0.4, 0.4));
        assertTrue(Double.isNaN(Efficiency.of(0.4, Double.NaN)));
        assertTrue(Double.isNaN(Efficiency.of(-1, 0.2)));
    }

    @Test
    void theSumOfVmsIsUnknownWhereOneOfThemIs() {
        VmsUseSum sum = new VmsUseSum(8);
        sum.add(new VmLoad(Things.id("v"), 0.5, 10, 0.25, 100, 7), Optional.of(Things.vm("v")));
        sum.add(new VmLoad(Things.id("w"), 0, 10), Optional.of(Things.vm("w")));
        sum.add(new VmLoad(Things.id("stranger"), 0.9, 10), Optional.empty());
        assertEquals(new VmsUse(0.125, 30, 0.0625, 100, 7), sum.use());

        sum.add(new VmLoad(Things.id("x"), 0.5, 10), Optional.of(Things.vm("x")));
        assertTrue(Double.isNaN(sum.use().cpuWait()), "it works, and nobody knows how long it waits");
    }
}
