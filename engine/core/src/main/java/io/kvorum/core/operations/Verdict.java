package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** What an operation does next. */
public sealed interface Verdict {

    /** Not at all: nothing was changed. Only the first verdict of an operation may be this one. */
    record Refuse(Problem problem) implements Verdict {}

    /** Ask a host, and go on with what came of it. */
    record Command(String step, UUID hostId, AgentCommand command, Duration limit) implements Verdict {}

    /** Start these operations and go on whenever one of them has ended. */
    record Children(String step, List<Request> requests) implements Verdict {
        public Children {
            requests = List.copyOf(requests);
        }
    }

    /** The same, but nothing is made of one that ended at once before the last has begun. */
    record Batch(String step, List<Request> requests) implements Verdict {
        public Batch {
            requests = List.copyOf(requests);
        }
    }

    /** Do nothing for that long, and go on. */
    record Pause(String step, Duration length) implements Verdict {}

    /** Go on waiting for the child operations. */
    record Wait() implements Verdict {}

    record Succeed(String summary) implements Verdict {}

    record Fail(Problem problem) implements Verdict {}

    /** Ended as its requester asked. */
    record Cancelled(String summary) implements Verdict {}

    static Verdict refuse(Problem problem) {
        return new Refuse(problem);
    }

    static Verdict conflict(String detail) {
        return new Refuse(Problem.conflict(detail));
    }

    static Verdict failed(String detail) {
        return new Fail(Problem.of(Problem.Type.HOST_FAILED, detail));
    }
}
