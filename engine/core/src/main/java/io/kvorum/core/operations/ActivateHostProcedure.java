package io.kvorum.core.operations;

import io.kvorum.core.controller.Effect;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.HostTrigger;
import io.kvorum.core.lifecycle.Lifecycles;
import java.util.List;
import java.util.Optional;

/** Lets a host out of maintenance; it is up as soon as it is heard. */
final class ActivateHostProcedure implements Procedure<Request.ActivateHost> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.ActivateHost request) {
        return List.of(new Lock(Kind.HOST, request.hostId()));
    }

    @Override
    public Verdict begin(Work work, Request.ActivateHost request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        Optional<HostState> next = Lifecycles.HOST.next(host.state(), HostTrigger.ACTIVATE);
        if (next.isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " is " + VmRules.words(host.state()) + ", not in maintenance.",
                    host.subject()));
        }
        work.turn().put(host.to(next.get(), null));
        // Dialled anew, so that it greets us with all it has.
        work.emit(new Effect.Disconnect(host.id()));
        work.emit(
                new Effect.Connect(host.id(), host.spec().address(), host.spec().port()));
        return new Verdict.Succeed("Host " + host.name() + " is being contacted.");
    }
}
