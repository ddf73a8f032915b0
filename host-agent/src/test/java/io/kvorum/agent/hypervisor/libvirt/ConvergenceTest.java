package io.kvorum.agent.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.agent.hypervisor.libvirt.Convergence.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvergenceTest {

    /** What is done over passes that leave so much each. */
    private static List<Step> steps(Convergence convergence, long... left) {
        List<Step> steps = new ArrayList<>();
        for (int pass = 1; pass <= left.length; pass++) {
            for (long remaining : new long[] {left[pass - 1] * 3, left[pass - 1] * 2, left[pass - 1]}) {
                Step step = convergence.observe(pass, remaining);
                if (step != Step.NONE) {
                    steps.add(step);
                }
            }
        }
        return steps;
    }

    @Test
    void nothingIsDoneWhileEachPassLeavesLess() {
        assertEquals(List.of(), steps(new Convergence(4, true), 1000, 500, 250, 120, 60, 30));
    }

    @Test
    void theGuestMayStandStillLongerAfterEachPassThatLeftAsMuch() {
        assertEquals(
                List.of(Step.LONGER_DOWNTIME, Step.LONGER_DOWNTIME),
                steps(new Convergence(4, false), 1000, 500, 490, 300, 310, 100));
    }

    @Test
    void postCopyIsAskedForAfterTheLongestDowntimeUntilNoPassesComeAnyMore() {
        assertEquals(
                List.of(Step.LONGER_DOWNTIME, Step.POST_COPY, Step.POST_COPY),
                steps(new Convergence(1, true), 100, 100, 100, 100, 100));
    }

    @Test
    void givesUpAfterManyPassesInVain() {
        long[] passes = new long[60];
        Arrays.fill(passes, 100);
        assertEquals(List.of(Step.LONGER_DOWNTIME, Step.GIVE_UP), steps(new Convergence(1, false), passes));
    }

    @Test
    void passesThatWereNotSeenCountAsOne() {
        Convergence convergence = new Convergence(4, false);
        convergence.observe(1, 500);
        convergence.observe(4, 500);
        assertEquals(Step.LONGER_DOWNTIME, convergence.observe(9, 500));
        assertEquals(Step.NONE, convergence.observe(9, 400));
    }
}
