package io.kvorum.core.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.testing.Things;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateCountTest {

    @Test
    void countsAlongWithEveryChange() {
        Vm vm = Things.vm("v");
        Inventory inventory = new Inventory(List.of(Things.cluster(), Things.host("h1"), Things.host("h2"), vm));
        assertEquals(new StateCount(Map.of(HostState.UP, 2), Map.of(VmState.DOWN, 1)), inventory.states());

        inventory.put(Things.on(vm, "h1"), Instant.EPOCH);
        inventory.put(Things.host("h2").to(HostState.NON_RESPONSIVE, "silent"), Instant.EPOCH);
        assertEquals(
                new StateCount(Map.of(HostState.UP, 1, HostState.NON_RESPONSIVE, 1), Map.of(VmState.UP, 1)),
                inventory.states());

        inventory.remove(Kind.VM, vm.id());
        inventory.remove(Kind.HOST, Things.id("h2"));
        assertEquals(new StateCount(Map.of(HostState.UP, 1), Map.of()), inventory.states());
    }
}
