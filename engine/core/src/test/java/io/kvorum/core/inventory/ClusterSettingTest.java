package io.kvorum.core.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.inventory.Cluster.BalancingPolicy;
import io.kvorum.core.operations.ConfigRules;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.testing.Things;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked
class ClusterSettingTest {

    private static final Set<String> NAMES =
            ClusterSetting.ALL.stream().map(ClusterSetting::name).collect(Collectors.toSet());

    @Test
    void eachHasANameOfItsOwnAndADefaultWithinItsRange() {
        assertEquals(ClusterSetting.ALL.size(), NAMES.size());
        for (ClusterSetting setting : ClusterSetting.ALL) {
            assertTrue(setting.byDefault() >= setting.least() && setting.byDefault() <= setting.most(), setting.name());
        }
    }

    @Test
    void noNumberOfBalancingIsForgotten() {
        List<String> numbers = Stream.of(BalancingPolicy.class, IoPolicy.class, PressurePolicy.class)
                .flatMap(type -> Arrays.stream(type.getRecordComponents()))
                .filter(component -> component.getType().isPrimitive())
                .map(RecordComponent::getName)
                .filter(name -> !NAMES.contains("balancing." + name))
                .toList();

        assertEquals(List.of(), numbers);
    }

    @Test
    void whatIsOutOfRangeIsRefusedByName() {
        Cluster wrong = Things.cluster()
                .with(new BalancingPolicy(
                        Cluster.BalancingMode.REVIEW,
                        0,
                        101,
                        0,
                        17,
                        1001,
                        new IoPolicy(0, 101, -1),
                        new PressurePolicy(0, -1)));
        Inventory inventory = new Inventory(List.of(Things.dataCenter()));

        Set<String> refused = ConfigRules.problems(inventory, wrong).stream()
                .map(FieldProblem::field)
                .collect(Collectors.toSet());

        assertEquals(
                NAMES.stream().filter(name -> name.startsWith("balancing.")).collect(Collectors.toSet()), refused);
        assertEquals(List.of(), ConfigRules.problems(inventory, Things.cluster()));
    }
}
