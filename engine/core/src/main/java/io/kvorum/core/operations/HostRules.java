package io.kvorum.core.operations;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostFacts;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** What a host may look like. */
final class HostRules {

    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?");
    private static final int MAX_POWER_AGENTS = 4;

    private static final Set<String> IPMI_OPTIONS = Set.of(
            "cipher",
            "privlvl",
            "auth",
            "lanplus",
            "method",
            "hexadecimal_kg",
            "target",
            "power_timeout",
            "power_wait",
            "login_timeout",
            "shell_timeout",
            "retry_on",
            "delay");

    private static final Set<String> REDFISH_OPTIONS = Set.of(
            "ssl",
            "ssl_secure",
            "ssl_insecure",
            "redfish_uri",
            "systems_uri",
            "plug",
            "power_timeout",
            "power_wait",
            "login_timeout",
            "shell_timeout",
            "retry_on",
            "delay");

    /**
     * The fence agents that may be used, each with the options that an operator may set; all else is refused here, not
     * when a host is to be fenced. The host agents know the same ones.
     */
    private static final Map<String, Set<String>> POWER_OPTIONS = Map.of(
            "ipmilan", IPMI_OPTIONS,
            "ilo4", IPMI_OPTIONS,
            "ilo5", IPMI_OPTIONS,
            "idrac", IPMI_OPTIONS,
            "redfish", REDFISH_OPTIONS);

    private static final Pattern OPTION_VALUE = Pattern.compile("[A-Za-z0-9._:/-]{0,128}");

    private HostRules() {}

    static void check(Inventory inventory, UUID hostId, HostSpec spec, List<FieldProblem> problems) {
        VmRules.checkName(inventory, Kind.HOST, hostId, spec.name(), problems);
        if (spec.faultDomain() != null
                && !VmRules.NAME.matcher(spec.faultDomain()).matches()) {
            problems.add(VmRules.field(
                    "faultDomain",
                    spec.faultDomain(),
                    "Must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit."));
        }
        if (inventory.cluster(spec.clusterId()).isEmpty()) {
            problems.add(VmRules.field("clusterId", spec.clusterId(), "There is no such cluster."));
        }
        if (!ADDRESS.matcher(spec.address()).matches()) {
            problems.add(VmRules.field("address", spec.address(), "Must be a DNS name or an IP address."));
        }
        VmRules.checkRange("port", spec.port(), 1, 65535, problems);
        checkPowerManagement(spec.powerManagement(), problems);
    }

    static void checkPowerManagement(PowerManagement power, List<FieldProblem> problems) {
        int count = power.agents().size();
        if (count > MAX_POWER_AGENTS) {
            problems.add(VmRules.field("powerManagement.agents", count, "At most " + MAX_POWER_AGENTS + "."));
            return;
        }
        for (int i = 0; i < count; i++) {
            checkPowerAgent("powerManagement.agents[" + i + "].", power.agents().get(i), problems);
        }
    }

    private static void checkPowerAgent(String path, PowerAgent agent, List<FieldProblem> problems) {
        Set<String> options = POWER_OPTIONS.get(agent.type());
        if (options == null) {
            problems.add(VmRules.field(
                    path + "type",
                    agent.type(),
                    "Must be one of " + POWER_OPTIONS.keySet().stream().sorted().toList() + "."));
        } else {
            checkOptions(path + "options", agent.options(), options, problems);
        }
        if (!ADDRESS.matcher(agent.address()).matches()) {
            problems.add(VmRules.field(path + "address", agent.address(), "Must be a DNS name or an IP address."));
        }
        VmRules.checkRange(path + "port", agent.port(), 1, 65535, problems);
        if (agent.username().length() > 128 || agent.username().chars().anyMatch(c -> c < ' ' || c == 127)) {
            problems.add(VmRules.field(path + "username", "…", "At most 128 characters, no control characters."));
        }
    }

    private static void checkOptions(
            String path, Map<String, String> options, Set<String> allowed, List<FieldProblem> problems) {
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!allowed.contains(option.getKey())) {
                problems.add(VmRules.field(
                        path,
                        option.getKey(),
                        "Not an option that may be set; allowed: "
                                + allowed.stream().sorted().toList()));
            } else if (!OPTION_VALUE.matcher(option.getValue()).matches()) {
                problems.add(VmRules.field(
                        path + "." + option.getKey(), "…", "At most 128 letters, digits, '.', '_', ':', '/' or '-'."));
            }
        }
    }

    /** Two agents at one address would be one host under two names; simulated hosts share theirs. */
    static void checkUnique(
            Inventory inventory, UUID hostId, HostSpec spec, HostFacts facts, List<FieldProblem> problems) {
        for (Host other : inventory.hosts()) {
            if (other.id().equals(hostId)) {
                continue;
            }
            if (other.facts().hardwareId().equals(facts.hardwareId())) {
                problems.add(VmRules.field(
                        "facts.hardwareId",
                        facts.hardwareId(),
                        "This machine is registered as " + other.name() + "; remove that host first."));
            }
            if (facts.virtualization() != Virtualization.SIMULATED
                    && other.spec().address().equalsIgnoreCase(spec.address())
                    && other.spec().port() == spec.port()) {
                problems.add(VmRules.field("address", spec.address(), "Host " + other.name() + " is there."));
            }
        }
        VmRules.checkRange("facts.cpuThreads", facts.cpuThreads(), 1, 8192, problems);
        VmRules.checkRange("facts.memoryBytes", facts.memoryBytes(), 64L << 20, 256L << 40, problems);
    }
}
