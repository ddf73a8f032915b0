package io.kvorum.server.leadership;

import io.kvorum.server.KvorumConfig;
import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.security.Installation;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.ZooKeeper;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stands for election, and runs the controller while this replica is elected. ZooKeeper only says who may try; who
 * leads is settled by the epoch in PostgreSQL, which every write of a leader proves and every command carries.
 */
@ApplicationScoped
public class Leadership {

    private static final Logger LOG = Logger.getLogger(Leadership.class);
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 1000;
    private static final long STOP_LIMIT_SECONDS = 10;

    private final KvorumConfig config;
    private final ControllerLoop loop;
    private final Installation installation;
    private final String replicaId;
    private final ExecutorService standing =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("leader").factory());
    private @Nullable CuratorFramework client;
    private @Nullable LeaderSelector selector;

    Leadership(KvorumConfig config, ControllerLoop loop, Installation installation) {
        this.config = config;
        this.loop = loop;
        this.installation = installation;
        this.replicaId = config.replicaId().orElseGet(Leadership::defaultReplicaId);
    }

    public String replicaId() {
        return replicaId;
    }

    /** The epoch of the term in which this replica leads, empty while it does not. */
    public Optional<Long> term() {
        return loop.epoch();
    }

    void start(@Observes @Priority(100) StartupEvent event) {
        String connect = config.leadership().zookeeper().orElseThrow();
        int timeout = Math.toIntExact(config.leadership().sessionTimeout().toMillis());
        CuratorFramework curator = CuratorFrameworkFactory.builder()
                .connectString(connect)
                .sessionTimeoutMs(timeout)
                .connectionTimeoutMs(timeout)
                .retryPolicy(new BoundedExponentialBackoffRetry(100, 2000, 10))
                .build();
        curator.start();
        client = curator;
        LeaderSelector candidate = new LeaderSelector(
                curator, config.leadership().path() + "/leader", standing, new LeaderSelectorListenerAdapter() {
                    @Override
                    public void takeLeadership(CuratorFramework connected) throws Exception {
                        lead(connected);
                    }
                });
        candidate.setId(replicaId);
        candidate.autoRequeue();
        candidate.start();
        selector = candidate;
    }

    /** Returns when the term is over: interrupted by the loss of ZooKeeper, or because the loop could not go on. */
    private void lead(CuratorFramework curator) throws Exception {
        Optional<String> owner = PathOwner.claim(curator, config.leadership().path(), installation.fingerprint());
        if (owner.isPresent()) {
            LOG.errorf(
                    "ZooKeeper's path %s belongs to another installation, with the CA %s; this one's is %s."
                            + " Set KVORUM_LEADERSHIP_PATH to a path of its own. The engine ends",
                    config.leadership().path(), owner.get(), installation.fingerprint());
            Quarkus.asyncExit(1);
            return;
        }
        ZooKeeper session = curator.getZookeeperClient().getZooKeeper();
        long sessionId = session.getSessionId();
        long asked = System.nanoTime();
        session.exists(config.leadership().path(), false);
        Tenure tenure = new Tenure(Duration.ofMillis(session.getSessionTimeout()), asked, System::nanoTime);
        // Not a virtual thread: those wait for each other, and with a fleet there may be thousands of them to run.
        Thread keeper = Thread.ofPlatform()
                .daemon()
                .name("tenure")
                .priority(Thread.MAX_PRIORITY)
                .start(() -> keep(tenure, curator, sessionId));
        try {
            loop.run(replicaId, config.replicaAddress().orElse(""), tenure::holds);
        } catch (RuntimeException e) {
            LOG.error("The term ended with an error", e);
            Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        } finally {
            keeper.interrupt();
        }
    }

    /** Asks ZooKeeper again and again whether the session that was elected lives. */
    private void keep(Tenure tenure, CuratorFramework curator, long sessionId) {
        long pauseMillis = config.leadership().sessionTimeout().toMillis() / 8;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(pauseMillis);
                ZooKeeper session = curator.getZookeeperClient().getZooKeeper();
                long asked = System.nanoTime();
                session.exists(config.leadership().path(), false);
                if (session.getSessionId() == sessionId) {
                    tenure.confirm(asked);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.debugf("ZooKeeper does not confirm the session: %s", e.getMessage());
            }
        }
    }

    /** Gives the lead away before the connection to ZooKeeper goes, so that another replica need not wait for it. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        LeaderSelector candidate = selector;
        if (candidate != null) {
            candidate.close();
        }
        loop.stop();
        standing.shutdown();
        if (!standing.awaitTermination(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("The term does not end; another replica leads once the session with ZooKeeper has expired");
        }
        CuratorFramework curator = client;
        if (curator != null) {
            curator.close();
        }
    }

    private static String defaultReplicaId() {
        try {
            return InetAddress.getLocalHost().getHostName() + "-"
                    + ProcessHandle.current().pid();
        } catch (IOException e) {
            return "engine-" + ProcessHandle.current().pid();
        }
    }
}
