package org.libvirt;

import com.sun.jna.Pointer;

/** The pointers that libvirt-java keeps to itself, for the calls that it lacks. */
public final class NativeHandles {
    private NativeHandles() {}

    public static Pointer of(Connect connection) {
        return connection.vcp.getPointer();
    }

    public static Pointer of(Domain domain) {
        return domain.vdp.getPointer();
    }

    public static Pointer of(Stream stream) {
        return stream.getVsp().getPointer();
    }

    /** Throws the error that this thread's last call left, where the status is negative. */
    public static int check(int status) throws LibvirtException {
        return ErrorHandler.processError(status);
    }

    /** Throws the error that this thread's last call left, where there is no result. */
    public static Pointer check(Pointer result) throws LibvirtException {
        return ErrorHandler.processError(result);
    }
}
