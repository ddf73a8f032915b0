package io.kvorum.agent.hypervisor.simulated;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.hypervisor.Hypervisor;
import io.kvorum.agent.hypervisor.HypervisorListener;
import io.kvorum.proto.agent.v1.ConsoleKind;
import io.kvorum.proto.agent.v1.GrowVm;
import io.kvorum.proto.agent.v1.Heartbeat;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.HostStatistics;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.MigrationResult;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NetworkRef;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.VmEvent;
import io.kvorum.proto.agent.v1.VmEventCause;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmSpec;
import io.kvorum.proto.agent.v1.VmStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host that only exists in memory. All of its state is guarded by itself; waits hold no lock. */
public final class SimulatedHypervisor implements Hypervisor {
    static final Duration BOOT = Duration.ofMillis(1500);
    private static final Duration SHUTDOWN = Duration.ofSeconds(3);
    private static final Duration SAVE = Duration.ofSeconds(2);

    private final String hostId;
    private final String name;
    private final SimulatedCapacity capacity;
    private final SimulatedWorld world;
    private final SimulatedFaults faults = new SimulatedFaults();
    private final Map<String, SimulatedVm> vms = new HashMap<>(4);
    private final Map<String, VmSpec> specs = new HashMap<>(4);
    private final CopyOnWriteArrayList<HypervisorListener> listeners = new CopyOnWriteArrayList<>();
    private String bootId = UUID.randomUUID().toString();
    private boolean powered = true;
    private double lastCpuSeconds;
    private long lastRead = System.nanoTime();

    public SimulatedHypervisor(String hostId, String name, SimulatedCapacity capacity, SimulatedWorld world) {
        this.hostId = hostId;
        this.name = name;
        this.capacity = capacity;
        this.world = world;
        world.add(this);
    }

    public String hostId() {
        return hostId;
    }

    public String name() {
        return name;
    }

    public SimulatedFaults faults() {
        return faults;
    }

    /** Ids of guests that run or are paused here; an incoming migration does not count. */
    public synchronized List<String> runningVms() {
        return vms.values().stream()
                .filter(vm -> vm.state != VmRunState.VM_RUN_STATE_MIGRATING_IN)
                .map(vm -> vm.id)
                .sorted()
                .toList();
    }

    /** Sets the guest's CPU load, 0 to 1 of its vCPUs. */
    public synchronized void load(String vmId, double share) {
        require(vmId).load(share, System.nanoTime());
    }

    /** The guest crashes. */
    public void crash(String vmId) {
        VmStatus status;
        synchronized (this) {
            SimulatedVm vm = require(vmId);
            vm.state = VmRunState.VM_RUN_STATE_CRASHED;
            status = vm.status();
            remove(vmId);
        }
        tell(status, VmEventCause.VM_EVENT_CAUSE_CRASHED, "by script");
    }

    /** Everything here dies at once, without an event. */
    public synchronized void powerOff() {
        powered = false;
        vms.clear();
        specs.clear();
    }

    /** Boots with a new boot id and without guests. */
    public synchronized void powerOn() {
        if (!powered) {
            powered = true;
            bootId = UUID.randomUUID().toString();
        }
    }

    public synchronized boolean powered() {
        return powered;
    }

    @Override
    public synchronized HostFacts facts() {
        return capacity.facts(name, bootId);
    }

    @Override
    public HostFacts lastFacts() {
        return facts();
    }

    @Override
    public synchronized Heartbeat health() {
        return Heartbeat.newBuilder()
                .setHypervisorConnected(true)
                .setBootId(bootId)
                .setRunningVms(vms.size())
                .build();
    }

    @Override
    public synchronized List<VmStatus> inventory() {
        return vms.values().stream().map(SimulatedVm::status).toList();
    }

    @Override
    public synchronized HostStatistics statistics() {
        long now = System.nanoTime();
        HostStatistics.Builder reading = SimulatedReading.of(vms.values(), capacity, now);
        double cpuSeconds =
                vms.values().stream().mapToDouble(vm -> vm.cpuSeconds(now)).sum();
        double seconds = Math.max(1e-3, (now - lastRead) / 1e9);
        reading.setCpuUsage(Math.clamp((cpuSeconds - lastCpuSeconds) / seconds / capacity.cpus(), 0.0, 1.0));
        lastCpuSeconds = cpuSeconds;
        lastRead = now;
        return reading.build();
    }

