package io.kvorum.simulator.world;

import java.util.Locale;

/** Times in scripts: {@code 250ms}, {@code 20s}, {@code 1.5m}. */
public final class Durations {

    private Durations() {}

    public static long nanos(String text) {
        if (text.endsWith("ms")) {
            return Math.round(Double.parseDouble(text.substring(0, text.length() - 2)) * 1e6);
        }
        double number = Double.parseDouble(text.substring(0, text.length() - 1));
        return Math.round(number * (text.endsWith("m") ? 60e9 : 1e9));
    }

    public static String text(long nanos) {
        return String.format(Locale.ROOT, "%.3fs", nanos / 1e9);
    }
}
