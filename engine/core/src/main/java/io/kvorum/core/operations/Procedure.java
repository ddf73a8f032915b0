package io.kvorum.core.operations;

import io.kvorum.core.inventory.Inventory;
import java.util.List;

/**
 * What one kind of operation consists of. It holds no state: where it stands is told by the operation's recorded steps,
 * so that a new leader goes on where the old one stopped.
 *
 * @param <R> the request it serves
 */
interface Procedure<R extends Request> {

    /** What it must have to itself. */
    List<Lock> locks(Inventory inventory, R request);

    /** Validates and plans. A refusal must have changed nothing. */
    Verdict begin(Work work, R request);

    /** After a step has ended, well or badly. */
    default Verdict next(Work work, R request, Step ended) {
        throw new IllegalStateException(getClass().getSimpleName() + " has no steps, but " + ended.name() + " ended");
    }

    /** After a child has ended, and now and then in between. */
    default Verdict reconsider(Work work, R request) {
        return new Verdict.Wait();
    }

    /** Whether its requester may still call it off while this step runs. */
    default boolean cancellable(Step running) {
        return false;
    }

    /** Called once when it is called off; the step that runs ends by itself, soon. */
    default void cancel(Work work, R request, Step running) {}
}
