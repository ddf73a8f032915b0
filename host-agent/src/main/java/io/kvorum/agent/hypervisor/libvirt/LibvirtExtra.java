package io.kvorum.agent.hypervisor.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.libvirt.NativeHandles;
import org.libvirt.Stream;

/** The calls of libvirt 9.0 that libvirt-java lacks; the only native declarations of this project. */
final class LibvirtExtra {
    /** Named as in libvirt's C headers. */
    interface Calls extends Library {
        Calls INSTANCE = Native.load("virt", Calls.class);

        int virConnectGetAllDomainStats(Pointer connection, int stats, PointerByReference result, int flags);

        void virDomainStatsRecordListFree(Pointer records);

        int virDomainGetUUIDString(Pointer domain, byte[] uuid);

        int virDomainGetState(Pointer domain, IntByReference state, IntByReference reason, int flags);

        @Nullable
        Pointer virConnectGetDomainCapabilities(
                Pointer connection,
                @Nullable String emulator,
                @Nullable String arch,
                @Nullable String machine,
                String type,
                int flags);

        int virDomainRestoreFlags(Pointer connection, String from, @Nullable String xml, int flags);

        int virDomainOpenConsole(Pointer domain, @Nullable String device, Pointer stream, int flags);

        int virDomainMigrateStartPostCopy(Pointer domain, int flags);
    }

    /** Takes the statistics of one domain; strings of parameters are left out. */
    interface StatsReader {
        void domain(String uuid, Parameters parameters);
    }

    /** Typed parameters in native memory, valid only during the call that hands them out. */
    static final class Parameters {
        private static final int SIZE = 96;
        private static final int TYPE = 80;
        private static final int VALUE = 88;
        private final Pointer base;
        private final int count;

        Parameters(Pointer base, int count) {
            this.base = base;
            this.count = count;
        }

        int count() {
            return count;
        }

        String name(int index) {
            return base.getString((long) index * SIZE);
        }

        /** 0 where it is no number. */
        long number(int index) {
            long at = (long) index * SIZE;
            return switch (base.getInt(at + TYPE)) {
                case 1, 2 -> base.getInt(at + VALUE);
                case 3, 4 -> base.getLong(at + VALUE);
                default -> 0;
            };
        }
    }

    private LibvirtExtra() {}

    /** virConnectGetAllDomainStats over active domains, all in one call. */
    static void allStats(Connect connection, int stats, StatsReader reader) throws LibvirtException {
        PointerByReference result = new PointerByReference();
        int count = NativeHandles.check(
                Calls.INSTANCE.virConnectGetAllDomainStats(NativeHandles.of(connection), stats, result, 1));
        Pointer records = result.getValue();
        try {
            for (int i = 0; i < count; i++) {
                Pointer record = records.getPointer((long) i * Native.POINTER_SIZE);
                byte[] uuid = new byte[37];
                NativeHandles.check(Calls.INSTANCE.virDomainGetUUIDString(record.getPointer(0), uuid));
                reader.domain(
                        Native.toString(uuid),
                        new Parameters(
                                record.getPointer(Native.POINTER_SIZE), record.getInt(2L * Native.POINTER_SIZE)));
            }
        } finally {
            Calls.INSTANCE.virDomainStatsRecordListFree(records);
        }
    }

    /** State and reason, numbered as in virDomainState. */
    record State(int state, int reason) {}

    static State state(Domain domain) throws LibvirtException {
        IntByReference state = new IntByReference();
        IntByReference reason = new IntByReference();
        NativeHandles.check(Calls.INSTANCE.virDomainGetState(NativeHandles.of(domain), state, reason, 0));
        return new State(state.getValue(), reason.getValue());
    }

    /** @param type kvm, qemu or test */
    static String domainCapabilities(Connect connection, String type) throws LibvirtException {
        Pointer text = NativeHandles.check(Calls.INSTANCE.virConnectGetDomainCapabilities(
                NativeHandles.of(connection), null, null, "q35", type, 0));
        try {
            return text.getString(0);
        } finally {
            Native.free(Pointer.nativeValue(text));
        }
    }

    static void restore(Connect connection, String file, boolean paused) throws LibvirtException {
        NativeHandles.check(
                Calls.INSTANCE.virDomainRestoreFlags(NativeHandles.of(connection), file, null, paused ? 4 : 2));
    }

    /** The first serial console; a viewer that holds it is cut off. */
    static void openConsole(Domain domain, Stream stream) throws LibvirtException {
        NativeHandles.check(
                Calls.INSTANCE.virDomainOpenConsole(NativeHandles.of(domain), null, NativeHandles.of(stream), 1));
    }

    static void startPostCopy(Domain domain) throws LibvirtException {
        NativeHandles.check(Calls.INSTANCE.virDomainMigrateStartPostCopy(NativeHandles.of(domain), 0));
    }
}
