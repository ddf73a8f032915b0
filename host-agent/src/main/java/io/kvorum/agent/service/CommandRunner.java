package io.kvorum.agent.service;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kvorum.agent.hypervisor.CommandContext;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.rules.CommandRules;
import io.kvorum.agent.rules.Rules;
import io.kvorum.proto.agent.v1.CommandProgress;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.Failure;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.Success;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs commands, each once.
 *
 * <ol>
 *   <li>a stale epoch or a malformed command is refused and leaves nothing behind;
 *   <li>an id that ended before gets the recorded outcome, one that runs is attached to;
 *   <li>the beginning is on disk before the work, the outcome before the answer;
 *   <li>commands on the same VM or disk go one at a time, except those that must get through (stop, query, abort).
 * </ol>
 */
final class CommandRunner {
    private static final Logger LOG = Logger.getLogger(CommandRunner.class.getName());
    private static final int MAX_RUNNING = 256;
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** A command that has not ended. */
    private record Running(
            ExecuteRequest.CommandCase command, String subject, CompletableFuture<ExecuteResponse> outcome) {}

    private final EpochGuard epochs;
    private final CommandJournal journal;
    private final CommandDispatch dispatch;
    private final Executor executor;
    private final Consumer<CommandProgress> progress;
    private final Map<String, Running> running = new HashMap<>(4);
    private final Map<String, ReentrantLock> subjects = new ConcurrentHashMap<>(4);

    CommandRunner(
            EpochGuard epochs,
            CommandJournal journal,
            CommandDispatch dispatch,
            Executor executor,
            Consumer<CommandProgress> progress) {
        this.epochs = epochs;
        this.journal = journal;
        this.dispatch = dispatch;
        this.executor = executor;
        this.progress = progress;
    }

    /** Completes with the outcome; throws StatusRuntimeException for what is refused outright. */
    CompletableFuture<ExecuteResponse> execute(ExecuteRequest request) {
        epochs.admit(request.getEpoch(), request.getSession());
        String id = request.getCommandId();
        String subject;
        Duration limit;
        try {
            Rules.uuid("The command's id", id);
            limit = Duration.ofSeconds(
                    request.getTimeLimit().getSeconds(), request.getTimeLimit().getNanos());
            Rules.within(
                    "The time limit in milliseconds",
                    limit.toMillis(),
                    1,
                    Duration.ofDays(2).toMillis());
            subject = CommandRules.check(request);
        } catch (CommandFailure e) {
            return CompletableFuture.completedFuture(ExecuteResponse.newBuilder()
                    .setCommandId(id)
                    .setFailure(e.toFailure())
                    .build());
        }
        CompletableFuture<ExecuteResponse> future = new CompletableFuture<>();
        synchronized (running) {
            Running attached = running.get(id);
            if (attached != null) {
                return bounded(attached.outcome(), id, limit);
            }
            Optional<CommandJournal.Entry> known = journal.find(id);
            if (known.isPresent() && known.get() instanceof CommandJournal.Ended(ExecuteResponse response)) {
                return CompletableFuture.completedFuture(
                        response.toBuilder().setReplayed(true).build());
            }
            if (running.size() >= MAX_RUNNING) {
                throw new StatusRuntimeException(Status.RESOURCE_EXHAUSTED.withDescription(
                        MAX_RUNNING + " commands run on this host already; try again later"));
            }
            running.put(id, new Running(request.getCommandCase(), subject, future));
            CommandContext context =
                    new CommandContext(id, request.getOperationId(), System.nanoTime() + limit.toNanos(), progress);
            boolean begun = known.isPresent();
            executor.execute(() -> run(request, subject, begun, context, future));
        }
        return bounded(future, id, limit);
    }

    private static CompletableFuture<ExecuteResponse> bounded(
            CompletableFuture<ExecuteResponse> work, String id, Duration limit) {
        return work.copy()
                .orTimeout(limit.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> {
                    String message = e instanceof TimeoutException
                            ? "Not ended within " + limit
                                    + ", and the hypervisor cannot be interrupted; ask again under the same id"
                            : "The agent failed: " + e;
                    return ExecuteResponse.newBuilder()
                            .setCommandId(id)
                            .setFailure(Failure.newBuilder()
                                    .setReason(FailureReason.FAILURE_REASON_TIMED_OUT)
                                    .setMessage(message))
                            .build();
                });
    }

