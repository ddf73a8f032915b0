package io.kvorum.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Options of the form {@code --name value} and flags of the form {@code --name}. */
record Arguments(Map<String, String> values) {

    /** IllegalArgumentException names what is not known or lacks its value. */
    static Arguments parse(String[] words, int from, Set<String> options, Set<String> flags) {
        Map<String, String> values = new HashMap<>();
        for (int i = from; i < words.length; i++) {
            String name = words[i].startsWith("--") ? words[i].substring(2) : "";
            if (flags.contains(name)) {
                values.put(name, "true");
            } else if (options.contains(name) && i + 1 < words.length) {
                values.put(name, words[++i]);
            } else if (options.contains(name)) {
                throw new IllegalArgumentException("--" + name + " needs a value");
            } else {
                throw new IllegalArgumentException(
                        "'" + words[i] + "' is not known here; options are " + options + ", flags are " + flags);
            }
        }
        return new Arguments(Map.copyOf(values));
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    String get(String name, String fallback) {
        return values.getOrDefault(name, fallback);
    }

    String required(String name) {
        return get(name).orElseThrow(() -> new IllegalArgumentException("--" + name + " is missing"));
    }

    boolean flag(String name) {
        return values.containsKey(name);
    }

    long number(String name, long fallback, long low, long high) {
        String text = get(name, Long.toString(fallback));
        try {
            long value = Long.parseLong(text);
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "--" + name + " is '" + text + "'; it must be a number from " + low + " to " + high);
    }
}
