package io.kvorum.agent;

import io.kvorum.agent.simulated.FleetPlan;
import io.kvorum.agent.simulated.SimulatedFleet;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.logging.Logger;

/** {@code kvorum-agent simulate}: a fleet of simulated hosts, until it is ended. */
final class SimulateHosts {
    private static final Logger LOG = Logger.getLogger(SimulateHosts.class.getName());

    private SimulateHosts() {}

    static void run(Arguments arguments) throws IOException, GeneralSecurityException, InterruptedException {
        FleetPlan plan = FleetPlan.of(
                        (int) arguments.number("hosts", 1, 1, 100_000), Path.of(arguments.required("state-dir")))
                .withAddress(arguments.get("address", "127.0.0.1"), (int) arguments.number("port", 8445, 0, 65_535))
                .withCapacity(
                        (int) arguments.number("cpus", 32, 1, 4096),
                        arguments.number("memory-gib", 128, 1, 1 << 20) << 30)
                .withTimeScale(Double.parseDouble(arguments.get("time-scale", "1")));
        try (SimulatedFleet fleet = SimulatedFleet.of(plan)) {
            Optional<String> token = AgentMain.token(arguments);
            if (token.isPresent()) {
                fleet.join(token.get());
            }
            fleet.start();
            LOG.info(() -> "serving simulated hosts=" + fleet.hosts().size() + " port=" + fleet.port());
            Thread.currentThread().join();
        }
    }
}