    @Override
    public void listen(HypervisorListener listener) {
        listeners.add(listener);
    }

    @Override
    public synchronized Optional<VmStatus> query(String vmId) {
        return Optional.ofNullable(vms.get(vmId)).map(SimulatedVm::status);
    }

    @Override
    public VmRunState start(StartVm command, CommandContext context) {
        VmSpec spec = command.getVm();
        faults.hangIfScripted(context, name);
        Optional<String> failure = faults.takeStartFailure();
        VmStatus status;
        synchronized (this) {
            SimulatedVm present = vms.get(spec.getVmId());
            if (present != null) {
                if (spec.getRevision() < present.revision) {
                    throw CommandFailure.conflict("VM " + spec.getVmId() + " runs under revision " + present.revision
                            + ", newer than " + spec.getRevision());
                }
                return present.state;
            }
            if (command.getResume() && !world.saved.containsKey(spec.getVmId())) {
                throw CommandFailure.notFound("VM " + spec.getVmId() + " has no saved memory; start it without resume");
            }
            SimulatedVm vm = new SimulatedVm(
                    spec,
                    command.getPaused() ? VmRunState.VM_RUN_STATE_PAUSED : VmRunState.VM_RUN_STATE_RUNNING,
                    System.nanoTime());
            admit(vm);
            if (failure.isPresent()) {
                throw CommandFailure.hypervisor(failure.get());
            }
            vms.put(vm.id, vm);
            specs.put(vm.id, spec);
            status = vm.status();
        }
        context.pause(scaled(BOOT));
        aliveOrInterrupted();
        world.saved.remove(spec.getVmId());
        tell(status, VmEventCause.VM_EVENT_CAUSE_STARTED, "");
        return status.getState();
    }

    /** Refuses what does not fit beside the others; call with the lock. */
    void admit(SimulatedVm vm) {
        capacity.admit(vm, vms.values(), name);
    }

    @Override
    public void stop(String vmId) {
        end(vmId, VmRunState.VM_RUN_STATE_OFF, VmEventCause.VM_EVENT_CAUSE_STOPPED);
    }

    @Override
    public void shutdown(String vmId, CommandContext context) {
        if (query(vmId).isEmpty()) {
            return;
        }
        faults.hangIfScripted(context, name);
        context.pause(scaled(SHUTDOWN));
        if (context.expired()) {
            throw CommandFailure.timedOut("VM " + vmId + " did not shut down in time; stop it by force");
        }
        aliveOrInterrupted();
        end(vmId, VmRunState.VM_RUN_STATE_OFF, VmEventCause.VM_EVENT_CAUSE_SHUTDOWN);
    }

    @Override
    public void reboot(String vmId) {
        tell(status(vmId), VmEventCause.VM_EVENT_CAUSE_REBOOTED, "");
    }

    @Override
    public void reset(String vmId) {
        reboot(vmId);
    }

    @Override
    public void pause(String vmId) {
        change(vmId, VmRunState.VM_RUN_STATE_PAUSED, VmEventCause.VM_EVENT_CAUSE_PAUSED);
    }

    @Override
    public void resume(String vmId) {
        change(vmId, VmRunState.VM_RUN_STATE_RUNNING, VmEventCause.VM_EVENT_CAUSE_RESUMED);
    }

    @Override
    public void suspend(String vmId, StorageDomainRef domain, CommandContext context) {
        VmSpec spec;
        synchronized (this) {
            if (!vms.containsKey(vmId) && world.saved.containsKey(vmId)) {
                return;
            }
            require(vmId);
            spec = specs.getOrDefault(vmId, VmSpec.getDefaultInstance());
        }
        context.pause(scaled(SAVE));
        aliveOrInterrupted();
        world.saved.put(vmId, spec);
        end(vmId, VmRunState.VM_RUN_STATE_SUSPENDED, VmEventCause.VM_EVENT_CAUSE_SUSPENDED);
    }

