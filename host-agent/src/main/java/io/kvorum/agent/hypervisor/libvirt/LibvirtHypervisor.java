package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.balloon.BalloonPolicy;
import io.kvorum.agent.config.AgentConfig;
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
import io.kvorum.proto.agent.v1.NetworkRef;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * The real hypervisor. Guests are transient domains: after a power loss libvirt knows of none of them, so a host that
 * comes back cannot start what runs elsewhere now. Guests that Kvorum did not start are shown and never touched. Called
 * on platform threads, since libvirt keeps errors by thread.
 */
public final class LibvirtHypervisor implements Hypervisor {
    private static final Duration POLL = Duration.ofMillis(300);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(60);

    private final AgentConfig config;
    private final LibvirtGuests guests = new LibvirtGuests();
    private final LibvirtEvents events;
    private final LibvirtConnection connection;
    private final LibvirtFacts facts;
    private final LibvirtStart starter;
    private final HostReading host = new HostReading(Path.of("/"));
    private final LibvirtBalloons balloons = new LibvirtBalloons(guests);
    private volatile int running;
    private volatile Optional<HostFacts> lastFacts = Optional.empty();

    private LibvirtHypervisor(AgentConfig config) {
        this.config = config;
        this.facts = new LibvirtFacts(config);
        this.starter = new LibvirtStart(config, guests);
        this.events = new LibvirtEvents(guests, this::learn);
        this.connection = new LibvirtConnection(config.hypervisorUri(), this::signal);
    }

    /** Begins to connect, and goes on trying for ever. */
    public static LibvirtHypervisor open(AgentConfig config) {
        LibvirtHypervisor hypervisor = new LibvirtHypervisor(config);
        // Guests that migrate in log there too.
        hypervisor.starter.prepareSerialLog();
        LibvirtProblem.tell("Starting libvirt's event loop", hypervisor.connection::start);
        return hypervisor;
    }

    private void learn(String uuid) {
        if (connection.connected()) {
            guests.learn(connection.get(), uuid);
        }
    }

    private void signal(LibvirtConnection.Signal signal) {
        events.signal(signal);
        try {
            running = connection.connected() ? connection.get().numOfDomains() : 0;
        } catch (LibvirtException | CommandFailure e) {
            running = 0;
        }
    }

    @Override
    public HostFacts facts() {
        HostFacts read = LibvirtProblem.ask("Reading the host's facts", () -> facts.read(connection.get()));
        lastFacts = Optional.of(read);
        return read;
    }

    @Override
    public HostFacts lastFacts() {
        return lastFacts.orElseGet(
                () -> HostFacts.newBuilder().setBootId(facts.bootId()).build());
    }

    @Override
    public Heartbeat health() {
        boolean connected = connection.connected();
        return Heartbeat.newBuilder()
                .setHypervisorConnected(connected)
                .setProblem(connected ? "" : connection.problem())
                .setBootId(facts.bootId())
                .setRunningVms(running)
                .build();
    }

    @Override
    public List<VmStatus> inventory() {
        return LibvirtProblem.ask("Listing guests", () -> guests.list(connection.get()));
    }

    @Override
    public HostStatistics statistics() {
        return LibvirtProblem.ask(
                "Reading statistics",
                () -> host.read().addAllVms(GuestReading.read(connection.get())).build());
    }

    /** Takes memory from guests, or gives it back, as the policy says of how the host does now. */
    public void moveBalloons(BalloonPolicy policy) {
        LibvirtProblem.tell("Moving balloons", () -> balloons.move(connection.get(), host.memory(), policy));
    }

    @Override
    public void listen(HypervisorListener listener) {
        events.listen(listener);
    }

    @Override
    public Optional<VmStatus> query(String vmId) {
        Optional<Domain> domain = find(vmId);
        return domain.map(found -> LibvirtProblem.ask("Asking for VM " + vmId, () -> guests.status(found)));
    }

