package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.Effect;
import io.kvorum.core.controller.Settings;
import io.kvorum.core.controller.Timer;
import io.kvorum.core.controller.Turn;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Step.StepState;
import io.kvorum.core.scheduling.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes operations from step to step.
 *
 * <ol>
 *   <li>A submitted operation is checked against the locks; a conflict refuses it and names the blocker.
 *   <li>Its procedure validates and plans in the same turn; a refusal changes nothing.
 *   <li>A step is stored before its command leaves, and its outcome in the same transaction as the step after it.
 *   <li>When it ends, its locks go, its end is logged, and its parent is asked to go on.
 * </ol>
 *
 * Invariants: an operation that runs either waits for a command that was sent (or is sent again by the next leader), for
 * a pause to be over (the next leader begins it anew), or for children that have not ended. A command that nobody answers ends as {@link CommandOutcome.Unknown} at its limit.
 */
public final class OperationRunner {

    /** What the host is given beyond a command's own limit to say so itself. */
    private static final Duration ANSWER_SLACK = Duration.ofSeconds(10);

    /** How often at least it is told how a migration goes that gets no further. */
    private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(2);

    private final Settings settings;
    private final Scheduler scheduler;
    private final Admission admission;
    private final Sleepers sleepers;
    private final Procedures procedures = new Procedures();
    private final HostDeath hostDeath;
    private final Consumer<OperationEnd> onEnd;

    /** While an operation starts a batch, those of it that have ended already. */
    private final Map<UUID, List<Operation>> endedWhileSpawning = new HashMap<>();

    /** An operation that has just ended, in its turn. */
    public record OperationEnd(Turn turn, Operation operation) {}

    public OperationRunner(
            Settings settings,
            Scheduler scheduler,
            Admission admission,
            Sleepers sleepers,
            HostDeath hostDeath,
            Consumer<OperationEnd> onEnd) {
        this.settings = settings;
        this.scheduler = scheduler;
        this.admission = admission;
        this.sleepers = sleepers;
        this.hostDeath = hostDeath;
        this.onEnd = onEnd;
    }

    /** Takes up what an earlier leader left: queued operations begin, running ones wait on. */
    public void resume(Turn turn) {
        for (Operation listed : turn.inventory().operations()) {
            // An earlier one of them may have ended this one.
            turn.inventory().operation(listed.id()).ifPresent(operation -> resume(turn, operation));
        }
    }

    private void resume(Turn turn, Operation operation) {
        if (operation.state() == OperationState.QUEUED) {
            submit(turn, operation);
        } else if (looksOnly(operation.request())) {
            // Whoever asked went with the last term; this one asks anew, if it still wants to know.
            end(turn, operation, OperationState.CANCELLED, "A new leader looks for itself.", null);
        } else if (operation.waiting() && operation.currentStep().commandId() != null) {
            send(turn, operation, operation.currentStep());
        } else {
            reconsider(turn, operation, List.of());
        }
    }

    /** Begins an operation, or refuses it. One that is known already is left alone. */
    public void submit(Turn turn, Operation submitted) {
        Optional<Operation> known = turn.inventory().operation(submitted.id());
        if (known.isPresent() && known.get().state() != OperationState.QUEUED) {
            return;
        }
        Operation queued = submitted.about(Subjects.of(turn.inventory(), submitted.request()));
        Procedure<Request> procedure = procedures.of(queued.request());
        List<Lock> locks = procedure.locks(turn.inventory(), queued.request());
        for (Lock lock : locks) {
            Optional<Operation> holder = turn.inventory().holder(lock);
            if (holder.isPresent()
                    && holder.get().request() instanceof Request.CheckVm
                    && queued.parentId() == null
                    && !(queued.request() instanceof Request.CheckVm)) {
                // The engine only asks a host a question; nobody is refused for that.
                if (known.isEmpty()) {
                    turn.put(queued);
                }
                return;
            }
            if (holder.isPresent()) {
                end(turn, queued, OperationState.REFUSED, null, blockedBy(turn, lock, holder.get()));
                return;
            }
        }
        Operation running = queued.running(locks, turn.instant());
        Work work = new Work(turn, settings, scheduler, admission, sleepers, running, List.of(), hostDeath);
        int before = turn.inventory().pendingChanges();
        Verdict verdict = procedure.begin(work, queued.request());
        if (verdict instanceof Verdict.Refuse && turn.inventory().pendingChanges() != before) {
            throw new IllegalStateException(queued.request() + " changed something and was then refused");
        }
        apply(turn, work, verdict);
    }

