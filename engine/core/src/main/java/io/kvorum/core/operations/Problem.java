package io.kvorum.core.operations;

import io.kvorum.core.inventory.Subject;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why something was refused or failed, in words for people: what was asked, what was found, what to try.
 *
 * @param blocker what stands in the way, if it is one thing
 * @param blockingOperation the operation that holds it, if one does
 */
public record Problem(
        Type type,
        String detail,
        List<FieldProblem> errors,
        @Nullable Subject blocker,
        @Nullable UUID blockingOperation) {

    public Problem {
        errors = List.copyOf(errors);
    }

    public enum Type {
        /** The request is wrong and always will be. */
        INVALID,
        NOT_FOUND,
        /** The state of things does not allow it now. */
        CONFLICT,
        /** The caller's revision is not the current one. */
        STALE,
        /** No host can take the VM; the explanation says why for each. */
        NO_HOST,
        /** A host or its hypervisor could not do it. */
        HOST_FAILED,
        TIMED_OUT
    }

    /** What is wrong with one field; {@code field} is a path such as "hardware.memoryBytes". */
    public record FieldProblem(String field, @Nullable String value, String message) {}

    public static Problem of(Type type, String detail) {
        return new Problem(type, detail, List.of(), null, null);
    }

    public static Problem conflict(String detail) {
        return of(Type.CONFLICT, detail);
    }

    public static Problem conflict(String detail, Subject blocker) {
        return new Problem(Type.CONFLICT, detail, List.of(), blocker, null);
    }

    public static Problem notFound(String what, UUID id) {
        return of(Type.NOT_FOUND, "There is no " + what + " with the id " + id + ".");
    }

    /** One or more wrong fields. */
    public static Problem invalid(List<FieldProblem> errors) {
        String detail = errors.size() == 1
                ? errors.getFirst().field() + " " + errors.getFirst().message()
                : errors.size() + " fields are wrong.";
        return new Problem(Type.INVALID, detail, errors, null, null);
    }

    public static Problem invalid(String field, @Nullable Object value, String message) {
        return invalid(List.of(new FieldProblem(field, value == null ? null : String.valueOf(value), message)));
    }
}
