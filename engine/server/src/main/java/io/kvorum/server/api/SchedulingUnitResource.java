package io.kvorum.server.api;

import io.kvorum.core.inventory.ClusterSetting;
import io.kvorum.core.scheduling.SchedulingUnits;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What scheduling policies are put together from, and the numbers by which clusters are set. */
@Path("/api/v1/scheduling-units")
@Tag(name = "Scheduling")
@RunOnVirtualThread
public class SchedulingUnitResource {

    @Schema(name = "SchedulingUnits")
    public record SchedulingUnitsView(
            List<UnitView> units,
            List<BuiltInPolicyView> builtInPolicies,

            @Schema(description = "In the order in which people are asked for them.")
            List<ClusterSettingView> clusterSettings) {}

    /** Filters that are not optional always count. */
    @Schema(name = "SchedulingUnit")
    public record UnitView(
            String name,
            @Schema(enumeration = {"filter", "weight"}) String type,
            String description,
            boolean optional,
            List<ParameterView> parameters) {}

    @Schema(name = "SchedulingParameter")
    public record ParameterView(String name, String description, double minimum, double maximum, double defaultValue) {}

    @Schema(name = "BuiltInSchedulingPolicy")
    public record BuiltInPolicyView(String name, List<String> filters, Map<String, Double> weights) {}

    /** A number of a cluster; {@code name} is its path there, such as balancing.memoryHighPercent. */
    @Schema(name = "ClusterSetting")
    public record ClusterSettingView(
            String name,
            String title,
            String description,

            @Schema(enumeration = {"percent", "minutes", "hosts", "migrations", "bytes_per_second", "level"})
            String unit,

            long minimum,
            long maximum,
            long defaultValue) {

        static ClusterSettingView of(ClusterSetting setting) {
            return new ClusterSettingView(
                    setting.name(),
                    setting.title(),
                    setting.description(),
                    Words.of(setting.unit()),
                    setting.least(),
                    setting.most(),
                    setting.byDefault());
        }
    }

    @GET
    public SchedulingUnitsView list() {
        return new SchedulingUnitsView(
                SchedulingUnits.all().stream()
                        .map(unit -> new UnitView(
                                unit.name(),
                                Words.of(unit.type()),
                                unit.description(),
                                unit.optional(),
                                unit.parameters().stream()
                                        .map(parameter -> new ParameterView(
                                                parameter.name(),
                                                parameter.description(),
                                                parameter.least(),
                                                parameter.most(),
                                                parameter.byDefault()))
                                        .toList()))
                        .toList(),
                SchedulingUnits.builtIn().stream()
                        .map(policy ->
                                new BuiltInPolicyView(Words.of(policy.name()), policy.filters(), policy.weights()))
                        .toList(),
                ClusterSetting.ALL.stream().map(ClusterSettingView::of).toList());
    }
}
