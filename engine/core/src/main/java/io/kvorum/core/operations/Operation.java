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
import org.jspecify.annotations.Nullable;

/**
 * A request and everything that came of it. Stored from the moment it was accepted; it always ends.
 *
 * @param requestedBy a user's name, or "system" and the part of it that asked
 * @param progressPercent of the step that runs, or null where nobody can say
 */
public record Operation(
        UUID id,
        Request request,
        Subject about,
        String requestedBy,
        @Nullable UUID parentId,
        OperationState state,
        @Nullable Integer progressPercent,
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
        return copy(
                state,
                progressPercent,
                summary,
                problem,
                explanation,
                steps,
                locks,
                cancelRequested,
                startedAt,
                endedAt,
                newMeta);
    }

    /** The same operation, its subject under the name it has now. */
    Operation about(Subject subject) {
        return new Operation(
                id,
                request,
                subject,
                requestedBy,
                parentId,
                state,
                progressPercent,
                summary,
                problem,
                explanation,
                steps,
                locks,
                cancelRequested,
                startedAt,
                endedAt,
                meta);
    }

    Operation running(List<Lock> newLocks, Instant now) {
        return copy(
                OperationState.RUNNING,
                null,
                summary,
                problem,
                explanation,
                steps,
                newLocks,
                cancelRequested,
                now,
                null,
                meta);
    }

    Operation with(Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return copy(state, null, summary, problem, explanation, more, locks, cancelRequested, startedAt, endedAt, meta);
    }

    Operation withCurrentStep(Step step) {
        List<Step> changed = new ArrayList<>(steps);
        changed.set(changed.size() - 1, step);
        return copy(
                state,
                progressPercent,
                summary,
                problem,
                explanation,
                changed,
                locks,
                cancelRequested,
                startedAt,
                endedAt,
                meta);
    }

    public Operation withExplanation(@Nullable Explanation newExplanation) {
        return copy(
                state,
                progressPercent,
                summary,
                problem,
                newExplanation,
                steps,
                locks,
                cancelRequested,
                startedAt,
                endedAt,
                meta);
    }

    /** What is worth keeping together: without its explanation, and once it has ended, without what hosts were told. */
    public Operation asKept() {
        return copy(
                state,
                progressPercent,
                summary,
                problem,
                null,
                state.ended() ? steps.stream().map(Step::withoutCommand).toList() : steps,
                locks,
                cancelRequested,
                startedAt,
                endedAt,
                meta);
    }

    Operation progressed(int percent) {
        return copy(
                state, percent, summary, problem, explanation, steps, locks, cancelRequested, startedAt, endedAt, meta);
    }

    Operation asksToCancel() {
        return copy(
                state, progressPercent, summary, problem, explanation, steps, locks, true, startedAt, endedAt, meta);
    }

    Operation ended(OperationState how, @Nullable String newSummary, @Nullable Problem why, Instant now) {
        return copy(how, null, newSummary, why, explanation, steps, List.of(), cancelRequested, startedAt, now, meta);
    }

    private Operation copy(
            OperationState newState,
            @Nullable Integer newProgress,
            @Nullable String newSummary,
            @Nullable Problem newProblem,
            @Nullable Explanation newExplanation,
            List<Step> newSteps,
            List<Lock> newLocks,
            boolean newCancelRequested,
            @Nullable Instant newStartedAt,
            @Nullable Instant newEndedAt,
            Meta newMeta) {
        return new Operation(
                id,
                request,
                about,
                requestedBy,
                parentId,
                newState,
                newProgress,
                newSummary,
                newProblem,
                newExplanation,
                newSteps,
                newLocks,
                newCancelRequested,
                newStartedAt,
                newEndedAt,
                newMeta);
    }
}
