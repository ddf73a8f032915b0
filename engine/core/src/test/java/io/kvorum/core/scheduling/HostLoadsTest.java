package io.kvorum.core.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.core.controller.Event.HostLoad;
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
    void anAbsurdReportCountsForNothing() {
        report(0.5, 0.4);
        report(Double.NaN, 0.1);

        assertEquals(0.1, loads.hostOwnCpu(HOST), 1e-9);
    }
}
