package io.kvorum.core.operations;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import java.util.List;
import java.util.Optional;

/** An operator confirms that a silent host is down. It is recorded who did. */
final class ConfirmHostDownProcedure implements Procedure<Request.ConfirmHostDown> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.ConfirmHostDown request) {
        return List.of();
    }

    @Override
    public Verdict begin(Work work, Request.ConfirmHostDown request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        if (!host.name().equals(request.typedName())) {
            return Verdict.refuse(Problem.invalid(
                    "hostName", request.typedName(), "Type the name of the host, " + host.name() + "."));
        }
        if (host.state() != HostState.NON_RESPONSIVE && host.state() != HostState.CONNECTING) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " is " + VmRules.words(host.state())
                            + "; only a silent host can be confirmed as down.",
                    host.subject()));
        }
        String actor = work.operation().requestedBy();
        work.log(
                Severity.WARNING,
                "host.confirmed_down",
                actor + " confirmed that host " + host.name() + " is down.",
                host.subject());
        work.hostProvenOff(host, actor + " confirmed that it is down.");
        return new Verdict.Succeed("Host " + host.name() + " counts as down.");
    }
}
