package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.ProbeDetail;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Asks one host whether the agent of another one answers it. Holds nothing: it only looks. */
final class ProbeHostProcedure implements Procedure<Request.ProbeHost> {

    /** A host of the same data center that has not answered by then does not answer. */
    private static final Duration LIMIT = Duration.ofMillis(1500);

    @Override
    public List<Lock> locks(Inventory inventory, Request.ProbeHost request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.ProbeHost request) {
        Optional<Host> subject = work.inventory().host(request.hostId());
        UUID through = request.throughHostId();
        if (subject.isEmpty() || work.inventory().host(through).isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", subject.isEmpty() ? request.hostId() : through));
        }
        Host host = subject.get();
        return new Verdict.Command(
                "probe from " + work.hostName(through),
                through,
                new AgentCommand.ProbeHost(
                        host.id(), host.spec().address(), host.spec().port()),
                LIMIT);
    }

    @Override
    public Verdict next(Work work, Request.ProbeHost request, Step ended) {
        String host = work.hostName(request.hostId());
        String through = work.hostName(request.throughHostId());
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (outcome instanceof CommandOutcome.Done(ProbeDetail(var answer))) {
            return new Verdict.Succeed(
                    switch (answer) {
                        case REACHABLE -> "The agent of host " + host + " answers host " + through + ".";
                        case REFUSED ->
                            "Host " + through + " found something else than the agent of host " + host + ".";
                        case NO_ANSWER -> "Host " + host + " does not answer host " + through + ".";
                    });
        }
        return Verdict.failed(
                "Host " + through + " did not say whether it reaches host " + host + ": " + outcome.words());
    }
}
