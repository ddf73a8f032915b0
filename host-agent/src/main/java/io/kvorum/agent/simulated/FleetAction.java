package io.kvorum.agent.simulated;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What can be asked of a running fleet, or done to it, from outside. */
public enum FleetAction {
    LIST("list", List.of(), "every host: name, power, network, number of VMs"),
    VMS("vms", List.of("HOST"), "ids of the VMs that run there"),
    POWER_OFF("power-off", List.of("HOST"), "its power is gone, its VMs die"),
    POWER_ON("power-on", List.of("HOST"), "it boots, without VMs"),
    CUT("cut", List.of("HOST"), "its network is gone, its VMs go on"),
    HEAL("heal", List.of("HOST"), "its network is back"),
    RESTART_AGENT("restart-agent", List.of("HOST"), "its agent dies and comes back at once"),
    HANG("hang", List.of("HOST"), "its next command does not end before its time limit"),
    SLOW("slow", List.of("HOST", "FACTOR"), "all it does takes so many times longer; 1 ends it"),
    FAIL_START("fail-start", List.of("HOST"), "the next start of a VM fails"),
    FAIL_MIGRATION("fail-migration", List.of("HOST"), "the next migration away fails half-way"),
    FAIL_GROWTH("fail-growth", List.of("HOST"), "the next VM that shall grow there does not"),
    CRASH("crash", List.of("HOST", "VM"), "this VM crashes"),
    LOAD("load", List.of("HOST", "VM", "SHARE"), "the VM's CPU load, 0 to 1 of its vCPUs");

    private final String word;
    private final List<String> parameters;
    private final String meaning;

    FleetAction(String word, List<String> parameters, String meaning) {
        this.word = word;
        this.parameters = parameters;
        this.meaning = meaning;
    }

    /** The action that these words name, with as many parameters as it takes; else IllegalArgumentException. */
    static FleetAction of(List<String> words) {
        FleetAction action = Stream.of(values())
                .filter(known -> !words.isEmpty() && known.word.equals(words.getFirst()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No action '" + String.join(" ", words)
                        + "'; there are: "
                        + Stream.of(values()).map(known -> known.word).collect(Collectors.joining(", "))));
        if (words.size() - 1 != action.parameters.size()) {
            throw new IllegalArgumentException(
                    "'" + String.join(" ", words) + "' was asked; it is said like this: " + action.syntax());
        }
        return action;
    }

    /** One line an action. */
    public static String usage(String indent) {
        return Stream.of(values())
                .map(action -> indent + String.format("%-23s", action.syntax()) + ' ' + action.meaning + '\n')
                .collect(Collectors.joining());
    }

    private String syntax() {
        return parameters.isEmpty() ? word : word + ' ' + String.join(" ", parameters);
    }
}
