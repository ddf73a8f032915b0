package io.kvorum.core.operations;

import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.OperationRecord;
import io.kvorum.core.inventory.Subject;
import io.kvorum.core.scheduling.Explanation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request and everything that came of it. Stored from the moment it was accepted; it always ends.
 *
 * @param requestedBy a user's name, or "system" and the part of it that asked
 * @param progress of the step that runs, or null where nobody can say
 */
public record Operation(
        UUID id,
        Request request,
        Subject about,
        String requestedBy,
        @Nullable UUID parentId,
        OperationState state,
        @Nullable Progress progress,
        @Nullable String summary,
        @Nullable Problem problem,
        @Nullable Explanation explanation,
        List<Step> steps,
        List<Lock> locks,
        boolean cancelRequested,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        Meta meta)
        implements OperationRecord {

    public Operation {
        steps = List.copyOf(steps);
        locks = List.copyOf(locks);
    }

    /** A new one, as it is stored before the leader has seen it. */
    public static Operation queued(
            UUID id, Request request, Subject about, String requestedBy, @Nullable UUID parentId) {
        return new Operation(
                id,
                request,
                about,
                requestedBy,
                parentId,
                OperationState.QUEUED,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                false,
                null,
                null,
                Meta.NONE);
    }

    @Override
    public String name() {
        return request.verb() + " " + about.name();
    }

    @Override
    public Kind kind() {
        return Kind.OPERATION;
    }

    /** The last step, which may still run; throws if there is none. */
    public Step currentStep() {
        return steps.getLast();
    }

    /** Whether Kvorum asked for it by itself. */
    public boolean requestedBySystem() {
        return requestedBy.startsWith("system/");
    }

    /** Whether its last step has not ended. */
    public boolean waiting() {
        return !steps.isEmpty() && currentStep().state() == Step.StepState.RUNNING;
    }

    @Override
    public Operation withMeta(Meta newMeta) {
        return with(draft -> draft.meta = newMeta);
    }

    /** The same operation, its subject under the name it has now. */
    Operation about(Subject subject) {
        return with(draft -> draft.about = subject);
    }

    Operation running(List<Lock> newLocks, Instant now) {
        return with(draft -> {
            draft.state = OperationState.RUNNING;
            draft.progress = null;
            draft.locks = newLocks;
            draft.startedAt = now;
            draft.endedAt = null;
        });
    }

    Operation with(Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return with(draft -> {
            draft.progress = null;
            draft.steps = more;
        });
    }

    Operation withCurrentStep(Step step) {
        List<Step> changed = new ArrayList<>(steps);
        changed.set(changed.size() - 1, step);
        return with(draft -> draft.steps = changed);
    }

    Operation withExplanation(@Nullable Explanation newExplanation) {
        return with(draft -> draft.explanation = newExplanation);
    }

    /** What is worth keeping together: without its explanation, and once it has ended, without what hosts were told. */
    public Operation asKept() {
        return with(draft -> {
            draft.explanation = null;
            draft.steps =
                    state.ended() ? steps.stream().map(Step::withoutCommand).toList() : steps;
        });
    }

    Operation progressed(Progress newProgress) {
        return with(draft -> draft.progress = newProgress);
    }

    Operation asksToCancel() {
        return with(draft -> draft.cancelRequested = true);
    }

    Operation ended(OperationState how, @Nullable String newSummary, @Nullable Problem why, Instant now) {
        return with(draft -> {
            draft.state = how;
            draft.progress = null;
            draft.summary = newSummary;
            draft.problem = why;
            draft.locks = List.of();
            draft.endedAt = now;
        });
    }

    private Operation with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new Operation(
                id,
                request,
                draft.about,
                requestedBy,
                parentId,
                draft.state,
                draft.progress,
                draft.summary,
                draft.problem,
                draft.explanation,
                draft.steps,
                draft.locks,
                draft.cancelRequested,
                draft.startedAt,
                draft.endedAt,
                draft.meta);
    }

    /** What becomes different in a copy. */
    private static final class Draft {
        Subject about;
        OperationState state;

        @Nullable
        Progress progress;

        @Nullable
        String summary;

        @Nullable
        Problem problem;

        @Nullable
        Explanation explanation;

        List<Step> steps;
        List<Lock> locks;
        boolean cancelRequested;

        @Nullable
        Instant startedAt;

        @Nullable
        Instant endedAt;

        Meta meta;

        Draft(Operation operation) {
            about = operation.about;
            state = operation.state;
            progress = operation.progress;
            summary = operation.summary;
            problem = operation.problem;
            explanation = operation.explanation;
            steps = operation.steps;
            locks = operation.locks;
            cancelRequested = operation.cancelRequested;
            startedAt = operation.startedAt;
            endedAt = operation.endedAt;
            meta = operation.meta;
        }
    }
}