    @Override
    public void grow(GrowVm command, CommandContext context) {
        faults.hangIfScripted(context, name);
        SimulatedGrowth.run(this, command, faults.takeGrowthFailure());
    }

    @Override
    public void deleteSavedState(String vmId, StorageDomainRef domain) {
        world.saved.remove(vmId);
    }

    @Override
    public MigrationResult migrate(MigrateVm command, CommandContext context) {
        SimulatedHypervisor target = world.byId(command.getTargetHostId())
                .or(() -> world.byName(command.getTargetAddress()))
                .orElseThrow(() -> CommandFailure.notFound(
                        "No simulated host has the id '" + command.getTargetHostId() + "'; give target_host_id"));
        if (target == this) {
            throw CommandFailure.invalid("VM " + command.getVmId() + " runs on the target already");
        }
        faults.hangIfScripted(context, name);
        return new SimulatedMigration(this, target, command, faults.takeMigrationFailure(), context).run();
    }

    @Override
    public synchronized void abortMigration(String vmId) {
        SimulatedVm vm = require(vmId);
        if (!vm.migrating) {
            throw CommandFailure.conflict("VM " + vmId + " is not migrating");
        }
        vm.abortMigration = true;
    }

    @Override
    public boolean runsOn(String targetAddress, String targetHostId, String vmId) {
        return world.byId(targetHostId).flatMap(target -> target.query(vmId)).isPresent();
    }

    @Override
    public void ensureNetwork(NetworkRef network) {
        if (network.getKind() == NetworkKind.NETWORK_KIND_BRIDGE
                && !facts().getBridgesList().contains(network.getBridge())) {
            throw CommandFailure.notFound(
                    "Host " + name + " has no bridge " + network.getBridge() + "; it has " + facts().getBridgesList());
        }
    }

    @Override
    public void removeNetwork(NetworkRef network) {}

    @Override
    public String unlockConsole(String vmId, Duration validFor) {
        status(vmId);
        return "simulate";
    }

    @Override
    public ConsoleSession openConsole(String vmId, ConsoleKind kind, ConsoleOutput output) {
        status(vmId);
        return SimulatedConsole.open(vmId, kind, output);
    }

    @Override
    public void close() {
        listeners.clear();
    }

    Map<String, SimulatedVm> vms() {
        return vms;
    }

    Map<String, VmSpec> specs() {
        return specs;
    }

    SimulatedVm require(String vmId) {
        SimulatedVm vm = vms.get(vmId);
        if (vm == null) {
            throw CommandFailure.notFound("No VM " + vmId + " runs on " + name);
        }
        return vm;
    }

    void remove(String vmId) {
        vms.remove(vmId);
        specs.remove(vmId);
    }

    Duration scaled(Duration simulated) {
        return world.real(Duration.ofNanos((long) (simulated.toNanos() * faults.slowness())));
    }

    void tell(VmStatus status, VmEventCause cause, String detail) {
        VmEvent event = VmEvent.newBuilder()
                .setVm(status)
                .setCause(cause)
                .setDetail(detail)
                .build();
        listeners.forEach(listener -> listener.happened(event));
    }

    void aliveOrInterrupted() {
        if (!powered()) {
            throw CommandFailure.hypervisor("The host lost its power");
        }
    }

    private synchronized VmStatus status(String vmId) {
        return require(vmId).status();
    }

    private void change(String vmId, VmRunState state, VmEventCause cause) {
        VmStatus status;
        synchronized (this) {
            SimulatedVm vm = require(vmId);
            if (vm.state == state) {
                return;
            }
            vm.state = state;
            status = vm.status();
        }
        tell(status, cause, "");
    }

    private void end(String vmId, VmRunState state, VmEventCause cause) {
        VmStatus status;
        synchronized (this) {
            SimulatedVm vm = vms.get(vmId);
            if (vm == null) {
                return;
            }
            vm.state = state;
            status = vm.status();
            remove(vmId);
        }
        tell(status, cause, "");
    }
}