    /** The operation asks for another one, in the same turn. */
    public Operation spawn(Turn turn, Request request, String requestedBy, @Nullable UUID parentId, UUID id) {
        Operation child = Operation.queued(id, request, Subjects.of(turn.inventory(), request), requestedBy, parentId);
        submit(turn, child);
        return child;
    }

    public void commandEnded(Turn turn, UUID operationId, UUID commandId, CommandOutcome outcome) {
        Optional<Operation> found = turn.inventory().operation(operationId);
        if (found.isEmpty() || !waitsFor(found.get(), commandId)) {
            return;
        }
        turn.emit(new Effect.CancelTimer(new Timer.StepLimit(operationId, commandId)));
        Step ended = found.get().currentStep().ended(outcome, turn.instant());
        Operation operation = found.get().withCurrentStep(ended);
        Work work = new Work(turn, settings, scheduler, admission, sleepers, operation, List.of(), hostDeath);
        Verdict verdict = procedures.of(operation.request()).next(work, operation.request(), ended);
        apply(turn, work, verdict);
    }

    /** The limit of a step is over and no answer came, or a pause has lasted long enough. */
    public void stepTimedOut(Turn turn, UUID operationId, UUID commandId) {
        boolean pause = turn.inventory()
                .operation(operationId)
                .filter(operation -> waitsFor(operation, commandId))
                .filter(operation -> operation.currentStep().command() == null)
                .isPresent();
        if (pause) {
            commandEnded(turn, operationId, commandId, new CommandOutcome.Done(null));
            return;
        }
        turn.emit(new Effect.ForgetCommand(commandId));
        commandEnded(
                turn, operationId, commandId, new CommandOutcome.Unknown("The host gave no answer within the limit."));
    }

    /** Stored when it is further, or else when what was last stored of it has become old. */
    public void progressed(Turn turn, UUID operationId, UUID commandId, Progress progress) {
        turn.inventory()
                .operation(operationId)
                .filter(operation -> waitsFor(operation, commandId))
                .filter(operation -> tellsMore(operation, progress, turn.instant()))
                .ifPresent(operation -> turn.put(operation.progressed(progress.after(operation.progress()))));
    }

    private static boolean tellsMore(Operation operation, Progress progress, Instant now) {
        Progress before = operation.progress();
        boolean further = before == null || before.percent() < progress.percent();
        boolean old = operation.meta().updatedAt().plus(PROGRESS_PERIOD).isBefore(now);
        return further || progress.migration() != null && old;
    }

    /** The host is proven to be off: every step that waits for it ends now. */
    public void hostGone(Turn turn, UUID hostId, String why) {
        for (Operation operation : turn.inventory().operations()) {
            if (operation.waiting() && hostId.equals(operation.currentStep().hostId())) {
                UUID commandId = operation.currentStep().commandId();
                if (commandId != null) {
                    turn.emit(new Effect.ForgetCommand(commandId));
                    commandEnded(turn, operation.id(), commandId, new CommandOutcome.HostGone(why));
                }
            }
        }
    }

    /** Calls an operation off if that is safe now; otherwise it goes on and the log says why. */
    public void cancel(Turn turn, UUID operationId, String by) {
        Optional<Operation> found = turn.inventory().operation(operationId);
        if (found.isEmpty() || found.get().cancelRequested() || !found.get().waiting()) {
            return;
        }
        Operation operation = found.get();
        Step running = operation.currentStep();
        Procedure<Request> procedure = procedures.of(operation.request());
        if (!procedure.cancellable(running)) {
            turn.log(
                    Severity.WARNING,
                    "operation.cancel_refused",
                    "“" + operation.name() + "” cannot be called off while it is at “" + running.name() + "”.",
                    operation.about(),
                    operationId,
                    by);
            return;
        }
        Operation cancelling = operation.asksToCancel();
        turn.put(cancelling);
        procedure.cancel(
                new Work(turn, settings, scheduler, admission, sleepers, cancelling, List.of(), hostDeath),
                operation.request(),
                running);
        for (Operation child : turn.inventory().childrenOf(operationId)) {
            cancel(turn, child.id(), by);
        }
        turn.inventory().operation(operationId).ifPresent(open -> reconsider(turn, open, List.of()));
    }

