package io.kvorum.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.lifecycle.StateTable.Transition;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class StateTableTest {

    @Test
    void everyRowLeadsWhereItSays() {
        for (Transition<VmState, VmTrigger> row : Lifecycles.VM.rows()) {
            assertEquals(row.to(), Lifecycles.VM.require(row.from(), row.trigger()));
        }
        for (Transition<HostState, HostTrigger> row : Lifecycles.HOST.rows()) {
            assertEquals(row.to(), Lifecycles.HOST.require(row.from(), row.trigger()));
        }
    }

    @Test
    void whatIsNotInTheTableCannotHappen() {
        assertTrue(Lifecycles.VM.next(VmState.UP, VmTrigger.START).isEmpty());
        assertThrows(IllegalStateException.class, () -> Lifecycles.VM.require(VmState.UP, VmTrigger.START));
    }

    @Test
    void twoRowsForOneTriggerAreRefused() {
        assertThrows(
                IllegalStateException.class,
                () -> StateTable.<VmState, VmTrigger>of(
                        VmState.class,
                        VmTrigger.class,
                        rows -> rows.on(VmTrigger.START, VmState.UP, VmState.DOWN)
                                .on(VmTrigger.START, VmState.PAUSED, VmState.DOWN)));
    }

    @Test
    void everyStateCanBeLeft() {
        EnumSet<VmState> vm = EnumSet.noneOf(VmState.class);
        Lifecycles.VM.rows().stream().filter(row -> row.from() != row.to()).forEach(row -> vm.add(row.from()));
        EnumSet<HostState> host = EnumSet.noneOf(HostState.class);
        Lifecycles.HOST.rows().forEach(row -> host.add(row.from()));

        assertEquals(EnumSet.allOf(VmState.class), vm);
        assertEquals(EnumSet.allOf(HostState.class), host);
    }

    @Test
    void aVmThatMayRunIsNeverCalledOffWithoutProof() {
        Lifecycles.VM.rows().stream()
                .filter(row -> row.from() == VmState.UNKNOWN && !row.to().active())
                .forEach(row -> assertEquals(VmTrigger.PROVEN_OFF, row.trigger()));
    }

    @Test
    void theDiagramHasALineForEachRow() {
        String diagram = Lifecycles.HOST.toMermaid();

        assertTrue(diagram.startsWith("stateDiagram-v2\n"));
        assertTrue(diagram.contains("    fencing --> down: proven off\n"));
        assertEquals(Lifecycles.HOST.rows().size() + 1, diagram.lines().count());
    }
}