    @Override
    public VmRunState start(StartVm command, CommandContext context) {
        Optional<Domain> present = find(command.getVm().getVmId());
        return LibvirtProblem.ask(
                "Starting VM " + command.getVm().getVmId(), () -> starter.start(connection.get(), present, command));
    }

    @Override
    public void stop(String vmId) {
        Optional<Domain> domain = find(vmId);
        if (domain.isEmpty()) {
            return;
        }
        managed(vmId, domain.get());
        events.stopping(vmId);
        try {
            domain.get().destroy();
        } catch (LibvirtException e) {
            if (find(vmId).isPresent()) {
                throw LibvirtProblem.failure("Stopping VM " + vmId, e);
            }
        }
    }

    @Override
    public void shutdown(String vmId, CommandContext context) {
        Optional<Domain> domain = find(vmId);
        if (domain.isEmpty()) {
            return;
        }
        managed(vmId, domain.get());
        long next = 0;
        while (find(vmId).isPresent()) {
            if (context.expired()) {
                throw CommandFailure.timedOut(
                        "VM " + vmId + " did not shut down within its time limit; its system may ignore"
                                + " the power button. Stop it by force, or install the guest agent");
            }
            // Asked again now and then: a guest that still boots misses the first.
            if (System.nanoTime() - next >= 0) {
                next = System.nanoTime() + Duration.ofSeconds(10).toNanos();
                try {
                    domain.get().shutdown();
                } catch (LibvirtException e) {
                    if (find(vmId).isPresent() && !LibvirtProblem.absent(e)) {
                        throw LibvirtProblem.failure("Shutting down VM " + vmId, e);
                    }
                }
            }
            context.pause(POLL);
        }
    }

    @Override
    public void reboot(String vmId) {
        Domain domain = require(vmId);
        LibvirtProblem.tell("Rebooting VM " + vmId, () -> domain.reboot(0));
    }

    @Override
    public void reset(String vmId) {
        Domain domain = require(vmId);
        LibvirtProblem.tell("Resetting VM " + vmId, domain::reset);
    }

    @Override
    public void pause(String vmId) {
        Domain domain = require(vmId);
        LibvirtProblem.tell("Pausing VM " + vmId, () -> {
            if (guests.state(domain) != VmRunState.VM_RUN_STATE_PAUSED) {
                domain.suspend();
            }
        });
    }

    @Override
    public void resume(String vmId) {
        Domain domain = require(vmId);
        LibvirtProblem.tell("Resuming VM " + vmId, () -> {
            VmRunState state = guests.state(domain);
            if (state == VmRunState.VM_RUN_STATE_LEFT_BEHIND || state == VmRunState.VM_RUN_STATE_TORN) {
                throw CommandFailure.conflict("VM " + vmId + " was moved away; what is left here must not go on");
            }
            if (state != VmRunState.VM_RUN_STATE_RUNNING) {
                domain.resume();
            }
        });
    }

    @Override
    public void suspend(String vmId, StorageDomainRef domain, CommandContext context) {
        Optional<Domain> present = find(vmId);
        if (present.isEmpty() && starter.savedState(vmId, domain)) {
            return;
        }
        Domain guest = require(vmId);
        LibvirtProblem.tell("Suspending VM " + vmId, () -> starter.save(guest, vmId, domain));
    }

    @Override
    public void grow(GrowVm command, CommandContext context) {
        Domain domain = require(command.getVmId());
        LibvirtProblem.tell("Giving VM " + command.getVmId() + " more", () -> {
            VmRunState state = guests.state(domain);
            if (state != VmRunState.VM_RUN_STATE_RUNNING && state != VmRunState.VM_RUN_STATE_PAUSED) {
                throw CommandFailure.conflict("VM " + command.getVmId() + " neither runs nor is paused here");
            }
            LibvirtGrowth.grow(domain, command);
        });
    }

    @Override
    public void deleteSavedState(String vmId, StorageDomainRef domain) {
        starter.deleteSaved(vmId, domain);
    }

