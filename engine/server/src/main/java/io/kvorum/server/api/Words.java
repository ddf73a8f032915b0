package io.kvorum.server.api;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The API's lower-case words for the core's constants. */
final class Words {

    private Words() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The constant, or the default where nothing is said; an unknown word is an error that names the known ones. */
    static <E extends Enum<E>> E read(String field, @Nullable String word, Class<E> type, @Nullable E otherwise) {
        if (word == null && otherwise != null) {
            return otherwise;
        }
        for (E constant : type.getEnumConstants()) {
            if (of(constant).equals(word)) {
                return constant;
            }
        }
        List<String> known =
                Arrays.stream(type.getEnumConstants()).map(Words::of).toList();
        throw ProblemException.invalid(field, word, "Must be one of " + known + ".");
    }

    static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw ProblemException.invalid(field, null, "Is missing.");
        }
        return value;
    }
}
