package io.kvorum.server.agents;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HugepagePool;
import io.kvorum.core.inventory.Host.Leasing;
import io.kvorum.core.inventory.Host.NumaNode;
import io.kvorum.core.inventory.Host.Tsc;
import io.kvorum.core.inventory.Host.Versions;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.proto.agent.v1.HostFacts;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a host says of itself, in the core's words, within limits. */
public final class FactWords {

    private static final int MAX_CHARS = 256;
    private static final int MAX_ITEMS = 2000;
    private static final int MAX_MACHINES = 200;
    private static final Pattern MACHINE = Pattern.compile("q35|pc-q35-[A-Za-z0-9._-]{1,32}");
    private static final long LEAST_TSC_HERTZ = 100_000_000;
    private static final long MOST_TSC_HERTZ = 100_000_000_000L;

    private FactWords() {}

    public static Host.HostFacts read(HostFacts facts) {
        return new Host.HostFacts(
                limited(facts.getHardwareId()),
                limited(facts.getHostname()),
                limited(facts.getCpu().getArchitecture()),
                limited(facts.getCpu().getModel()),
                limited(facts.getCpu().getVendor()),
                facts.getCpu().getSockets(),
                facts.getCpu().getCoresPerSocket(),
                facts.getCpu().getThreadsPerCore(),
                facts.getCpu().getThreads(),
                facts.getMemoryBytes(),
                facts.getNumaNodesList().stream()
                        .limit(MAX_ITEMS)
                        .map(node -> new NumaNode(node.getNode(), node.getMemoryBytes(), limited(node.getCpus())))
                        .toList(),
                virtualization(facts),
                limited(facts.getCpuModelsList()),
                limited(facts.getBridgesList()),
                facts.getUefi(),
                facts.getTpm(),
                new Versions(
                        limited(facts.getVersions().getAgent()),
                        limited(facts.getVersions().getLibvirt()),
                        limited(facts.getVersions().getQemu()),
                        limited(facts.getVersions().getKernel()),
                        limited(facts.getVersions().getOs())),
                leasing(facts),
                facts.getHugepagesList().stream()
                        .limit(MAX_ITEMS)
                        .map(pool -> new HugepagePool(pool.getPageBytes(), pool.getTotal(), pool.getNode()))
                        .toList(),
                machines(facts.getMachineTypesList().stream()).toList(),
                aliases(facts),
                tsc(facts));
    }

    private static Stream<String> machines(Stream<String> names) {
        return names.filter(name -> MACHINE.matcher(name).matches()).distinct().limit(MAX_MACHINES);
    }

    private static Map<String, String> aliases(HostFacts facts) {
        return facts.getMachineAliasesMap().entrySet().stream()
                .filter(alias -> MACHINE.matcher(alias.getKey()).matches()
                        && MACHINE.matcher(alias.getValue()).matches())
                .limit(MAX_MACHINES)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** A frequency that no CPU has is none. */
    private static @Nullable Tsc tsc(HostFacts facts) {
        long hertz = facts.getTsc().getHertz();
        return facts.hasTsc() && hertz >= LEAST_TSC_HERTZ && hertz <= MOST_TSC_HERTZ
                ? new Tsc(hertz, facts.getTsc().getScaling())
                : null;
    }

    private static Virtualization virtualization(HostFacts facts) {
        return switch (facts.getVirtualization()) {
            case VIRTUALIZATION_TCG -> Virtualization.TCG;
            case VIRTUALIZATION_SIMULATED -> Virtualization.SIMULATED;
            case VIRTUALIZATION_KVM, VIRTUALIZATION_UNSPECIFIED, UNRECOGNIZED -> Virtualization.KVM;
        };
    }

    /** What a newer agent may call otherwise counts as none. */
    private static Leasing leasing(HostFacts facts) {
        return switch (facts.getLeasing()) {
            case LEASING_WITHOUT_WATCHDOG -> Leasing.WITHOUT_WATCHDOG;
            case LEASING_WITH_WATCHDOG -> Leasing.WITH_WATCHDOG;
            case LEASING_UNSPECIFIED, UNRECOGNIZED -> Leasing.NONE;
        };
    }

    private static List<String> limited(List<String> texts) {
        return texts.stream().limit(MAX_ITEMS).map(FactWords::limited).toList();
    }

    private static String limited(String text) {
        return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS);
    }
}
