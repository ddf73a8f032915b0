package io.kvorum.server.agents;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.Effect;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A command that an operation waits for. */
final class PendingCommand {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration ANSWER_SLACK = Duration.ofSeconds(5);

    /** How the waiting ended. */
    sealed interface Answer {
        record Ended(CommandOutcome outcome) implements Answer {}

        record Deposed(String why) implements Answer {}

        record Forgotten() implements Answer {}
    }

    private final Effect.SendCommand effect;
    private final ExecuteRequest request;
    private final Supplier<@Nullable AgentLink> link;
    private volatile boolean forgotten;
    private volatile @Nullable Thread waiting;

    PendingCommand(Effect.SendCommand effect, ExecuteRequest request, Supplier<@Nullable AgentLink> link) {
        this.effect = effect;
        this.request = request;
        this.link = link;
    }

    UUID operationId() {
        return effect.operationId();
    }

    /** Nobody waits for it any more. */
    void forget() {
        forgotten = true;
        Thread thread = waiting;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Waits for the host's answer, through any number of broken connections, until it is forgotten. */
    Answer await() {
        waiting = Thread.currentThread();
        Duration pause = FIRST_PAUSE;
        while (!forgotten && !Thread.currentThread().isInterrupted()) {
            AgentLink to = link.get();
            if (to != null) {
                try {
                    return new Answer.Ended(
                            OutcomeWords.read(to.execute(request, effect.limit().plus(ANSWER_SLACK))));
                } catch (StatusRuntimeException e) {
                    Answer answer = judge(e.getStatus());
                    if (answer != null) {
                        return answer;
                    }
                }
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
        return new Answer.Forgotten();
    }

    /** Null: worth another try. The same command id makes that harmless. */
    private static @Nullable Answer judge(Status status) {
        return switch (status.getCode()) {
            case FAILED_PRECONDITION -> new Answer.Deposed(String.valueOf(status.getDescription()));
            case INVALID_ARGUMENT, UNIMPLEMENTED, OUT_OF_RANGE, PERMISSION_DENIED, UNAUTHENTICATED ->
                new Answer.Ended(new CommandOutcome.Failed(
                        Reason.INVALID, "The host refused the command: " + status.getDescription()));
            case OK,
                    CANCELLED,
                    UNKNOWN,
                    DEADLINE_EXCEEDED,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS -> null;
        };
    }
}
