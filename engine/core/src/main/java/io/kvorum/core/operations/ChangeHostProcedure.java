package io.kvorum.core.operations;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes a host's name, cluster or power management; its cluster only while it is in maintenance. */
final class ChangeHostProcedure implements Procedure<Request.ChangeHost> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.ChangeHost request) {
        return List.of(new Lock(Kind.HOST, request.hostId()));
    }

    @Override
    public Verdict begin(Work work, Request.ChangeHost request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        Optional<Problem> stale = Revisions.stale(host, request.expectedRevision());
        if (stale.isPresent()) {
            return Verdict.refuse(stale.get());
        }
        List<FieldProblem> problems = new ArrayList<>();
        HostRules.check(work.inventory(), host.id(), request.spec(), problems);
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        boolean otherCluster = !request.spec().clusterId().equals(host.spec().clusterId());
        if (otherCluster && host.state() != HostState.MAINTENANCE) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " can change its cluster only in maintenance; it is "
                            + VmRules.words(host.state()) + ".",
                    host.subject()));
        }
        if (otherCluster && !work.inventory().vmsOn(host.id()).isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " cannot change its cluster: it is not settled yet whether VM "
                            + work.inventory().vmsOn(host.id()).getFirst().name() + " is on it.",
                    host.subject()));
        }
        work.turn().put(host.withSpec(request.spec()));
        return new Verdict.Succeed("Host " + request.spec().name() + " was changed.");
    }
}
