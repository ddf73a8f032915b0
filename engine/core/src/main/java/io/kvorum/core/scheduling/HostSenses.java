package io.kvorum.core.scheduling;

import io.kvorum.core.controller.Event.HostLoad;
import io.kvorum.core.controller.Event.HostSignals;
import io.kvorum.core.controller.Event.VmLoad;
import java.util.Optional;

/**
 * What can be true of what a host tells. Nobody has to tell more than CPU and memory, so a figure beyond them that cannot be
 * true is taken for not told, and said to people; the rest of the report counts.
 */
final class HostSenses {

    /** Accounting of time is not exact. */
    private static final double FULL = 1.05;

    /** A terabyte a second: more than any host moves. */
    private static final double MOST_BYTES_PER_SECOND = 1e12;

    /** Counters of a card and its speed are not read at once. */
    private static final double BEYOND_THE_LINK = 1.2;

    private HostSenses() {}

    /** A share of time, 0 to 1; NaN if it cannot be one, or was not told. */
    static double share(double told) {
        return told >= 0 && told <= FULL ? Math.min(1, told) : Double.NaN;
    }

    /** Bytes a second; NaN if they cannot be, or were not told. */
    static double rate(double told) {
        return told >= 0 && told <= MOST_BYTES_PER_SECOND ? told : Double.NaN;
    }

    /** What can be true of it. */
    static HostSignals sensible(HostSignals told) {
        return new HostSignals(
                share(told.cpuPressure()),
                share(told.memoryPressure()),
                share(told.ioPressure()),
                rate(told.diskBytesPerSecond()),
                rate(told.networkBytesPerSecond()),
                overLink(told) || told.networkLinkBytesPerSecond() == 0
                        ? Double.NaN
                        : rate(told.networkLinkBytesPerSecond()));
    }

    private static boolean overLink(HostSignals told) {
        return told.networkBytesPerSecond() > told.networkLinkBytesPerSecond() * BEYOND_THE_LINK;
    }

    /** The first figure that was told and cannot be true, in words. Asked of every report: words are made only where there is one. */
    static Optional<String> nonsense(HostLoad load, HostSignals taken) {
        HostSignals told = load.signals();
        boolean host = lie(told.cpuPressure(), taken.cpuPressure())
                || lie(told.memoryPressure(), taken.memoryPressure())
                || lie(told.ioPressure(), taken.ioPressure())
                || lie(told.diskBytesPerSecond(), taken.diskBytesPerSecond())
                || lie(told.networkBytesPerSecond(), taken.networkBytesPerSecond())
                || lie(told.networkLinkBytesPerSecond(), taken.networkLinkBytesPerSecond());
        if (host) {
            return words(told, taken);
        }
        for (VmLoad vm : load.vms()) {
            boolean lies = lie(vm.cpuWait(), share(vm.cpuWait()))
                    || lie(vm.diskBytesPerSecond(), rate(vm.diskBytesPerSecond()))
                    || lie(vm.networkBytesPerSecond(), rate(vm.networkBytesPerSecond()));
            if (lies) {
                return words(vm);
            }
        }
        return Optional.empty();
    }

    private static boolean lie(double told, double taken) {
        return !Double.isNaN(told) && Double.isNaN(taken);
    }

    private static Optional<String> words(HostSignals told, HostSignals taken) {
        return figure("CPU pressure", told.cpuPressure(), taken.cpuPressure())
                .or(() -> figure("memory pressure", told.memoryPressure(), taken.memoryPressure()))
                .or(() -> figure("I/O pressure", told.ioPressure(), taken.ioPressure()))
                .or(() -> figure("disk bytes a second", told.diskBytesPerSecond(), taken.diskBytesPerSecond()))
                .or(() -> figure("network bytes a second", told.networkBytesPerSecond(), taken.networkBytesPerSecond()))
                .or(() -> figure(
                        "a network link, in bytes a second,",
                        told.networkLinkBytesPerSecond(),
                        taken.networkLinkBytesPerSecond()));
    }

    private static Optional<String> words(VmLoad vm) {
        return figure("waiting for a CPU", vm.cpuWait(), share(vm.cpuWait()))
                .or(() -> figure("disk bytes a second", vm.diskBytesPerSecond(), rate(vm.diskBytesPerSecond())))
                .or(() ->
                        figure("network bytes a second", vm.networkBytesPerSecond(), rate(vm.networkBytesPerSecond())))
                .map(words -> "for VM " + vm.vmId() + " " + words);
    }

    private static Optional<String> figure(String name, double told, double taken) {
        return lie(told, taken) ? Optional.of(name + " of " + told) : Optional.empty();
    }
}
