package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Has a host in maintenance upgrade its own software. Nobody takes it out of maintenance meanwhile; its agent may be restarted by
 * it, and is asked again then. Nothing is rebooted here.
 */
final class UpgradeHostProcedure implements Procedure<Request.UpgradeHost> {

    /** A release of a distribution, from a slow mirror. */
    private static final Duration LIMIT = Duration.ofHours(2);

    @Override
    public List<Lock> locks(Inventory inventory, Request.UpgradeHost request) {
        return List.of(new Lock(Kind.HOST, request.hostId()));
    }

    @Override
    public Verdict begin(Work work, Request.UpgradeHost request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        if (host.state() != HostState.MAINTENANCE
                || !work.inventory().vmsOn(host.id()).isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " is " + VmRules.words(host.state())
                            + "; put it into maintenance first. All hosts of a cluster, one after the other: rolling"
                            + " maintenance with the task upgrade.",
                    host.subject()));
        }
        return new Verdict.Command("upgrade", host.id(), new AgentCommand.UpgradeHost(), LIMIT);
    }

    @Override
    public Verdict next(Work work, Request.UpgradeHost request, Step ended) {
        Host host = work.inventory().host(request.hostId()).orElseThrow();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (!outcome.succeeded()) {
            work.log(
                    Severity.WARNING,
                    "host.upgrade_failed",
                    "Host " + host.name() + " was not upgraded: " + outcome.words(),
                    host.subject());
            return Verdict.failed("Host " + host.name() + " was not upgraded: " + outcome.words());
        }
        String reboot = outcome.wantsReboot() ? " It wants a reboot." : "";
        work.log(Severity.INFO, "host.upgraded", "Host " + host.name() + " was upgraded." + reboot, host.subject());
        return new Verdict.Succeed("Host " + host.name() + " was upgraded." + reboot);
    }

    @Override
    public boolean cancellable(Step running) {
        return false;
    }
}
