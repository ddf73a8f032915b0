package io.kvorum.core.availability;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.VmDetail;
import io.kvorum.core.controller.Event.Cause;
import io.kvorum.core.controller.Event.VmSighting;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.controller.VmRunState;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.lifecycle.Lifecycles;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.lifecycle.VmTrigger;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Step;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Compares what hosts see with what the inventory holds. Where they differ, it has the VM checked: an event may be old
 * news, so it is never by itself a reason to let a VM go of a host.
 */
public final class VmObserver {

    /** How long a check that came to nothing rests before the next one. */
    private static final Duration RECHECK = Duration.ofSeconds(30);

    /** VMs that one tick looks at: all of most fleets; of the largest, each within seconds. */
    private static final int A_TICK = 2000;

    /** Starts an operation of the engine's own in this turn. */
    private final BiConsumer<Turn, Request> check;

    private final Map<UUID, Map<UUID, VmRunState>> seen = new HashMap<>();

    /** Names of guests that Kvorum did not start, by host. */
    private final Map<UUID, Map<UUID, String>> foreign = new HashMap<>();

    /** VMs whose guest was seen to shut itself down while an operation held them, and on which host. */
    private final Map<UUID, UUID> shutDown = new HashMap<>();

    /** VMs of which something was seen while an operation held them. */
    private final Set<UUID> missed = new HashSet<>();

    private final Map<UUID, Long> checkedNanos = new HashMap<>();

    /** VMs that this round of ticks has not looked at yet. */
    private Iterator<UUID> round = Collections.emptyIterator();

    public VmObserver(BiConsumer<Turn, Request> check) {
        this.check = check;
    }

    /** A host listed all its guests. */
    public void listed(Turn turn, UUID hostId, List<VmSighting> vms) {
        Map<UUID, VmRunState> states = new HashMap<>();
        foreign.remove(hostId);
        for (VmSighting vm : vms) {
            if (vm.managed()) {
                states.put(vm.vmId(), vm.state());
            } else {
                sightedForeign(hostId, vm);
            }
        }
        seen.put(hostId, states);
        Set<UUID> concerned = new HashSet<>(states.keySet());
        turn.inventory().vmsOn(hostId).forEach(vm -> concerned.add(vm.id()));
        concerned.stream().sorted().forEach(vmId -> news(turn, hostId, vmId));
    }

    /** A host reported one guest. */
    public void sighted(Turn turn, UUID hostId, VmSighting vm, Cause cause) {
        if (!vm.managed()) {
            sightedForeign(hostId, vm);
            return;
        }
        noStranger(hostId, vm.vmId());
        seen.computeIfAbsent(hostId, id -> new HashMap<>()).put(vm.vmId(), vm.state());
        if (cause == Cause.SHUTDOWN) {
            shutDown.put(vm.vmId(), hostId);
        } else if (cause == Cause.STARTED) {
            shutDown.remove(vm.vmId());
        }
        news(turn, hostId, vm.vmId());
    }

    /** Whose guest it is may be known late, or not any more when it ends: that it is gone counts for either. */
    private void sightedForeign(UUID hostId, VmSighting vm) {
        if (vm.state().present()) {
            foreign.computeIfAbsent(hostId, id -> new HashMap<>()).put(vm.vmId(), vm.name());
        } else {
            noStranger(hostId, vm.vmId());
            seen.computeIfPresent(hostId, (id, states) -> {
                states.replace(vm.vmId(), vm.state());
                return states;
            });
        }
    }

    private void noStranger(UUID hostId, UUID vmId) {
        foreign.computeIfPresent(hostId, (id, names) -> {
            names.remove(vmId);
            return names;
        });
    }

    /** Why it is not certain that no guest is on that host, not even one that Kvorum knows nothing of; in words. */
    public Optional<String> notEmpty(UUID hostId) {
        Map<UUID, VmRunState> states = seen.get(hostId);
        if (states == null) {
            return Optional.of("It has not said which guests it runs.");
        }
        Optional<String> stranger = foreign.getOrDefault(hostId, Map.of()).values().stream()
                .sorted()
                .findFirst()
                .map(name -> "It runs guests that Kvorum did not start, such as " + name + ".");
        return stranger.or(() -> states.entrySet().stream()
                .filter(vm -> vm.getValue().present())
                .findFirst()
                .map(vm -> "It says that VM " + vm.getKey() + " is on it."));
    }

    private void news(Turn turn, UUID hostId, UUID vmId) {
        if (turn.inventory().locked(Kind.VM, vmId)) {
            missed.add(vmId);
        }
        compare(turn, hostId, vmId);
    }

    /** An operation let go of a VM: what was seen meanwhile counts now. */
    public void released(Turn turn, Operation ended) {
        if (ended.about().kind() != Kind.VM) {
            return;
        }
        UUID vmId = ended.about().id();
        boolean news = missed.remove(vmId);
        if (ended.request() instanceof Request.CheckVm(var id, UUID hostId, var guestShutDown)) {
            checkedNanos.put(vmId, turn.nanos());
            if (!news) {
                believe(hostId, vmId, ended);
            }
        } else {
            checkedNanos.remove(vmId);
            believe(turn, ended, news);
            news = true;
        }
        Vm vm = turn.inventory().vm(vmId).orElse(null);
        if (vm == null || !vm.state().active()) {
            shutDown.remove(vmId);
            checkedNanos.remove(vmId);
        } else if (news) {
            compareWhereBound(turn, vm);
        }
    }