    @Override
    public MigrationResult migrate(MigrateVm command, CommandContext context) {
        Domain domain = require(command.getVmId());
        guests.leaving().add(command.getVmId());
        try {
            return new LibvirtMigration(config, domain, command, context).run();
        } finally {
            guests.leaving().remove(command.getVmId());
        }
    }

    @Override
    public void abortMigration(String vmId) {
        Domain domain = require(vmId);
        LibvirtProblem.tell("Aborting the migration of VM " + vmId, domain::abortJob);
    }

    @Override
    public void settleMigration(String vmId) {
        long began = System.nanoTime();
        for (Optional<Domain> domain = find(vmId); domain.isPresent(); domain = find(vmId)) {
            Domain guest = domain.get();
            try {
                if (guest.getJobInfo().getType() == 0) {
                    return;
                }
                guest.abortJob();
            } catch (LibvirtException e) {
                if (LibvirtProblem.absent(e)) {
                    return;
                }
            }
            if (System.nanoTime() - began > SETTLE_LIMIT.toNanos()) {
                throw CommandFailure.timedOut("The migration of VM " + vmId + " that an earlier agent began goes on and"
                        + " does not heed the request to stop; query both hosts");
            }
            try {
                Thread.sleep(POLL.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw CommandFailure.timedOut("The agent is stopping");
            }
        }
    }

    @Override
    public boolean runsOn(String targetAddress, String targetHostId, String vmId) {
        try {
            Connect target = new Connect(LibvirtMigration.uri(config, targetAddress));
            try {
                return guests.state(target.domainLookupByUUIDString(vmId)) == VmRunState.VM_RUN_STATE_RUNNING;
            } finally {
                target.close();
            }
        } catch (LibvirtException e) {
            return false;
        }
    }

    @Override
    public void ensureNetwork(NetworkRef network) {
        LibvirtProblem.tell(
                "Making network " + network.getNetworkId(), () -> LibvirtNetworks.ensure(connection.get(), network));
    }

    @Override
    public void removeNetwork(NetworkRef network) {
        LibvirtProblem.tell(
                "Removing network " + network.getNetworkId(), () -> LibvirtNetworks.remove(connection.get(), network));
    }

    @Override
    public String unlockConsole(String vmId, Duration validFor) {
        Domain domain = require(vmId);
        return LibvirtProblem.ask("Unlocking the console of VM " + vmId, () -> LibvirtConsole.unlock(domain, validFor));
    }

    @Override
    public ConsoleSession openConsole(String vmId, ConsoleKind kind, ConsoleOutput output) {
        Domain domain = require(vmId);
        return LibvirtProblem.ask("Opening the console of VM " + vmId, () -> switch (kind) {
            case CONSOLE_KIND_VNC -> LibvirtConsole.vnc(domain, output);
            case CONSOLE_KIND_SERIAL -> LibvirtConsole.serial(connection.get(), domain, output);
            case CONSOLE_KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw CommandFailure.invalid("The kind of console is not known to this agent; ask for VNC or serial");
        });
    }

    private Optional<Domain> find(String vmId) {
        try {
            return Optional.of(connection.get().domainLookupByUUIDString(vmId));
        } catch (LibvirtException e) {
            if (LibvirtProblem.absent(e)) {
                return Optional.empty();
            }
            throw LibvirtProblem.failure("Looking for VM " + vmId, e);
        }
    }

    private Domain require(String vmId) {
        Domain domain = find(vmId).orElseThrow(() -> CommandFailure.notFound("No VM " + vmId + " runs on this host"));
        managed(vmId, domain);
        return domain;
    }

    private void managed(String vmId, Domain domain) {
        if (LibvirtProblem.ask("Asking for VM " + vmId, () -> guests.revision(domain))
                .isEmpty()) {
            throw CommandFailure.conflict("Guest " + vmId + " was not started by Kvorum; it is left alone");
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
