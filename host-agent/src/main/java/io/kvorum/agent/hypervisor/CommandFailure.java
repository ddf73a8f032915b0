package io.kvorum.agent.hypervisor;

import io.kvorum.proto.agent.v1.Failure;
import io.kvorum.proto.agent.v1.FailureReason;

/** A command that did not succeed; the message says what was asked, what was found and what to try. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureReason reason;
    private final int holderLeaseId;

    public CommandFailure(FailureReason reason, String message) {
        this(reason, message, 0);
    }

    private CommandFailure(FailureReason reason, String message, int holderLeaseId) {
        super(message);
        this.reason = reason;
        this.holderLeaseId = holderLeaseId;
    }

    public CommandFailure(FailureReason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.holderLeaseId = 0;
    }

    public FailureReason reason() {
        return reason;
    }

    public Failure toFailure() {
        String message = String.valueOf(getMessage());
        return Failure.newBuilder()
                .setReason(reason)
                .setMessage(message.length() > 4000 ? message.substring(0, 4000) : message)
                .setHolderLeaseId(holderLeaseId)
                .build();
    }

    /** @param holderLeaseId the id in the lockspace of the host that holds the VM's lease */
    public static CommandFailure leaseHeld(int holderLeaseId, String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_LEASE_HELD, message, holderLeaseId);
    }

    public static CommandFailure invalid(String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_INVALID, message);
    }

    public static CommandFailure notFound(String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_NOT_FOUND, message);
    }

    public static CommandFailure conflict(String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_CONFLICT, message);
    }

    public static CommandFailure noCapacity(String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_NO_CAPACITY, message);
    }

    public static CommandFailure storage(String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_STORAGE, message);
    }

    public static CommandFailure timedOut(String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_TIMED_OUT, message);
    }

    public static CommandFailure hypervisor(String message) {
        return new CommandFailure(FailureReason.FAILURE_REASON_HYPERVISOR, message);
    }
}
