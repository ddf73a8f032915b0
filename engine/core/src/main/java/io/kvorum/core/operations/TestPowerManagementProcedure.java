package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.PowerDetail;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks every power agent through every proxy for the power state, one after the other, and switches nothing. It
 * succeeds if every agent answered through every proxy; each step says what became of one.
 */
final class TestPowerManagementProcedure implements Procedure<Request.TestPowerManagement> {

    /** A BMC that takes longer for a status would take too long for a fence. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private record Way(int agent, PowerAgent how, Host proxy) {
        String step() {
            return "power status by agent " + (agent + 1) + " through " + proxy.name();
        }
    }

    @Override
    public List<Lock> locks(Inventory inventory, Request.TestPowerManagement request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.TestPowerManagement request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        List<FieldProblem> problems = new ArrayList<>();
        HostRules.checkPowerManagement(request.powerManagement(), problems);
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        if (request.powerManagement().agents().isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " has no power agent to be tested; set one up.", host.subject()));
        }
        return nextWay(work, request, host)
                .orElseGet(() -> Verdict.refuse(Problem.conflict(
                        "No other host of the data center is up to reach the BMC of host " + host.name() + ".",
                        host.subject())));
    }

    private static Optional<Verdict> nextWay(Work work, Request.TestPowerManagement request, Host host) {
        List<String> tried = work.operation().steps().stream().map(Step::name).toList();
        List<PowerAgent> agents = request.powerManagement().agents();
        for (int agent = 0; agent < agents.size(); agent++) {
            for (Host proxy : NearbyHosts.of(work.inventory(), host, PowerHostProcedure.PROXIES)) {
                Way way = new Way(agent, agents.get(agent), proxy);
                if (!tried.contains(way.step())) {
                    return Optional.of(new Verdict.Command(
                            way.step(), proxy.id(), new AgentCommand.TestPower(host.id(), way.how()), LIMIT));
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public Verdict next(Work work, Request.TestPowerManagement request, Step ended) {
        Host host = work.inventory().host(request.hostId()).orElseThrow();
        return nextWay(work, request, host).orElseGet(() -> result(work, host));
    }

    private static Verdict result(Work work, Host host) {
        List<String> failures = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (Step step : work.operation().steps()) {
            if (step.outcome() instanceof CommandOutcome.Done(PowerDetail(boolean on))) {
                answers.add(step.name() + ": " + (on ? "on" : "off") + ".");
            } else {
                CommandOutcome outcome = step.outcome();
                failures.add(step.name() + ": " + (outcome == null ? "no answer" : outcome.words()));
            }
        }
        String heard = String.join(" ", answers);
        return failures.isEmpty()
                ? new Verdict.Succeed("The power management of host " + host.name() + " works. " + heard)
                : Verdict.failed("The power management of host " + host.name() + " does not work: "
                        + String.join(" ", failures) + (heard.isEmpty() ? "" : " What answered: " + heard));
    }

    @Override
    public boolean cancellable(Step running) {
        return false;
    }
}
