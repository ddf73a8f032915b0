package io.kvorum.server.api;

import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.MigrationDetail;
import io.kvorum.core.operations.Operation;
import io.kvorum.core.operations.Progress;
import io.kvorum.core.operations.Step;
import io.kvorum.server.persistence.OperationTypes;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A request and what has come of it so far. */
@Schema(name = "Operation")
public record OperationView(
        UUID id,
        String name,
        String type,
        SubjectView subject,
        String requestedBy,
        @Nullable UUID parentId,

        @Schema(enumeration = {"queued", "running", "succeeded", "failed", "refused", "cancelled"})
        String state,

        @Nullable Integer progressPercent,

        @Schema(description = "How a live migration goes that copies memory now.") @Nullable
        MigrationProgress migrationProgress,

        @Nullable String summary,
        @Nullable ProblemView problem,

        @Schema(description = "Why it went where it did; lists leave it out.") @Nullable
        ExplanationView explanation,

        List<StepView> steps,

        @Schema(description = "What a live migration came to, once it has ended well.") @Nullable
        MigrationFigures migration,

        boolean cancelRequested,
        long revision,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt) {

    @Schema(name = "Step")
    public record StepView(
            String name,

            @Schema(enumeration = {"running", "done", "failed"})
            String state,

            @Nullable UUID hostId,
            @Nullable String detail,
            Instant startedAt,
            @Nullable Instant endedAt) {

        static StepView of(Step step) {
            String words = step.outcome() == null ? "" : step.outcome().words();
            return new StepView(
                    step.name(),
                    step.state().name().toLowerCase(Locale.ROOT),
                    step.hostId(),
                    words.isEmpty() ? null : words,
                    step.startedAt(),
                    step.endedAt());
        }
    }

    /**
     * {@code pass}: over the memory, from 1; 0 where nobody can say. {@code allowedDowntimeMillis}: how long the guest may
     * stand still in the end, by now. {@code postCopy}: whether it runs at its target already.
     */
    @Schema(name = "MigrationProgress")
    public record MigrationProgress(
            long copiedBytes,
            long remainingBytes,
            long bytesPerSecond,
            long dirtiedBytesPerSecond,
            long pass,
            long allowedDowntimeMillis,
            boolean postCopy) {

        static @Nullable MigrationProgress of(@Nullable Progress progress) {
            Progress.Migrating told = progress == null ? null : progress.migration();
            return told == null
                    ? null
                    : new MigrationProgress(
                            told.copiedBytes(),
                            told.remainingBytes(),
                            told.bytesPerSecond(),
                            told.dirtiedBytesPerSecond(),
                            told.pass(),
                            told.allowedDowntime().toMillis(),
                            told.postCopy());
        }
    }

    /** {@code downtimeMillis}: for how long the guest stood still. */
    @Schema(name = "MigrationFigures")
    public record MigrationFigures(
            long totalMillis, long downtimeMillis, long transferredBytes, long dirtiedBytesPerSecond) {

        static @Nullable MigrationFigures of(Operation operation) {
            return operation.steps().reversed().stream()
                    .flatMap(step -> step.outcome() instanceof CommandOutcome.Done(MigrationDetail detail)
                            ? Stream.of(new MigrationFigures(
                                    detail.totalTime().toMillis(),
                                    detail.downtime().toMillis(),
                                    detail.transferredBytes(),
                                    Math.max(0, detail.dirtiedBytesPerSecond())))
                            : Stream.empty())
                    .findFirst()
                    .orElse(null);
        }
    }

    static OperationView of(Operation operation) {
        return new OperationView(
                operation.id(),
                operation.name(),
                OperationTypes.of(operation.request()),
                SubjectView.of(operation.about()),
                operation.requestedBy(),
                operation.parentId(),
                operation.state().name().toLowerCase(Locale.ROOT),
                operation.progress() == null ? null : operation.progress().percent(),
                MigrationProgress.of(operation.progress()),
                operation.summary(),
                operation.problem() == null ? null : ProblemView.of(operation.problem(), null),
                operation.explanation() == null ? null : ExplanationView.of(operation.explanation()),
                operation.steps().stream().map(StepView::of).toList(),
                MigrationFigures.of(operation),
                operation.cancelRequested(),
                operation.meta().revision(),
                operation.meta().createdAt(),
                operation.meta().updatedAt(),
                operation.startedAt(),
                operation.endedAt());
    }
}