    private void run(
            ExecuteRequest request,
            String subject,
            boolean begun,
            CommandContext context,
            CompletableFuture<ExecuteResponse> future) {
        ExecuteResponse.Builder response = ExecuteResponse.newBuilder().setCommandId(context.commandId());
        String label = request.getCommandCase() + " subject=" + subject + " command=" + context.commandId()
                + " operation=" + (context.operationId().isEmpty() ? "-" : printable(context.operationId()));
        long start = System.nanoTime();
        try {
            if (begun) {
                response.setSuccess(dispatch.recover(find(context.commandId()), context));
            } else {
                var migrate = request.getMigrateVm();
                journal.begin(
                        context.commandId(),
                        new CommandJournal.Subject(
                                request.getCommandCase().getNumber(),
                                subject,
                                migrate.getTargetAddress(),
                                migrate.getTargetHostId()));
                response.setSuccess(exclusively(request, subject, context, () -> dispatch.run(request, context)));
            }
        } catch (CommandFailure e) {
            response.setFailure(e.toFailure());
        } catch (RuntimeException | java.lang.Error e) {
            LOG.log(Level.SEVERE, "unexpected failure " + label, e);
            response.setFailure(CommandFailure.hypervisor("The agent failed on this command: " + e)
                    .toFailure());
        }
        ExecuteResponse outcome = response.build();
        LOG.info(() -> (outcome.hasSuccess()
                        ? "done "
                        : "failed reason=" + outcome.getFailure().getReason() + " message=\""
                                + printable(outcome.getFailure().getMessage()) + "\" ")
                + label + " ms=" + (System.nanoTime() - start) / 1_000_000);
        synchronized (running) {
            try {
                journal.end(outcome);
            } catch (RuntimeException e) {
                LOG.log(Level.SEVERE, "outcome not recorded " + label, e);
            }
            running.remove(context.commandId());
        }
        future.complete(outcome);
    }

    private CommandJournal.Subject find(String id) {
        return journal.find(id)
                .filter(CommandJournal.Begun.class::isInstance)
                .map(entry -> ((CommandJournal.Begun) entry).subject())
                .orElseThrow();
    }

    /** An answer that a command under way makes untrue the next moment is worse than none. */
    private void refuseWhatIsUnsettled(ExecuteRequest request, String subject) {
        boolean asks = request.hasQueryVm();
        if (!asks && !request.hasStopVm() && !request.hasShutdownVm()) {
            return;
        }
        synchronized (running) {
            for (Map.Entry<String, Running> other : running.entrySet()) {
                boolean starting = other.getValue().command() == ExecuteRequest.CommandCase.START_VM;
                boolean moving = other.getValue().command() == ExecuteRequest.CommandCase.MIGRATE_VM;
                if (other.getValue().subject().equals(subject) && (starting || (moving && asks))) {
                    throw CommandFailure.conflict("VM " + subject + " is being " + (starting ? "started" : "moved")
                            + " by command " + other.getKey() + "; ask again when that has ended");
                }
            }
        }
    }

    private Success exclusively(
            ExecuteRequest request, String subject, CommandContext context, Supplier<Success> work) {
        refuseWhatIsUnsettled(request, subject);
        boolean exclusive = switch (request.getCommandCase()) {
            case START_VM, SUSPEND_VM, MIGRATE_VM, GROW_VM, DELETE_SAVED_STATE, PAUSE_VM, RESUME_VM -> true;
            case CREATE_DISK, DELETE_DISK, ENSURE_NETWORK, REMOVE_NETWORK, POWER_CONTROL -> true;
            case JOIN_LOCKSPACE, LEAVE_LOCKSPACE, CREATE_LEASE, DELETE_LEASE, RELEASE_LEASE, UPGRADE_HOST -> true;
            case STOP_VM, SHUTDOWN_VM, REBOOT_VM, RESET_VM, ABORT_MIGRATION, QUERY_VM -> false;
            case INSPECT_STORAGE, INSPECT_LOCKSPACE, PROBE_HOST, COMMAND_NOT_SET -> false;
        };
        if (!exclusive) {
            return work.get();
        }
        ReentrantLock lock = subjects.computeIfAbsent(subject, key -> new ReentrantLock());
        try {
            if (!lock.tryLock(context.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw CommandFailure.timedOut(
                        "Another command on " + subject + " ran all the time; wait for it or abort it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.timedOut("The agent is stopping");
        }
        try {
            return work.get();
        } finally {
            if (!lock.hasQueuedThreads()) {
                subjects.remove(subject, lock);
            }
            lock.unlock();
        }
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ").replace('"', '\'');
    }
}
