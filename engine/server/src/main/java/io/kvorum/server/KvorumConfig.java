package io.kvorum.server;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The engine's settings, {@code kvorum.*}. */
@ConfigMapping(prefix = "kvorum")
public interface KvorumConfig {

    /** Where certificates, secrets and, in the embedded default, all data are kept. */
    @WithDefault(".kvorum")
    Path dataDir();

    /** Name of this replica; the host name and process id where none is given. */
    Optional<String> replicaId();

    /** URL under which the other replicas reach this one, such as https://engine-1:8443; for installations with several. */
    Optional<String> replicaAddress();

    /**
     * DNS names and addresses under which browsers and automation reach the engine. With them it listens on all
     * addresses, by TLS only; without, on the loopback.
     */
    Optional<List<String>> publicNames();

    Leadership leadership();

    Enrollment enrollment();

    Agents agents();

    Api api();

    Ha ha();

    Retention retention();

    History history();

    interface Leadership {
        /** ZooKeeper's connect string; embedded where none is given. */
        Optional<String> zookeeper();

        @WithDefault("/kvorum")
        String path();

        /** How long ZooKeeper keeps a silent leader. */
        @WithDefault("2s")
        Duration sessionTimeout();
    }

    interface Enrollment {
        /** Where hosts join. */
        @WithDefault("0.0.0.0")
        String host();

        @WithDefault("8444")
        int port();

        /** Addresses of the engine, comma separated host:port, that join tokens carry. */
        Optional<String> endpoints();

        /** Life of a host's certificate; it is renewed by itself when a third is left. */
        @WithDefault("720h")
        Duration certificateLife();
    }

    interface Agents {
        @WithDefault("1s")
        Duration heartbeatInterval();

        @WithDefault("5s")
        Duration statisticsInterval();
    }

    interface Ha {
        /** Silence after which a host is in doubt. */
        @WithDefault("4s")
        Duration heartbeatTimeout();

        /** How much longer before it is fenced; others are asked for it from half of that silence on. */
        @WithDefault("0s")
        Duration fencingDelay();
    }

    /** Age at which they are deleted, at least one hour. */
    interface Retention {
        /** Of operations that have ended. Their Idempotency-Keys are forgotten with them. */
        @WithDefault("90d")
        Duration operations();

        @WithDefault("90d")
        Duration events();
    }

    /** What the leader remembers of loads, in memory, to rehearse settings on. */
    interface History {
        /** The length of a step, of which the mean is kept. */
        @WithDefault("5m")
        Duration step();

        /** For how long at most; for less where there are more hosts and VMs than the memory is for. */
        @WithDefault("7d")
        Duration keep();

        /** Megabytes of memory for all of it; a sixteenth of the heap where nothing is said. */
        Optional<Integer> megabytes();
    }

    interface Api {
        /** Life of a session of the web UI. */
        @WithDefault("12h")
        Duration sessionLife();

        /** How long a change may take before the answer is 202 instead of its result. */
        @WithDefault("10s")
        Duration configurationWait();
    }
}