    /**
     * What the operation came to is newer than what was seen on the hosts it asked, unless that says something else. If
     * they reported while it went on, an answer may be the older of both: kept by the agent from before its host died.
     */
    private void believe(Turn turn, Operation ended, boolean reportedMeanwhile) {
        UUID vmId = ended.about().id();
        Vm vm = turn.inventory().vm(vmId).orElse(null);
        for (Step step : ended.steps()) {
            Map<UUID, VmRunState> states = seen.get(step.hostId());
            // That a host reaches its storage says nothing of the VM.
            boolean ofStorage = step.command() instanceof AgentCommand.InspectStorage;
            if (states == null || vm == null || step.hostId() == null || ofStorage) {
                continue;
            }
            if (!vm.bindsTo(step.hostId())) {
                states.remove(vmId);
            } else if (!reportedMeanwhile
                    && step.outcome() instanceof CommandOutcome.Done
                    && (vm.state() == VmState.UP || vm.state() == VmState.PAUSED)) {
                states.putIfAbsent(vmId, vm.state() == VmState.UP ? VmRunState.RUNNING : VmRunState.PAUSED);
            }
        }
    }

    /** What the host answered is newer than what was seen. */
    private void believe(UUID hostId, UUID vmId, Operation check) {
        Map<UUID, VmRunState> states = seen.get(hostId);
        CommandOutcome outcome =
                check.steps().isEmpty() ? null : check.currentStep().outcome();
        if (states != null && outcome instanceof CommandOutcome.Done(VmDetail(var id, VmRunState state))) {
            states.put(vmId, state);
        } else if (states != null && outcome != null && outcome.failedFor(CommandOutcome.Reason.NOT_FOUND)) {
            states.remove(vmId);
        }
    }

    /** Where a check came to nothing, or nobody asked for one, it is made again. */
    public void tick(Turn turn) {
        if (!round.hasNext()) {
            round = turn.inventory().vms().stream().map(Vm::id).toList().iterator();
        }
        for (int i = 0; i < A_TICK && round.hasNext(); i++) {
            turn.inventory().vm(round.next()).ifPresent(vm -> look(turn, vm));
        }
    }

    private void look(Turn turn, Vm vm) {
        Long checked = checkedNanos.get(vm.id());
        boolean due = checked == null || turn.nanos() - checked >= RECHECK.toNanos();
        if (due && vm.state().active()) {
            compareWhereBound(turn, vm);
            askWhereUp(turn, vm.id());
        }
    }

    /** A VM that nobody can say anything of is asked for even where the host never listed its guests. */
    private void askWhereUp(Turn turn, UUID vmId) {
        turn.inventory()
                .vm(vmId)
                .filter(vm -> vm.state() == VmState.UNKNOWN && !turn.inventory().locked(Kind.VM, vmId))
                .flatMap(vm -> Stream.of(vm.hostId(), vm.status().targetHostId())
                        .flatMap(id -> turn.inventory().host(id).stream())
                        .filter(host ->
                                host.state() == HostState.UP || host.state() == HostState.PREPARING_FOR_MAINTENANCE)
                        .findFirst())
                .ifPresent(host -> check.accept(turn, new Request.CheckVm(vmId, host.id(), false)));
    }

    private void compareWhereBound(Turn turn, Vm vm) {
        if (vm.hostId() != null) {
            compare(turn, vm.hostId(), vm.id());
        }
        if (vm.status().targetHostId() != null) {
            compare(turn, vm.status().targetHostId(), vm.id());
        }
    }

    /** Whether its host said last that the VM stopped because a disk failed. */
    public boolean stoppedByDisk(Vm vm) {
        UUID hostId = vm.hostId();
        return hostId != null && seen.getOrDefault(hostId, Map.of()).get(vm.id()) == VmRunState.PAUSED_IO_ERROR;
    }

    /** Nothing is known of that host's guests any more. */
    public void forget(UUID hostId) {
        seen.remove(hostId);
        foreign.remove(hostId);
    }

    private void compare(Turn turn, UUID hostId, UUID vmId) {
        Vm vm = turn.inventory().vm(vmId).orElse(null);
        if (vm == null || turn.inventory().locked(Kind.VM, vmId) || !seen.containsKey(hostId)) {
            return;
        }
        boolean guestShutDown = shutDown.remove(vmId, hostId);
        VmRunState state = seen.getOrDefault(hostId, Map.of()).getOrDefault(vmId, VmRunState.OFF);
        boolean bound = vm.bindsTo(hostId);
        boolean suspicious = switch (state) {
            case RUNNING, SHUTTING_DOWN -> !bound || vm.state() == VmState.UNKNOWN || vm.state() == VmState.PAUSED;
            case PAUSED, PAUSED_IO_ERROR -> !bound || vm.state() == VmState.UNKNOWN || vm.state() == VmState.UP;
            case OFF, CRASHED, SUSPENDED -> bound && vm.state().active();
            case LEFT_BEHIND, TORN -> true;
            case MIGRATING_IN -> false;
        };
        if (!suspicious) {
            return;
        }
        if (bound && state == VmRunState.RUNNING && vm.state() == VmState.PAUSED) {
            turn.put(vm, vm.status().to(Lifecycles.VM.require(vm.state(), VmTrigger.SEEN_RUNNING), null));
        } else if (bound && state.present() && state != VmRunState.TORN && vm.state() == VmState.UP) {
            String reason = state == VmRunState.PAUSED_IO_ERROR ? "A disk failed." : null;
            turn.put(vm, vm.status().to(Lifecycles.VM.require(vm.state(), VmTrigger.SEEN_PAUSED), reason));
        } else {
            check.accept(turn, new Request.CheckVm(vmId, hostId, guestShutDown));
        }
    }
}
