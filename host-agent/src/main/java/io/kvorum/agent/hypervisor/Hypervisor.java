package io.kvorum.agent.hypervisor;

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
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What runs guests on a host. Ids and names were validated before they come here. Every method but {@link #health()}
 * and {@link #lastFacts()} may block; each throws {@link CommandFailure} where it cannot do what is asked.
 */
public interface Hypervisor extends AutoCloseable {
    HostFacts facts();

    /** As last read, for when it is away; only the boot id where it was never there. Never blocks. */
    HostFacts lastFacts();

    /** What is known right now; never blocks. */
    Heartbeat health();

    /** Every guest, the engine's or not. */
    List<VmStatus> inventory();

    /** One reading of all counters. */
    HostStatistics statistics();

    /** Adds one that hears of events until the hypervisor is closed. */
    void listen(HypervisorListener listener);

    /** The guest's status; empty where no such guest is here. */
    Optional<VmStatus> query(String vmId);

    /** Starts it, or resumes it from saved memory. Running already under this revision is a success. */
    VmRunState start(StartVm command, CommandContext context);

    /** Pulls the plug. Absent is a success. */
    void stop(String vmId);

    /** Asks the guest to shut down, and waits until it is off or the time limit ends. Absent is a success. */
    void shutdown(String vmId, CommandContext context);

    void reboot(String vmId);

    void reset(String vmId);

    void pause(String vmId);

    void resume(String vmId);

    /** Saves the memory into the domain and stops the guest. */
    void suspend(String vmId, StorageDomainRef domain, CommandContext context);

    /** Gives a guest that runs more memory or more vCPUs. What it has already is a success. */
    void grow(GrowVm command, CommandContext context);

    void deleteSavedState(String vmId, StorageDomainRef domain);

    /** Moves it live; returns when it runs on the target and no longer here. */
    MigrationResult migrate(MigrateVm command, CommandContext context);

    void abortMigration(String vmId);

    /**
     * Ends what an earlier agent process left of a migration: the hypervisor goes on without it. When this returns the
     * guest either stays here or is gone from here. Nothing to do where migrations end with the agent.
     */
    default void settleMigration(String vmId) {}

    /** Where a migration stands whose agent died: true when the guest is known to run on the target. */
    boolean runsOn(String targetAddress, String targetHostId, String vmId);

    void ensureNetwork(NetworkRef network);

    void removeNetwork(NetworkRef network);

    /** Sets a fresh VNC password that holds for that long; returns it. */
    String unlockConsole(String vmId, Duration validFor);

    /** Opens a console; {@code output} gets the guest's bytes until the session is closed. */
    ConsoleSession openConsole(String vmId, ConsoleKind kind, ConsoleOutput output);

    @Override
    void close();

    /** An open console. */
    interface ConsoleSession extends AutoCloseable {
        /** Bytes to the guest; may block while the guest does not read. */
        void send(byte[] data);

        @Override
        void close();
    }

    /** The watcher's side of a console. */
    interface ConsoleOutput {
        /** Blocks while the watcher is slow, so that nothing piles up. */
        void receive(byte[] data);

        void ended(String reason);
    }
}
