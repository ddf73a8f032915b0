package io.kvorum.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param minutes after which no further seed begins; 0 for no such limit
 * @param script file of a script to run instead of seeds, or null
 */
record SimulateOptions(
        long firstSeed,
        int seeds,
        int minutes,
        int threads,
        boolean shrink,
        @Nullable String script) {

    static final String USAGE = """
            Usage: deploy/bench simulate [--seeds N] [--first-seed S] [--minutes M] [--threads T] [--no-shrink]
                   deploy/bench simulate --seed S            runs that seed again and prints all that happens
                   deploy/bench simulate --script FILE [--seed S]""";

    private static final int DEFAULT_SEEDS = 20_000;

    static SimulateOptions parse(List<String> arguments) {
        long first = 1;
        int seeds = DEFAULT_SEEDS;
        int minutes = 0;
        int threads = 1;
        boolean shrink = true;
        String script = null;
        for (int i = 0; i < arguments.size(); i++) {
            String option = arguments.get(i);
            if (option.equals("--no-shrink")) {
                shrink = false;
                continue;
            }
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " is not known, or its value is missing");
            }
            String value = arguments.get(++i);
            switch (option) {
                case "--seed" -> {
                    first = number(option, value, Integer.MAX_VALUE);
                    seeds = 1;
                }
                case "--first-seed" -> first = number(option, value, Integer.MAX_VALUE);
                case "--seeds" -> seeds = number(option, value, 100_000_000);
                case "--minutes" -> minutes = number(option, value, 100_000);
                case "--threads" -> threads = number(option, value, 256);
                case "--script" -> script = value;
                default -> throw new IllegalArgumentException(option + " is not known");
            }
        }
        return new SimulateOptions(first, seeds, minutes, threads, shrink, script);
    }

    private static int number(String option, String value, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with the option's name.
        }
        throw new IllegalArgumentException(option + " takes a number from 1 to " + most + ", not " + value);
    }
}
