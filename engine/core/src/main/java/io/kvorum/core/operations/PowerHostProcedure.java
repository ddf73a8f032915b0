package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.PowerDetail;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.HostTrigger;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.operations.Request.PowerTask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Switches a host's power through its BMC.
 *
 * <ol>
 *   <li>Every way is tried in turn: each power agent, through one host of the same cluster, then of the data center.
 *   <li>"Off" counts only when the BMC then says that the power is off. That is the proof that nothing runs there: the
 *       host is down, its VMs are too, and what is highly available may start elsewhere.
 *   <li>A power cycle ends by switching on again, and so does a fence if the cluster's policy says so; if that fails,
 *       the host stays down.
 * </ol>
 */
final class PowerHostProcedure implements Procedure<Request.PowerHost> {

    private static final int MAX_PROXIES = 2;

    /** One attempt; its name is the step's, so that a new leader knows what was tried. */
    private record Way(PowerAction action, int agent, Host proxy) {
        String step() {
            return "power " + VmRules.words(action) + " by agent " + (agent + 1) + " through " + proxy.name();
        }
    }

    @Override
    public List<Lock> locks(Inventory inventory, Request.PowerHost request) {
        return List.of(new Lock(Kind.HOST, request.hostId()));
    }

    @Override
    public Verdict begin(Work work, Request.PowerHost request) {
        Optional<Host> found = work.inventory().host(request.hostId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("host", request.hostId()));
        }
        Host host = found.get();
        if (!host.spec().powerManagement().usable()) {
            return Verdict.refuse(Problem.conflict(
                    "Host " + host.name() + " has no power management; set it up, or switch it by hand.",
                    host.subject()));
        }
        PowerTask task = request.task();
        if (task == PowerTask.FENCE && host.state() != HostState.NON_RESPONSIVE) {
            return Verdict.conflict("Host " + host.name() + " is " + VmRules.words(host.state()) + ", not silent.");
        }
        boolean switchesOff = task == PowerTask.OFF || task == PowerTask.RESTART;
        if (switchesOff
                && !host.state().inDoubt()
                && !work.inventory().vmsOn(host.id()).isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "VMs run on host " + host.name() + "; put it into maintenance first.", host.subject()));
        }
        PowerAction first = firstAction(task);
        List<Way> ways = ways(work, host, first);
        if (ways.isEmpty()) {
            return Verdict.refuse(Problem.conflict(
                    "No other host of the data center is up to reach the BMC of host " + host.name() + ".",
                    host.subject()));
        }
        if (task == PowerTask.FENCE) {
            work.turn().put(host.to(Lifecycles.HOST.require(host.state(), HostTrigger.FENCE), "It is being fenced."));
        }
        return command(work, host.id(), ways.getFirst());
    }

    private static PowerAction firstAction(PowerTask task) {
        return switch (task) {
            case STATUS -> PowerAction.STATUS;
            case ON -> PowerAction.ON;
            case OFF, RESTART, FENCE -> PowerAction.OFF;
        };
    }

    private static List<Way> ways(Work work, Host subject, PowerAction action) {
        UUID cluster = subject.spec().clusterId();
        UUID dataCenter = work.inventory().cluster(cluster).orElseThrow().dataCenterId();
        List<Host> proxies = work.inventory().hosts().stream()
                .filter(host -> !host.id().equals(subject.id()) && host.state() == HostState.UP)
                .filter(host -> work.inventory()
                        .cluster(host.spec().clusterId())
                        .filter(c -> c.dataCenterId().equals(dataCenter))
                        .isPresent())
                .sorted(Comparator.<Host, Boolean>comparing(
                                host -> !host.spec().clusterId().equals(cluster))
                        .thenComparing(Host::name))
                .limit(MAX_PROXIES)
                .toList();
        List<Way> ways = new ArrayList<>();
        for (Host proxy : proxies) {
            for (int agent = 0;
                    agent < subject.spec().powerManagement().agents().size();
                    agent++) {
                ways.add(new Way(action, agent, proxy));
            }
        }
        return ways;
    }

    private static Verdict command(Work work, UUID subject, Way way) {
        return new Verdict.Command(
                way.step(),
                way.proxy().id(),
                new AgentCommand.PowerControl(subject, way.agent(), way.action()),
                work.settings().commandLimit());
    }

    @Override
    public Verdict next(Work work, Request.PowerHost request, Step ended) {
        Host host = work.inventory().host(request.hostId()).orElseThrow();
        PowerAction action = ((AgentCommand.PowerControl) Objects.requireNonNull(ended.command())).action();
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (outcome instanceof CommandOutcome.Done(PowerDetail(boolean on))) {
            return switch (action) {
                case STATUS -> new Verdict.Succeed("The power of host " + host.name() + " is " + (on ? "on." : "off."));
                case ON -> new Verdict.Succeed("The power of host " + host.name() + " is on.");
                case OFF -> on ? anotherWay(work, request, host, action) : switchedOff(work, request, host);
            };
        }
        return anotherWay(work, request, host, action);
    }

    private static Verdict anotherWay(Work work, Request.PowerHost request, Host host, PowerAction action) {
        if (request.task() == PowerTask.FENCE && action == PowerAction.OFF && host.state() != HostState.FENCING) {
            return new Verdict.Cancelled("Host " + host.name() + " was heard again before it was fenced.");
        }
        List<String> tried = work.operation().steps().stream().map(Step::name).toList();
        Optional<Way> way = ways(work, host, action).stream()
                .filter(candidate -> !tried.contains(candidate.step()))
                .findFirst();
        if (way.isPresent()) {
            return command(work, host.id(), way.get());
        }
        String why = work.operation().currentStep().outcome() == null
                ? ""
                : Objects.requireNonNull(work.operation().currentStep().outcome())
                        .words();
        if (request.task() == PowerTask.FENCE && action == PowerAction.ON) {
            return new Verdict.Succeed(
                    "Host " + host.name() + " was fenced and is off; it could not be switched on again: " + why);
        }
        if (request.task() == PowerTask.FENCE && host.state() == HostState.FENCING) {
            work.turn().put(host.to(HostState.NON_RESPONSIVE, "It could not be fenced: " + why));
            work.log(
                    Severity.ERROR,
                    "host.fence_failed",
                    "Host " + host.name() + " could not be fenced: " + why
                            + " Its VMs stay where they are until it answers or is confirmed down.",
                    host.subject());
        }
        return Verdict.failed("The power of host " + host.name() + " could not be switched: " + why);
    }

    private static Verdict switchedOff(Work work, Request.PowerHost request, Host host) {
        PowerTask task = request.task();
        boolean heardSince = task == PowerTask.FENCE
                ? host.state() != HostState.FENCING
                : !host.state().inDoubt() && !work.inventory().vmsOn(host.id()).isEmpty();
        if (heardSince) {
            // It was off, and is on again: an answer that comes late says nothing of the VMs that it runs now.
            String message = "Host " + host.name() + " was switched off, and was heard again since.";
            return task == PowerTask.FENCE ? new Verdict.Cancelled(message) : new Verdict.Succeed(message);
        }
        work.hostProvenOff(host, "Its BMC says that the power is off.");
        if (task == PowerTask.OFF) {
            return new Verdict.Succeed("The power of host " + host.name() + " is off.");
        }
        Cluster cluster = work.inventory().cluster(host.spec().clusterId()).orElseThrow();
        if (task == PowerTask.FENCE && !cluster.fencing().switchOnAfterFence()) {
            return new Verdict.Succeed("Host " + host.name() + " was fenced and stays off, as the policy of cluster "
                    + cluster.name() + " says.");
        }
        return ways(work, host, PowerAction.ON).stream()
                .findFirst()
                .map(way -> command(work, host.id(), way))
                .orElseGet(
                        () -> new Verdict.Succeed("Host " + host.name() + " is off; nobody is there to switch it on."));
    }
}
