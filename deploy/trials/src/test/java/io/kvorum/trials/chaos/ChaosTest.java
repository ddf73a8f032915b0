package io.kvorum.trials.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The short version of the chaos benchmark: one disaster of each sort on real hosts, with several engines. It brings up a
 * lab of its own and takes down the one that is there, so it runs apart from the other trials.
 */
class ChaosTest {

    private static final List<Fault> PLAN = List.of(
            Fault.HOST_POWER_LOSS,
            Fault.LEADER_KILLED,
            Fault.HOST_CUT_OFF,
            Fault.STORAGE_OF_A_HOST_GONE,
            Fault.MIGRATION_LOSES_SOURCE,
            Fault.LEADER_CUT_FROM_POSTGRES,
            Fault.ZOOKEEPER_NODE_KILLED,
            Fault.AGENT_KILLED);

    @Test
    void nothingRunsTwiceAndNothingIsLostDoubledOrStuck() throws Exception {
        Chaos.Result result = new Chaos(Path.of(System.getProperty("source.root")), PLAN, 1).run();

        assertEquals(PLAN.size(), result.faults());
        assertTrue(result.accepted() > 0, "nobody's requests were accepted");
        assertTrue(result.clean(), result::toString);
    }
}
