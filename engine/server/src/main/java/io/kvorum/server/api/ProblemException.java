package io.kvorum.server.api;

import io.kvorum.core.operations.Problem;
import io.kvorum.core.operations.Problem.FieldProblem;
import io.kvorum.core.scheduling.Explanation;
import org.jspecify.annotations.Nullable;

/** A request that is answered with problem details. */
public class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Problem problem;
    private final transient @Nullable Explanation explanation;

    public ProblemException(Problem problem, @Nullable Explanation explanation) {
        super(problem.detail());
        this.problem = problem;
        this.explanation = explanation;
    }

    public static ProblemException notFound(String what, Object id) {
        return new ProblemException(
                Problem.of(Problem.Type.NOT_FOUND, "There is no " + what + " with the id " + id + "."), null);
    }

    public static ProblemException invalid(String field, @Nullable Object value, String message) {
        return new ProblemException(Problem.invalid(field, value, message), null);
    }

    public static ProblemException conflict(String detail) {
        return new ProblemException(Problem.conflict(detail), null);
    }

    /** For what only the leader can answer. */
    static ProblemException noLeader() {
        return conflict("The leader cannot be asked now; try again in some seconds.");
    }

    /** The same, its fields being those of a part of the request. */
    ProblemException within(String path) {
        return problem.errors().isEmpty()
                ? this
                : new ProblemException(
                        Problem.invalid(problem.errors().stream()
                                .map(error -> new FieldProblem(path + error.field(), error.value(), error.message()))
                                .toList()),
                        explanation);
    }

    public Problem problem() {
        return problem;
    }

    public @Nullable Explanation explanation() {
        return explanation;
    }
}
