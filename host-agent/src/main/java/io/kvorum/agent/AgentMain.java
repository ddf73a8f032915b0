package io.kvorum.agent;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.identity.HostIdentity;
import io.kvorum.agent.identity.Pem;
import io.kvorum.agent.logging.LogLines;
import io.kvorum.agent.simulated.FleetAction;
import io.kvorum.agent.simulated.FleetControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The command line of the host agent. Exit status: 0 well, 1 failed, 2 wrong arguments. */
public final class AgentMain {
    private static final String USAGE = """
            Usage: kvorum-agent COMMAND
              join --token T | --token-file F  --address ADDR [--port 8445] [--name N] [--force]
                                               joins this host to a cluster
              run                              serves the engine
              simulate --hosts N [--token T | --token-file F] --state-dir DIR [--address 127.0.0.1] [--port 8445]
                       [--cpus C] [--memory-gib M] [--time-scale X]
                                               N simulated hosts in one process; they take the lines of F in turn
              fleet DIR ACTION ...             asks or disturbs the simulated hosts that run with --state-dir DIR:
            %s  status                           says who this host is
            Common: [--config /etc/kvorum/agent.properties] [--state-dir /var/lib/kvorum-agent]
            A token on the command line is seen by every user of this machine; --token-file hides it.
            """.formatted(FleetAction.usage("                "));
    private static final Set<String> OPTIONS = Set.of(
            "token",
            "token-file",
            "address",
            "port",
            "name",
            "config",
            "state-dir",
            "hosts",
            "cpus",
            "memory-gib",
            "time-scale");
    private static final Path DEFAULT_STATE = Path.of("/var/lib/kvorum-agent");

    private AgentMain() {}

    public static void main(String[] words) {
        LogLines.install();
        System.exit(run(words));
    }

    private static int run(String[] words) {
        try {
            String command = words.length == 0 ? "help" : words[0];
            if (command.equals("fleet")) {
                fleet(words);
                return 0;
            }
            Arguments arguments = Arguments.parse(words, Math.min(1, words.length), OPTIONS, Set.of("force"));
            switch (command) {
                case "join" -> JoinHost.run(arguments);
                case "run" -> ServeHost.run(arguments);
                case "simulate" -> SimulateHosts.run(arguments);
                case "status" -> status(arguments);
                default -> {
                    System.err.print(USAGE);
                    return 2;
                }
            }
            return 0;
        } catch (IllegalArgumentException e) {
            System.err.println("kvorum-agent: " + e.getMessage());
            System.err.print(USAGE);
            return 2;
        } catch (IOException | GeneralSecurityException | CommandFailure e) {
            System.err.println("kvorum-agent: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            return 1;
        }
    }

    private static void fleet(String[] words) throws IOException {
        if (words.length < 3) {
            throw new IllegalArgumentException(
                    "'fleet' wants the --state-dir of a running 'simulate' and an action, such as: fleet DIR list");
        }
        String answer = FleetControl.ask(Path.of(words[1]), List.of(words).subList(2, words.length));
        System.out.print(answer);
    }

    static Path stateDir(Arguments arguments) {
        return arguments.get("state-dir").map(Path::of).orElse(DEFAULT_STATE);
    }

    static Path configFile(Arguments arguments) {
        return Path.of(arguments.get("config", "/etc/kvorum/agent.properties"));
    }

    /** From the command line or from a file. */
    static Optional<String> token(Arguments arguments) throws IOException {
        if (arguments.get("token-file").isPresent()) {
            return Optional.of(
                    Files.readString(Path.of(arguments.required("token-file"))).strip());
        }
        return arguments.get("token");
    }

    private static void status(Arguments arguments) throws IOException, GeneralSecurityException {
        Path state = stateDir(arguments);
        Optional<HostIdentity> known = HostIdentity.load(state);
        if (known.isEmpty()) {
            System.out.println("This host has not joined a cluster (nothing in " + state + ")");
            return;
        }
        HostIdentity identity = known.get();
        System.out.println("host        " + identity.hostId() + " (" + identity.name() + ")");
        System.out.println("cluster     " + identity.clusterId());
        System.out.println("listens     " + identity.address() + ":" + identity.port());
        System.out.println("engines     " + String.join(", ", identity.engines()));
        System.out.println("certificate until "
                + Pem.certificates(identity.certificatePem())
                        .getFirst()
                        .getNotAfter()
                        .toInstant() + ", renewed from "
                + identity.renewAt());
        Path epoch = state.resolve("epoch");
        System.out.println(
                "epoch       " + (Files.exists(epoch) ? Files.readString(epoch).strip() : "none yet"));
    }
}
