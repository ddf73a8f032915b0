package io.kvorum.agent.service;

import io.grpc.Status;
import io.kvorum.agent.hypervisor.Hypervisor;
import io.kvorum.agent.hypervisor.HypervisorListener;
import io.kvorum.agent.lease.Leases;
import io.kvorum.agent.storage.DiskStore;
import io.kvorum.proto.agent.v1.CommandProgress;
import io.kvorum.proto.agent.v1.VmEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** One host behind the service: its parts, its memory of commands and epochs, and who watches it. */
public final class ManagedHost implements HypervisorListener, AutoCloseable {
    private static final int MAX_WATCHERS = 16;

    private final String hostId;
    private final HostParts parts;
    private final EpochGuard epochs;
    private final CommandJournal journal;
    private final CommandRunner commands;
    private final HostLink link = new HostLink();
    private final CopyOnWriteArrayList<WatchStream> watchers = new CopyOnWriteArrayList<>();

    private ManagedHost(String hostId, HostParts parts, EpochGuard epochs, CommandJournal journal, Executor executor) {
        this.hostId = hostId;
        this.parts = parts;
        this.epochs = epochs;
        this.journal = journal;
        this.commands = new CommandRunner(epochs, journal, new CommandDispatch(parts), executor, this::progressed);
    }

    /** With journal and epoch in the folder; IOException where either cannot be trusted. */
    public static ManagedHost durable(String hostId, HostParts parts, Path state, Executor executor)
            throws IOException {
        return wired(new ManagedHost(
                hostId,
                parts,
                EpochGuard.open(state.resolve("epoch")),
                FileJournal.open(state.resolve("journal"), InstantSource.system()),
                executor));
    }

    /** Forgets with the process. */
    public static ManagedHost forgetful(String hostId, HostParts parts, Executor executor) {
        return wired(new ManagedHost(hostId, parts, EpochGuard.inMemory(), new MemoryJournal(), executor));
    }

    private static ManagedHost wired(ManagedHost host) {
        host.parts.hypervisor().listen(host);
        host.epochs.onRaise(epoch -> host.watchers.forEach(watcher -> watcher.epochRaised(epoch)));
        return host;
    }

    public String hostId() {
        return hostId;
    }

    public HostLink link() {
        return link;
    }

    Hypervisor hypervisor() {
        return parts.hypervisor();
    }

    Leases leases() {
        return parts.leases();
    }

    DiskStore disks() {
        return parts.disks();
    }

    EpochGuard epochs() {
        return epochs;
    }

    CommandRunner commands() {
        return commands;
    }

    void watch(WatchStream watcher) {
        if (watchers.size() >= MAX_WATCHERS) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription(MAX_WATCHERS + " watchers are on this host already; close one")
                    .asRuntimeException();
        }
        watchers.add(watcher);
    }

    void unwatch(WatchStream watcher) {
        watchers.remove(watcher);
    }

    private void progressed(CommandProgress progress) {
        watchers.forEach(watcher -> watcher.progressed(progress));
    }

    @Override
    public void happened(VmEvent event) {
        watchers.forEach(watcher -> watcher.happened(event));
    }

    @Override
    public void inventoryChanged() {
        watchers.forEach(WatchStream::inventoryChanged);
    }

    @Override
    public void close() {
        link.reset();
        parts.hypervisor().close();
        journal.close();
    }
}
