package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.CommandFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.IOErrorListener;
import org.libvirt.event.LifecycleListener;
import org.libvirt.event.RebootListener;
import org.libvirt.jna.Libvirt;

/**
 * The connection to libvirtd, opened again whenever it is lost. Events come in on libvirt's event loop, which must not
 * call libvirt, so they only queue there, and a thread of their own hands them on.
 */
final class LibvirtConnection implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LibvirtConnection.class.getName());
    private static final int MAX_EVENTS = 10_000;
    private static final AtomicBoolean LOOP_RUNS = new AtomicBoolean();

    private static final Libvirt.VirErrorCallback SILENT = (data, error) -> {};

    /**
     * Connections that were closed, the newest last. libvirt keeps a connection, and goes on calling back, for as long as
     * anything refers to it: what it calls must not be collected with the object that registered it.
     */
    private static final Deque<Connect> CLOSED = new ArrayDeque<>();

    private static final int MAX_CLOSED = 256;

    /** Something that libvirt told. */
    sealed interface Signal {}

    record Lifecycle(String uuid, String name, DomainEvent event) implements Signal {}

    record Rebooted(String uuid, String name) implements Signal {}

    record IoError(String uuid, String name, String device) implements Signal {}

    /** The connection stands, for the first time or again. */
    record Connected() implements Signal {}

    private final String uri;
    private final Consumer<Signal> receiver;
    private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(MAX_EVENTS);
    private final AtomicBoolean lost = new AtomicBoolean();
    private volatile Optional<Connect> current = Optional.empty();
    private volatile String problem = "libvirt was not reached yet";
    private volatile boolean closed;

    // The listeners are held here: libvirt's side only has pointers to them.
    private final LifecycleListener lifecycle = (domain, event) -> {
        offer(new Lifecycle(uuid(domain), name(domain), event));
        return 0;
    };
    private final RebootListener reboot = domain -> offer(new Rebooted(uuid(domain), name(domain)));
    private final IOErrorListener ioError =
            (domain, path, alias, action) -> offer(new IoError(uuid(domain), name(domain), String.valueOf(alias)));

    /** @param receiver is called on one thread, and may call libvirt */
    LibvirtConnection(String uri, Consumer<Signal> receiver) {
        this.uri = uri;
        this.receiver = receiver;
    }

    void start() throws LibvirtException {
        if (LOOP_RUNS.compareAndSet(false, true)) {
            // Every error comes as an exception too; libvirt's own lines on standard error say it twice.
            Connect.setErrorCallback(SILENT);
            Library.initEventLoop();
            Thread.ofPlatform().name("libvirt-events").daemon().start(LibvirtConnection::runLoop);
        }
        Thread.ofPlatform().name("libvirt-signals").daemon().start(this::deliver);
        Thread.ofPlatform().name("libvirt-connection").daemon().start(this::keepConnected);
    }

    /** The connection, or CommandFailure with the reason why there is none. */
    Connect get() {
        return current.orElseThrow(() -> CommandFailure.hypervisor(
                "The hypervisor is not connected: " + problem + ". Check that libvirtd runs"));
    }

    boolean connected() {
        return current.isPresent();
    }

    String problem() {
        return problem;
    }

    private static void runLoop() {
        while (true) {
            try {
                Library.processEvent();
            } catch (LibvirtException e) {
                LOG.log(Level.FINE, "libvirt's event loop", e);
            }
        }
    }

    private void keepConnected() {
        while (!closed) {
            try {
                if (current.isEmpty()) {
                    connect();
                } else if (lost.get() || !current.get().isAlive()) {
                    disconnect("libvirtd closed the connection");
                }
            } catch (LibvirtException e) {
                disconnect(String.valueOf(e.getMessage()));
            }
            try {
                TimeUnit.MILLISECONDS.sleep(500);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void connect() throws LibvirtException {
        Connect connect = new Connect(uri);
        try {
            lost.set(false);
            connect.registerCloseListener((connection, reason) -> lost.set(true));
            connect.addLifecycleListener(lifecycle);
            if (!uri.startsWith("test:")) {
                connect.setKeepAlive(5, 3);
                connect.addRebootListener(reboot);
                connect.addIOErrorListener(ioError);
            }
        } catch (LibvirtException e) {
            close(connect);
            throw e;
        }
        current = Optional.of(connect);
        problem = "";
        LOG.info(() -> "libvirt connected uri=" + uri);
        offer(new Connected());
    }

    private void disconnect(String reason) {
        Optional<Connect> old = current;
        if (old.isPresent() || !reason.equals(problem)) {
            LOG.warning(() -> "libvirt not connected uri=" + uri + " reason=" + reason);
        }
        problem = reason;
        current = Optional.empty();
        old.ifPresent(LibvirtConnection::close);
    }

    private static void close(Connect connection) {
        synchronized (CLOSED) {
            CLOSED.addLast(connection);
            if (CLOSED.size() > MAX_CLOSED) {
                CLOSED.removeFirst();
            }
        }
        try {
            connection.close();
        } catch (LibvirtException e) {
            LOG.log(Level.FINE, "closing a dead connection", e);
        }
    }

    private void offer(Signal signal) {
        if (!signals.offer(signal)) {
            // Nobody can say any more what is missing: read everything again.
            signals.clear();
            var unused = signals.offer(new Connected());
        }
    }

    private void deliver() {
        while (!closed) {
            try {
                receiver.accept(signals.take());
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "an event of libvirt was not understood", e);
            }
        }
    }

    private static String uuid(Domain domain) {
        try {
            return domain.getUUIDString();
        } catch (LibvirtException e) {
            return "";
        }
    }

    private static String name(Domain domain) {
        try {
            return domain.getName();
        } catch (LibvirtException e) {
            return "";
        }
    }

    @Override
    public void close() {
        closed = true;
        disconnect("the agent is stopping");
    }
}
