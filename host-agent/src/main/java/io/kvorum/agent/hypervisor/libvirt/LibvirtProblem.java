package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.proto.agent.v1.FailureReason;
import java.util.Optional;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** What libvirt's errors mean to the engine. */
final class LibvirtProblem {
    private LibvirtProblem() {}

    /** A call to libvirt that answers. */
    interface Call<T> {
        T call() throws LibvirtException;
    }

    /** A call to libvirt that answers nothing. */
    interface Action {
        void run() throws LibvirtException;
    }

    /** @param what "starting VM …", for the message */
    static <T> T ask(String what, Call<T> call) {
        try {
            return call.call();
        } catch (LibvirtException e) {
            throw failure(what, e);
        }
    }

    static void tell(String what, Action action) {
        try {
            action.run();
        } catch (LibvirtException e) {
            throw failure(what, e);
        }
    }

    static Optional<ErrorNumber> code(LibvirtException e) {
        return Optional.ofNullable(e.getError()).flatMap(error -> Optional.ofNullable(error.getCode()));
    }

    static boolean absent(LibvirtException e) {
        return code(e).filter(code -> code == ErrorNumber.VIR_ERR_NO_DOMAIN || code == ErrorNumber.VIR_ERR_NO_NETWORK)
                .isPresent();
    }

    /** That a domain is there, without the metadata that was asked for. */
    static boolean unmarked(LibvirtException e) {
        return code(e).filter(code -> code == ErrorNumber.VIR_ERR_NO_DOMAIN_METADATA)
                .isPresent();
    }

    static CommandFailure failure(String what, LibvirtException e) {
        String message = String.valueOf(e.getMessage());
        FailureReason reason = reason(code(e).orElse(ErrorNumber.VIR_ERR_UNKNOWN), message);
        return new CommandFailure(reason, what + ": libvirt says: " + message, e);
    }

    private static FailureReason reason(ErrorNumber code, String message) {
        if (message.contains("Cannot allocate memory")
                || message.contains("cannot set up guest memory")
                || message.contains("unable to map backing store for guest RAM")) {
            return FailureReason.FAILURE_REASON_NO_CAPACITY;
        }
        // libvirtd went away during the call: what was asked for may have been done, or be done yet.
        if (message.contains("client socket is closed") || message.contains("End of file while reading data")) {
            return FailureReason.FAILURE_REASON_INTERRUPTED;
        }
        return switch (code) {
            case VIR_ERR_RPC, VIR_ERR_SYSTEM_ERROR -> FailureReason.FAILURE_REASON_INTERRUPTED;
            case VIR_ERR_NO_DOMAIN, VIR_ERR_NO_NETWORK -> FailureReason.FAILURE_REASON_NOT_FOUND;
            case VIR_ERR_OPERATION_TIMEOUT -> FailureReason.FAILURE_REASON_TIMED_OUT;
            case VIR_ERR_OPERATION_ABORTED -> FailureReason.FAILURE_REASON_ABORTED;
            case VIR_ERR_OPERATION_INVALID, VIR_ERR_DOM_EXIST, VIR_ERR_NETWORK_EXIST ->
                FailureReason.FAILURE_REASON_CONFLICT;
            default -> FailureReason.FAILURE_REASON_HYPERVISOR;
        };
    }
}
