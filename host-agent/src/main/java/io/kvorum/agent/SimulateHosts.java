package io.kvorum.agent;

import io.kvorum.agent.simulated.FleetControl;
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
        Path stateDir = Path.of(arguments.required("state-dir"));
        FleetPlan plan = FleetPlan.of((int) arguments.number("hosts", 1, 1, 100_000), stateDir)
                .withAddress(arguments.get("address", "127.0.0.1"), (int) arguments.number("port", 8445, 0, 65_535))
                .withCapacity(
                        (int) arguments.number("cpus", 32, 1, 4096),
                        arguments.number("memory-gib", 128, 1, 1 << 20) << 30)
                .withTimeScale(timeScale(arguments.get("time-scale", "1")));
        try (SimulatedFleet fleet = SimulatedFleet.of(plan)) {
            Optional<String> token = AgentMain.token(arguments);
            if (token.isPresent()) {
                fleet.join(token.get().lines().toArray(String[]::new));
            }
            fleet.start();
            try (FleetControl control = FleetControl.listen(fleet, stateDir)) {
                LOG.info(() -> "serving simulated hosts=" + fleet.hosts().size() + " port=" + fleet.port() + " control="
                        + control.socket());
                Thread.currentThread().join();
            }
        }
    }

    private static double timeScale(String text) {
        try {
            double scale = Double.parseDouble(text);
            if (scale >= 0.001 && scale <= 1_000_000) {
                return scale;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("--time-scale is '" + text
                + "'; it must be a number from 0.001 to 1000000, such as 10 for ten times faster");
    }
}
