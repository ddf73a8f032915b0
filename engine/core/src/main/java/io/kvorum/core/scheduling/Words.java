package io.kvorum.core.scheduling;

import java.util.Locale;

/** Values as sentences say them. */
final class Words {

    private Words() {}

    static String of(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    static String percent(double share) {
        return Math.round(share * 100) + " %";
    }
}
