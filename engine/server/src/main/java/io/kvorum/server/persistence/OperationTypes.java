package io.kvorum.server.persistence;

import io.kvorum.core.operations.Request;
import java.util.Locale;

/** The names of operations as the API shows them: "start_vm", "migrate_vm", … */
public final class OperationTypes {

    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
        }
    };

    private OperationTypes() {}

    public static String of(Request request) {
        return NAMES.get(request.getClass());
    }
}
