package io.kvorum.agent.service;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.CommandProgress;
import io.kvorum.proto.agent.v1.HostStatistics;
import io.kvorum.proto.agent.v1.Lockspaces;
import io.kvorum.proto.agent.v1.VmEvent;
import io.kvorum.proto.agent.v1.VmInventory;
import io.kvorum.proto.agent.v1.WatchResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What one watcher hears. Events wait in a bounded queue and are never dropped: if it overflows the stream ends with
 * RESOURCE_EXHAUSTED, and the watcher gets a full inventory when it comes back. Of heartbeats, statistics and lockspaces only
 * the newest waits, of progress only the newest of each command.
 */
final class WatchStream {
    private static final Logger LOG = Logger.getLogger(WatchStream.class.getName());
    static final int MAX_EVENTS = 1024;
    private static final int MAX_PROGRESS = 256;

    private final ManagedHost host;
    private final long epoch;
    private final ServerCallStreamObserver<WatchResponse> observer;
    private final Executor blocking;
    private final Deque<WatchResponse.Builder> events = new ArrayDeque<>(4);
    private final Map<String, CommandProgress> progress = new LinkedHashMap<>(4);
    private Optional<HostStatistics> statistics = Optional.empty();
    private Optional<Set<String>> lockspaces = Optional.empty();
    private boolean heartbeatDue;
    private boolean inventoryDue = true;
    private boolean readingInventory;
    private boolean readingStatistics;
    private boolean readingLockspaces;
    private boolean ended;
    private long sequence;
    private Optional<ScheduledFuture<?>> heartbeats = Optional.empty();
    private Optional<ScheduledFuture<?>> readings = Optional.empty();

    WatchStream(ManagedHost host, long epoch, ServerCallStreamObserver<WatchResponse> observer, Executor blocking) {
        this.host = host;
        this.epoch = epoch;
        this.observer = observer;
        this.blocking = blocking;
    }

