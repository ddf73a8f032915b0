package io.kvorum.server.leadership;

import io.kvorum.server.KvorumConfig;
import io.kvorum.server.controller.ControllerLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
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

    private final KvorumConfig config;
    private final ControllerLoop loop;
    private final String replicaId;
    private @Nullable CuratorFramework client;
    private @Nullable LeaderSelector selector;

    Leadership(KvorumConfig config, ControllerLoop loop) {
        this.config = config;
        this.loop = loop;
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
        LeaderSelector standing = new LeaderSelector(
                curator, config.leadership().path() + "/leader", new LeaderSelectorListenerAdapter() {
                    @Override
                    public void takeLeadership(CuratorFramework ignored) throws Exception {
                        lead();
                    }
                });
        standing.setId(replicaId);
        standing.autoRequeue();
        standing.start();
        selector = standing;
    }

    /** Returns when the term is over: interrupted by the loss of ZooKeeper, or because the loop could not go on. */
    private void lead() throws InterruptedException {
        try {
            loop.run(replicaId);
        } catch (RuntimeException e) {
            LOG.error("The term ended with an error", e);
            Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        LeaderSelector standing = selector;
        if (standing != null) {
            standing.close();
        }
        loop.stop();
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
