package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.PowerAction;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.PowerDetail;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.AgentUse;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.HostTrigger;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.operations.Request.PowerTask;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Switches a host's power through its BMC.
 *
 * <ol>
 *   <li>Every way is tried in turn: each power agent, through one host of the same cluster, then of the data center.
 *       One agent is enough, unless the host's agents work only together: then each of them has to do its part.
 *   <li>"Off" counts only when the BMC then says that the power is off. That is the proof that nothing runs there: the
 *       host is down, its VMs are too, and what is highly available may start elsewhere.
 *   <li>A power cycle ends by switching on again, and so does a fence if the cluster's policy says so; if that fails,
 *       the host stays down. In between the machine rests for {@link Settings#powerOffRest}.
 *   <li>A host that is put to sleep must be up, empty, and on as its power agents tell: one that tells "off" of a host that
 *       is heard belongs to another machine.
 * </ol>
 */
final class PowerHostProcedure implements Procedure<Request.PowerHost> {

    /** Through how many other hosts each power agent is tried. */
    static final int PROXIES = 2;

    private static final String REST = "rest without power";

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
        Optional<String> objection =
                task == PowerTask.SLEEP ? HostSleep.objection(work.inventory(), host) : Optional.empty();
        if (objection.isPresent()) {
            return Verdict.conflict("Host " + host.name() + " is not switched off: " + objection.get());
        }
        if (task == PowerTask.WAKE && !host.sleeps()) {
            return Verdict.conflict("Host " + host.name() + " is " + VmRules.words(host.state())
                    + ", and power saving did not switch it off.");
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
        if (task == PowerTask.WAKE) {
            HostSleep.waking(work, host);
        }
        return command(work, host.id(), ways.getFirst());
    }

    private static PowerAction firstAction(PowerTask task) {
        return switch (task) {
            case STATUS, SLEEP -> PowerAction.STATUS;
            case ON, WAKE -> PowerAction.ON;
            case OFF, RESTART, FENCE -> PowerAction.OFF;
        };
    }

    private static boolean together(Host host) {
        return host.spec().powerManagement().use() == AgentUse.TOGETHER;
    }

    /** What may be tried for that action and has not been; empty once nothing is left. */
    private static List<Way> ways(Work work, Host subject, PowerAction action) {
        int agents = subject.spec().powerManagement().agents().size();
        Set<Integer> done = done(work, action);
        List<String> tried = work.operation().steps().stream().map(Step::name).toList();
        List<Way> ways = new ArrayList<>();
        for (Host proxy : NearbyHosts.of(work.inventory(), subject, PROXIES)) {
            for (int agent = 0; agent < agents; agent++) {
                Way way = new Way(action, agent, proxy);
                if (!done.contains(agent) && !tried.contains(way.step())) {
                    ways.add(way);
                }
            }
        }
        if (together(subject) && action == PowerAction.OFF) {
            // One that cannot be switched off makes it useless, and harmful, to switch off the others.
            int first = IntStream.range(0, agents)
                    .filter(agent -> !done.contains(agent))
                    .findFirst()
                    .orElse(agents);
            ways.removeIf(way -> way.agent() != first);
        }
        return ways;
    }

    /** The agents that have done it, and said so. */
    private static Set<Integer> done(Work work, PowerAction action) {
        Set<Integer> agents = new HashSet<>();
        for (Step step : work.operation().steps()) {
            if (step.command() instanceof AgentCommand.PowerControl control
                    && control.action() == action
                    && step.outcome() instanceof CommandOutcome.Done(PowerDetail(boolean on))
                    && (action == PowerAction.STATUS || on == (action == PowerAction.ON))) {
                agents.add(control.powerAgentIndex());
            }
        }
        return agents;
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
        if (!(ended.command() instanceof AgentCommand.PowerControl(UUID subject, int agent, PowerAction action))) {
            return switchOn(work, request, host);
        }
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (outcome instanceof CommandOutcome.Done(PowerDetail(boolean on))
                && (action != PowerAction.OFF || !on)
                && nothingIsLeft(work, host, action)) {
            return switch (action) {
                case STATUS ->
                    request.task() == PowerTask.SLEEP
                            ? sleep(work, host)
                            : new Verdict.Succeed(
                                    "The power of host " + host.name() + " is " + (anyOn(work) ? "on." : "off."));
                case ON -> new Verdict.Succeed("The power of host " + host.name() + " is on.");
                case OFF -> switchedOff(work, request, host);
            };
        }
        return anotherWay(work, request, host, action);
    }

    /** Whether one agent was enough, or all have done their part. */
    private static boolean nothingIsLeft(Work work, Host host, PowerAction action) {
        int agents = host.spec().powerManagement().agents().size();
        return !together(host) || done(work, action).size() >= agents;
    }

    /** Its agents have answered. */
    private static Verdict sleep(Work work, Host host) {
        if (host.state() != HostState.UP) {
            return new Verdict.Cancelled("Host " + host.name() + " is " + VmRules.words(host.state()) + " by now.");
        }
        boolean allOn = work.operation().steps().stream()
                .allMatch(step -> !(step.outcome() instanceof CommandOutcome.Done(PowerDetail(boolean on))) || on);
        if (!allOn) {
            return Verdict.failed(
                    "Host " + host.name() + " is heard, and its power agent says that it is off: it seems to"
                            + " belong to another machine. Correct the power management of the host.");
        }
        return ways(work, host, PowerAction.OFF).stream()
                .findFirst()
                .map(way -> command(work, host.id(), way))
                .orElseGet(() -> Verdict.failed("Nobody is there to switch host " + host.name() + " off."));
    }

    private static boolean anyOn(Work work) {
        return work.operation().steps().stream()
                .anyMatch(step -> step.outcome() instanceof CommandOutcome.Done(PowerDetail(boolean on)) && on);
    }

    private static Verdict anotherWay(Work work, Request.PowerHost request, Host host, PowerAction action) {
        if (request.task() == PowerTask.FENCE && action == PowerAction.OFF && host.state() != HostState.FENCING) {
            return new Verdict.Cancelled("Host " + host.name() + " was heard again before it was fenced.");
        }
        Optional<Way> way = ways(work, host, action).stream().findFirst();
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
        if (request.task() == PowerTask.WAKE) {
            HostSleep.notWoken(work, host, why);
        }
        return Verdict.failed("The power of host " + host.name() + " could not be switched: " + why);
    }

    private static Verdict switchedOff(Work work, Request.PowerHost request, Host host) {
        PowerTask task = request.task();
        if (task == PowerTask.SLEEP) {
            return host.state() == HostState.UP
                            && work.inventory().vmsOn(host.id()).isEmpty()
                    ? HostSleep.fellAsleep(work, host)
                    : new Verdict.Cancelled("Host " + host.name() + " is " + VmRules.words(host.state()) + " by now.");
        }
        boolean heardSince = task == PowerTask.FENCE
                ? host.state() != HostState.FENCING
                : !host.state().inDoubt() && !work.inventory().vmsOn(host.id()).isEmpty();
        if (heardSince) {
            // It was off, and is on again: an answer that comes late says nothing of the VMs that it runs now.
            String message = "Host " + host.name() + " was switched off, and was heard again since.";
            return task == PowerTask.FENCE ? new Verdict.Cancelled(message) : new Verdict.Succeed(message);
        }
        work.hostProvenOff(host, "Its BMC says that the power is off.");
        HostSleep.nobodysAnyMore(work, host);
        if (task == PowerTask.OFF) {
            return new Verdict.Succeed("The power of host " + host.name() + " is off.");
        }
        Cluster cluster = work.inventory().cluster(host.spec().clusterId()).orElseThrow();
        if (task == PowerTask.FENCE && !cluster.fencing().switchOnAfterFence()) {
            return new Verdict.Succeed("Host " + host.name() + " was fenced and stays off, as the policy of cluster "
                    + cluster.name() + " says.");
        }
        return new Verdict.Pause(REST, work.settings().powerOffRest());
    }

    private static Verdict switchOn(Work work, Request.PowerHost request, Host host) {
        if (request.task() == PowerTask.FENCE && host.state() != HostState.DOWN) {
            return new Verdict.Succeed("Host " + host.name() + " was fenced, and was heard again since.");
        }
        return ways(work, host, PowerAction.ON).stream()
                .findFirst()
                .map(way -> command(work, host.id(), way))
                .orElseGet(
                        () -> new Verdict.Succeed("Host " + host.name() + " is off; nobody is there to switch it on."));
    }
}