    /** Operations that wait for children look again, and those that wait for a check to end. */
    public void reconsiderAll(Turn turn) {
        for (Operation listed : turn.inventory().operations()) {
            turn.inventory().operation(listed.id()).ifPresent(operation -> {
                if (operation.state() == OperationState.QUEUED) {
                    submit(turn, operation);
                } else {
                    reconsider(turn, operation, List.of());
                }
            });
        }
    }

    private void reconsider(Turn turn, Operation operation, List<Operation> endedChildren) {
        if (!operation.waiting() || operation.currentStep().commandId() != null) {
            return;
        }
        Work work = new Work(turn, settings, scheduler, admission, sleepers, operation, endedChildren, hostDeath);
        Verdict verdict = procedures.of(operation.request()).reconsider(work, operation.request());
        if (!(verdict instanceof Verdict.Wait)) {
            apply(turn, work, verdict);
        }
    }

    private void apply(Turn turn, Work work, Verdict verdict) {
        Operation before = work.operation();
        boolean goesOnWaiting = verdict instanceof Verdict.Wait
                || verdict instanceof Verdict.Children
                || verdict instanceof Verdict.Batch;
        Operation operation = before.waiting() && !goesOnWaiting
                ? before.withCurrentStep(before.currentStep().joined(turn.instant()))
                : before;
        switch (verdict) {
            case Verdict.Refuse(Problem problem) -> end(turn, operation, OperationState.REFUSED, null, problem);
            case Verdict.Succeed(String summary) -> end(turn, operation, OperationState.SUCCEEDED, summary, null);
            case Verdict.Fail(Problem problem) -> end(turn, operation, OperationState.FAILED, null, problem);
            case Verdict.Cancelled(String summary) -> end(turn, operation, OperationState.CANCELLED, summary, null);
            case Verdict.Wait() -> turn.put(operation);
            case Verdict.Command(String name, UUID hostId, AgentCommand command, Duration limit) ->
                take(turn, operation, name, hostId, command, limit);
            case Verdict.Pause(String name, Duration length) -> take(turn, operation, name, null, null, length);
            case Verdict.Children(String name, List<Request> requests) ->
                spawnChildren(turn, operation, name, requests);
            case Verdict.Batch(String name, List<Request> requests) -> spawnBatch(turn, operation, name, requests);
        }
        for (Work.FollowUp next : work.followUps()) {
            spawn(turn, next.request(), operation.requestedBy(), null, next.id());
        }
    }

    /** Takes a step that ends with an outcome of its own. */
    private void take(
            Turn turn,
            Operation operation,
            String name,
            @Nullable UUID hostId,
            @Nullable AgentCommand command,
            Duration limit) {
        UUID commandId =
                Work.derivedId(operation.id(), "command-" + operation.steps().size());
        Step step = new Step(name, StepState.RUNNING, commandId, hostId, command, limit, turn.instant(), null, null);
        Operation waiting = operation.with(step);
        turn.put(waiting);
        send(turn, waiting, step);
    }

    private void spawnBatch(Turn turn, Operation operation, String step, List<Request> requests) {
        List<Operation> ended = new ArrayList<>();
        endedWhileSpawning.put(operation.id(), ended);
        spawnChildren(turn, operation, step, requests);
        endedWhileSpawning.remove(operation.id());
        if (!ended.isEmpty()) {
            turn.inventory().operation(operation.id()).ifPresent(parent -> reconsider(turn, parent, ended));
        }
    }