    /** Sends the inventory, then reports at these intervals until the watcher hangs up. */
    void begin(Duration heartbeat, Duration statisticsInterval, ScheduledExecutorService scheduler) {
        observer.setOnReadyHandler(this::drain);
        observer.setOnCancelHandler(this::stop);
        host.watch(this);
        readInventory();
        synchronized (this) {
            heartbeats = Optional.of(
                    scheduler.scheduleAtFixedRate(this::beat, 0, heartbeat.toMillis(), TimeUnit.MILLISECONDS));
            // Spread over the interval, so that many hosts in one process do not all read at once.
            long offset = Math.floorMod(host.hostId().hashCode(), statisticsInterval.toMillis());
            readings = Optional.of(scheduler.scheduleAtFixedRate(
                    this::read, Math.min(offset, 1000), statisticsInterval.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    void happened(VmEvent event) {
        synchronized (this) {
            if (ended) {
                return;
            }
            if (events.size() >= MAX_EVENTS) {
                events.clear();
                fail(Status.RESOURCE_EXHAUSTED.withDescription(
                        MAX_EVENTS + " events wait for this watcher; come back for a full inventory"));
                return;
            }
            events.add(WatchResponse.newBuilder().setVmEvent(event));
        }
        drain();
    }

    void progressed(CommandProgress report) {
        synchronized (this) {
            progress.remove(report.getCommandId());
            if (progress.size() < MAX_PROGRESS) {
                progress.put(report.getCommandId(), report);
            }
        }
        drain();
    }

    void inventoryChanged() {
        synchronized (this) {
            inventoryDue = true;
        }
        readInventory();
    }

    void epochRaised(long newer) {
        synchronized (this) {
            if (newer > epoch) {
                fail(Status.FAILED_PRECONDITION.withDescription(
                        "Epoch " + epoch + " is over: this host has seen epoch " + newer));
            }
        }
    }

    private void beat() {
        synchronized (this) {
            heartbeatDue = true;
            if (inventoryDue) {
                readInventory();
            }
        }
        drain();
    }

    private void readInventory() {
        synchronized (this) {
            if (readingInventory || ended) {
                return;
            }
            readingInventory = true;
            inventoryDue = false;
        }
        blocking.execute(() -> {
            boolean read = false;
            try {
                VmInventory inventory = VmInventory.newBuilder()
                        .addAllVms(host.hypervisor().inventory())
                        .build();
                read = true;
                synchronized (this) {
                    // Events that wait are told by the inventory already, or follow it.
                    events.addFirst(WatchResponse.newBuilder().setInventory(inventory));
                }
            } catch (CommandFailure e) {
                LOG.fine(() -> "no inventory yet: " + e.getMessage());
            } finally {
                synchronized (this) {
                    readingInventory = false;
                    inventoryDue |= !read;
                }
            }
            drain();
        });
    }

    private void read() {
        readStatistics();
        readLockspaces();
    }

    private void readLockspaces() {
        synchronized (this) {
            if (readingLockspaces || ended) {
                return;
            }
            readingLockspaces = true;
        }
        blocking.execute(() -> {
            try {
                Optional<Set<String>> now = host.leases().memberships();
                synchronized (this) {
                    lockspaces = now;
                }
            } catch (CommandFailure e) {
                LOG.log(Level.FINE, "lockspaces unknown", e);
            } finally {
                synchronized (this) {
                    readingLockspaces = false;
                }
            }
            drain();
        });
    }

    private void readStatistics() {
        synchronized (this) {
            if (readingStatistics || ended || !host.hypervisor().health().getHypervisorConnected()) {
                return;
            }
            readingStatistics = true;
        }
        blocking.execute(() -> {
            try {
                HostStatistics reading = host.hypervisor().statistics();
                synchronized (this) {
                    statistics = Optional.of(reading);
                }
            } catch (RuntimeException e) {
                LOG.log(Level.FINE, "no statistics", e);
            } finally {
                synchronized (this) {
                    readingStatistics = false;
                }
            }
            drain();
        });
    }

    private void drain() {
        synchronized (this) {
            while (!ended && observer.isReady()) {
                Optional<WatchResponse.Builder> next = next();
                if (next.isEmpty()) {
                    return;
                }
                try {
                    observer.onNext(next.get().setSequence(++sequence).build());
                } catch (RuntimeException e) {
                    LOG.log(Level.FINE, "watcher is gone", e);
                    stop();
                }
            }
        }
    }

    private Optional<WatchResponse.Builder> next() {
        if (!events.isEmpty()) {
            return Optional.of(events.removeFirst());
        }
        if (heartbeatDue) {
            heartbeatDue = false;
            return Optional.of(
                    WatchResponse.newBuilder().setHeartbeat(host.hypervisor().health()));
        }
        if (lockspaces.isPresent()) {
            Lockspaces members = Lockspaces.newBuilder()
                    .addAllStorageDomainIds(lockspaces.get())
                    .build();
            lockspaces = Optional.empty();
            return Optional.of(WatchResponse.newBuilder().setLockspaces(members));
        }
        if (!progress.isEmpty()) {
            CommandProgress report = progress.values().iterator().next();
            progress.remove(report.getCommandId());
            return Optional.of(WatchResponse.newBuilder().setProgress(report));
        }
        Optional<HostStatistics> reading = statistics;
        statistics = Optional.empty();
        return reading.map(report -> WatchResponse.newBuilder().setStatistics(report));
    }

    private void fail(Status status) {
        stop();
        try {
            observer.onError(status.asRuntimeException());
        } catch (RuntimeException e) {
            LOG.log(Level.FINE, "watcher is gone", e);
        }
    }

    private synchronized void stop() {
        ended = true;
        heartbeats.ifPresent(task -> task.cancel(false));
        readings.ifPresent(task -> task.cancel(false));
        host.unwatch(this);
    }
}
