package io.kvorum.agent;

import io.kvorum.agent.config.AgentConfig;
import io.kvorum.agent.config.AgentConfig.Transport;
import io.kvorum.agent.enrollment.Enrollment;
import io.kvorum.agent.enrollment.HypervisorCredentials;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.hypervisor.libvirt.LibvirtHypervisor;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.JoinToken;
import io.kvorum.agent.rules.Rules;
import io.kvorum.agent.service.EpochGuard;
import io.kvorum.proto.agent.v1.HostFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Locale;
import java.util.logging.Level;

/** {@code kvorum-agent join}. */
final class JoinHost {
    private static final int CONNECT_ATTEMPTS = 60;
    private static final Duration RELOAD_LIMIT = Duration.ofSeconds(2);

    private JoinHost() {}

    static void run(Arguments arguments) throws IOException, GeneralSecurityException, InterruptedException {
        Path state = AgentMain.stateDir(arguments);
        if (HostIdentity.load(state).isPresent() && !arguments.flag("force")) {
            throw new IOException("This host has joined already (" + state.resolve(HostIdentity.FILE)
                    + "). To join it to another cluster, or again, add --force");
        }
        AgentConfig config = AgentConfig.load(AgentMain.configFile(arguments));
        JoinToken token = JoinToken.parse(AgentMain.token(arguments)
                .orElseThrow(() -> new IllegalArgumentException("--token or --token-file is missing")));
        String address = Rules.address("The host's address", arguments.required("address"));
        HostFacts facts = facts(config);
        String name = Rules.hostName(
                arguments.get("name").orElseGet(() -> facts.getHostname().toLowerCase(Locale.ROOT)));
        int port = (int) arguments.number("port", 8445, 1, 65_535);
        boolean tls = config.migrationTransport() == Transport.TLS;
        Enrollment.Enrolled enrolled = Enrollment.join(token, name, address, port, facts, tls);
        if (enrolled.hypervisor().isPresent()) {
            enrolled.hypervisor().get().install(config.pkiDir());
            // On most hosts libvirtd listens only after the join, and reads the files by itself then.
            HypervisorCredentials.reload(config.reloadCommand(), RELOAD_LIMIT, Level.INFO);
        }
        // The epoch file comes first: an identity without it does not serve. A host that joins anew has no commands.
        EpochGuard.create(state.resolve("epoch"));
        Files.deleteIfExists(state.resolve("journal"));
        enrolled.identity().save(state);
        System.out.println(
                "Joined as " + name + ", host id " + enrolled.identity().hostId());
    }

    private static HostFacts facts(AgentConfig config) throws InterruptedException {
        try (LibvirtHypervisor hypervisor = LibvirtHypervisor.open(config)) {
            for (int attempt = 1; !hypervisor.health().getHypervisorConnected(); attempt++) {
                if (attempt > CONNECT_ATTEMPTS) {
                    throw CommandFailure.hypervisor("libvirt at " + config.hypervisorUri() + " does not answer: "
                            + hypervisor.health().getProblem() + ". Start libvirtd and join again");
                }
                Thread.sleep(250);
            }
            return hypervisor.facts();
        }
    }
}