    private void spawnChildren(Turn turn, Operation operation, String step, List<Request> requests) {
        Operation waiting = operation;
        if (!operation.waiting() || !operation.currentStep().name().equals(step)) {
            Operation before = operation.waiting()
                    ? operation.withCurrentStep(operation.currentStep().joined(turn.instant()))
                    : operation;
            waiting = before.with(
                    new Step(step, StepState.RUNNING, null, null, null, Duration.ZERO, turn.instant(), null, null));
        }
        long revision = turn.put(waiting).meta().revision();
        for (Request request : requests) {
            if (turn.inventory().operation(operation.id()).isEmpty()) {
                return; // A child that was refused at once has ended it.
            }
            UUID childId = Work.derivedId(
                    operation.id(),
                    "child/" + request.verb() + "/" + Subjects.of(request).id() + "/" + revision);
            spawn(turn, request, operation.requestedBy(), operation.id(), childId);
        }
    }

    private void send(Turn turn, Operation operation, Step step) {
        UUID commandId = Objects.requireNonNull(step.commandId());
        AgentCommand command = step.command();
        if (command == null) {
            turn.emit(new Effect.StartTimer(new Timer.StepLimit(operation.id(), commandId), step.limit()));
            return;
        }
        Optional<Host> off = turn.inventory().host(step.hostId()).filter(host -> host.state() == HostState.DOWN);
        if (off.isPresent()) {
            // Nobody will answer, and the proof is there already.
            commandEnded(
                    turn,
                    operation.id(),
                    commandId,
                    new CommandOutcome.HostGone("Host " + off.get().name() + " is down."));
            return;
        }
        turn.emit(new Effect.StartTimer(
                new Timer.StepLimit(operation.id(), commandId), step.limit().plus(ANSWER_SLACK)));
        turn.emit(new Effect.SendCommand(
                operation.id(), commandId, Objects.requireNonNull(step.hostId()), command, step.limit()));
    }

    private void end(
            Turn turn, Operation operation, OperationState state, @Nullable String summary, @Nullable Problem problem) {
        Operation ended = operation.ended(state, summary, problem, turn.instant());
        turn.put(ended);
        Severity severity = switch (state) {
            case FAILED -> Severity.ERROR;
            case REFUSED -> Severity.WARNING;
            case SUCCEEDED, CANCELLED, QUEUED, RUNNING -> Severity.INFO;
        };
        // A silent host is looked at every second or so; what is found is logged once.
        boolean untold = operation.request() instanceof Request.InspectLockspace;
        String words = summary != null ? summary : problem != null ? problem.detail() : "";
        if (!untold) {
            turn.log(
                    severity,
                    "operation." + state.name().toLowerCase(Locale.ROOT),
                    operation.name() + ": " + words,
                    operation.about(),
                    operation.id(),
                    operation.requestedBy());
        }
        onEnd.accept(new OperationEnd(turn, ended));
        tellParent(turn, ended);
    }

    private static boolean looksOnly(Request request) {
        return request instanceof Request.ProbeHost || request instanceof Request.InspectLockspace;
    }

    /** A parent that still starts a batch looks at all that have ended once it has started the last. */
    private void tellParent(Turn turn, Operation ended) {
        List<Operation> gathered = ended.parentId() == null ? null : endedWhileSpawning.get(ended.parentId());
        if (gathered != null) {
            gathered.add(ended);
        } else {
            turn.inventory().operation(ended.parentId()).ifPresent(parent -> reconsider(turn, parent, List.of(ended)));
        }
    }

    private static Problem blockedBy(Turn turn, Lock lock, Operation holder) {
        String subject = turn.inventory()
                .find(lock.kind(), lock.id())
                .map(entity -> entity.subject().toString())
                .orElse(lock.kind().words());
        String detail = "The " + subject + " is held by “" + holder.name() + "” of " + holder.requestedBy() + " since "
                + holder.startedAt() + ". Wait for it to end, or cancel it.";
        return new Problem(Problem.Type.CONFLICT, detail, List.of(), holder.about(), holder.id());
    }

    private static boolean waitsFor(Operation operation, UUID commandId) {
        return operation.waiting() && commandId.equals(operation.currentStep().commandId());
    }
}
