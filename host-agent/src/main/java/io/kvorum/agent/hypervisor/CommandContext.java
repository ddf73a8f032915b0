package io.kvorum.agent.hypervisor;

import io.kvorum.proto.agent.v1.CommandProgress;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a running command knows of itself.
 *
 * @param deadlineNanos on the scale of {@link System#nanoTime()}
 * @param progress takes reports for the watchers; never blocks
 */
public record CommandContext(
        String commandId, String operationId, long deadlineNanos, Consumer<CommandProgress> progress) {

    /** Time that is left, never negative. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
    }

    public boolean expired() {
        return deadlineNanos - System.nanoTime() <= 0;
    }

    /** Waits for that long or until the time limit, whichever is first. */
    public void pause(Duration time) {
        Duration left = remaining();
        try {
            Thread.sleep(time.compareTo(left) < 0 ? time : left);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.timedOut("The agent is stopping; ask again after it is back");
        }
    }
}
