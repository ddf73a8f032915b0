package io.kvorum.agent.fencing;

import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.rules.Rules;
import io.kvorum.agent.storage.ChildProcess;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs Debian's fence agents. All options, the password among them, go through standard input; the agent's own output
 * is never passed on, since it may repeat them. OFF counts only when a second call says that the power is off.
 */
public final class FenceAgents implements PowerController {
    private static final Set<String> IPMI_OPTIONS = Set.of(
            "cipher",
            "privlvl",
            "auth",
            "lanplus",
            "login_timeout",
            "power_timeout",
            "power_wait",
            "shell_timeout",
            "method",
            "hexadecimal_kg",
            "retry_on",
            "delay",
            "target");
    private static final Set<String> REDFISH_OPTIONS = Set.of(
            "ssl",
            "ssl_secure",
            "ssl_insecure",
            "redfish_uri",
            "systems_uri",
            "plug",
            "login_timeout",
            "power_timeout",
            "power_wait",
            "shell_timeout",
            "retry_on",
            "delay");
    /** How fence agents say that a BMC does not know the user; fence_redfish stumbles over the refusal it was sent. */
    private static final Set<String> REFUSALS = Set.of(
            "password invalid",
            "invalid user name",
            "unauthorized name",
            "unauthorized",
            "rakp 2 hmac is invalid",
            "rakp 2 message indicates an error",
            "keyerror: 'members'");

    private static final int STATUS_ON = 0;
    private static final int STATUS_OFF = 2;
    private static final Duration STATUS_LIMIT = Duration.ofSeconds(30);

    @Override
    public PowerState control(PowerControl command, CommandContext context) {
        PowerAgent agent = command.getAgent();
        return switch (command.getAction()) {
            case POWER_ACTION_STATUS -> status(agent, context);
            case POWER_ACTION_ON -> change(agent, "on", PowerState.POWER_STATE_ON, context);
            case POWER_ACTION_OFF -> change(agent, "off", PowerState.POWER_STATE_OFF, context);
            case POWER_ACTION_UNSPECIFIED, UNRECOGNIZED ->
                throw CommandFailure.invalid(
                        "The power action is " + command.getActionValue() + ", which this agent does not know");
        };
    }

    private static PowerState change(PowerAgent agent, String action, PowerState wished, CommandContext context) {
        int ended = call(agent, action, context.remaining()).status();
        // Whatever the first call said, only a fresh look counts.
        PowerState found = status(agent, context);
        while (found != wished && !context.expired()) {
            context.pause(Duration.ofSeconds(1));
            found = lookAgain(agent, context, found);
        }
        if (found != wished) {
            throw CommandFailure.timedOut(
                    "The BMC at " + agent.getAddress() + " was told " + action + " (the fence agent ended with " + ended
                            + "), but says " + found + ". The host must not be taken as " + action);
        }
        return found;
    }

    /** A BMC that falls silent after it answered, or a look that the time limit cuts short, leaves what was seen last. */
    private static PowerState lookAgain(PowerAgent agent, CommandContext context, PowerState before) {
        try {
            return status(agent, context);
        } catch (CommandFailure e) {
            if (e.reason() == FailureReason.FAILURE_REASON_UNREACHABLE) {
                return before;
            }
            throw e;
        }
    }

    private static PowerState status(PowerAgent agent, CommandContext context) {
        Duration limit = context.remaining().compareTo(STATUS_LIMIT) < 0 ? context.remaining() : STATUS_LIMIT;
        ChildProcess ended = call(agent, "status", limit);
        return switch (ended.status()) {
            case STATUS_ON -> PowerState.POWER_STATE_ON;
            case STATUS_OFF -> PowerState.POWER_STATE_OFF;
            default ->
                throw new CommandFailure(
                        FailureReason.FAILURE_REASON_UNREACHABLE,
                        "The BMC at " + agent.getAddress() + " did not tell its power state (fence_" + agent.getType()
                                + (ended.status() < 0
                                        ? " did not end within " + limit.toSeconds() + " s"
                                        : " ended with " + ended.status())
                                + "). " + hint(agent, ended.output()));
        };
    }

    /** What to look at. Words of our own: the agent's output may repeat its input. */
    private static String hint(PowerAgent agent, String output) {
        String said = output.toLowerCase(Locale.ROOT);
        if (REFUSALS.stream().anyMatch(said::contains)) {
            return "It refused the user name or the password. Check both, and that the user may switch the power";
        }
        try {
            InetAddress.getByName(agent.getAddress());
        } catch (UnknownHostException e) {
            return "Its name is not known here. Check the address, and the name service of this host";
        }
        return "Check its address, port, user name and password, and the network between";
    }

    private static ChildProcess call(PowerAgent agent, String action, Duration limit) {
        String input = input(agent, action);
        try {
            return ChildProcess.run(List.of("fence_" + agent.getType()), input, limit);
        } catch (IOException e) {
            throw CommandFailure.hypervisor(
                    "fence_" + agent.getType() + " could not be run: " + e.getMessage() + ". Install fence-agents");
        }
    }

    /** The lines for standard input; refuses what could smuggle in another option. */
    static String input(PowerAgent agent, String action) {
        Set<String> allowed = switch (agent.getType()) {
            case "ipmilan", "ilo4", "ilo5", "idrac" -> IPMI_OPTIONS;
            case "redfish" -> REDFISH_OPTIONS;
            default ->
                throw CommandFailure.invalid(
                        "The fence agent's type is '" + agent.getType().replaceAll("\\p{Cntrl}", "?")
                                + "'; it must be ipmilan, ilo4, ilo5, idrac or redfish");
        };
        Map<String, String> options = new TreeMap<>();
        if (allowed == IPMI_OPTIONS) {
            options.put("lanplus", "1");
            options.put("cipher", "3");
        }
        agent.getOptionsMap().forEach((name, value) -> {
            if (!allowed.contains(name)) {
                throw CommandFailure.invalid(
                        "fence_" + agent.getType() + " is not given the option '" + name.replaceAll("\\p{Cntrl}", "?")
                                + "'; allowed are " + allowed.stream().sorted().toList());
            }
            options.put(name, value);
        });
        options.put("ip", Rules.address("The BMC's address", agent.getAddress()));
        if (agent.getPort() != 0) {
            options.put("ipport", Long.toString(Rules.within("The BMC's port", agent.getPort(), 1, 65_535)));
        }
        options.put("username", agent.getUsername());
        options.put("password", agent.getPassword());
        options.put("action", action);
        StringBuilder lines = new StringBuilder();
        options.forEach((name, value) -> {
            if (value.length() > 512 || value.chars().anyMatch(Character::isISOControl)) {
                throw CommandFailure.invalid(
                        "The value of '" + name + "' holds control characters or is longer than 512");
            }
            lines.append(name).append('=').append(value).append('\n');
        });
        return lines.toString();
    }
}
