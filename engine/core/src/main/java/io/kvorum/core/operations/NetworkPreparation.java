package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Vm;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The steps that prepare a VM's networks on a host that shall run it, one a network. */
final class NetworkPreparation {

    private static final String STEP = "prepare network ";

    private NetworkPreparation() {}

    static boolean is(Step step) {
        return step.name().startsWith(STEP);
    }

    /**
     * The next step; empty once all are prepared.
     *
     * @param last the last one of these steps, null where none was taken on that host
     */
    static Optional<Verdict> next(Work work, Vm vm, UUID hostId, @Nullable Step last) {
        List<Network> networks = work.networksOf(vm);
        int next = 0;
        for (int i = 0; i < networks.size() && last != null; i++) {
            if (last.name().equals(STEP + networks.get(i).name())) {
                next = i + 1;
            }
        }
        return networks.stream()
                .skip(next)
                .findFirst()
                .map(network -> new Verdict.Command(
                        STEP + network.name(),
                        hostId,
                        new AgentCommand.EnsureNetwork(network),
                        work.settings().commandLimit()));
    }
}
