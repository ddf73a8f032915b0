package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.SwapUse;
import io.kvorum.core.controller.Event.VmLoad;
import io.kvorum.core.scheduling.HostLoads.VmsUse;
import io.kvorum.core.testing.Things;
import java.util.List;
import java.util.UUID;
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
        loads.report(HOST, new HostLoad(0.1, Things.GIB, List.of(), new SwapUse(Things.GIB, 4 * Things.GIB)), 0);
        assertEquals(Things.GIB, loads.hostSwapBytes(HOST));
        for (SwapUse absurd :
                List.of(new SwapUse(-1, Things.GIB), new SwapUse(Things.GIB, 0), new SwapUse(0, Long.MAX_VALUE))) {
            loads.report(HOST, new HostLoad(0.1, Things.GIB, List.of(), absurd), 0);
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
}
