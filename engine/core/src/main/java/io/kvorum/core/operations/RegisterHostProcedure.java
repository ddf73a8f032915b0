package io.kvorum.core.operations;

import io.kvorum.core.controller.Effect;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.HostStatus;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;

/** Takes in a host that presented a join token, and dials it. */
final class RegisterHostProcedure implements Procedure<Request.RegisterHost> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.RegisterHost request) {
        return List.of(new Lock(Kind.HOST, request.hostId()));
    }

    @Override
    public Verdict begin(Work work, Request.RegisterHost request) {
        if (work.inventory().host(request.hostId()).isPresent()) {
            return Verdict.conflict("There is a host with the id " + request.hostId() + " already.");
        }
        List<FieldProblem> problems = new ArrayList<>();
        HostRules.check(work.inventory(), request.hostId(), request.spec(), problems);
        HostRules.checkUnique(work.inventory(), request.hostId(), request.spec(), request.facts(), problems);
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        Host host = new Host(
                request.hostId(),
                request.spec(),
                new HostStatus(HostState.CONNECTING, null, null, request.certificateExpiresAt()),
                request.facts(),
                Meta.NONE);
        work.turn().put(host);
        work.emit(
                new Effect.Connect(host.id(), host.spec().address(), host.spec().port()));
        String message = "Host " + host.name() + " joined.";
        work.log(Severity.INFO, "host.joined", message, host.subject());
        return new Verdict.Succeed(message);
    }
}
