package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Tsc;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.HostFeature;
import io.kvorum.core.inventory.HostFeature.Type;
import io.kvorum.core.inventory.Platform;
import io.kvorum.core.inventory.SlotSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether the host's CPUs do. */
final class CpuFilters {

    static final List<Filter> ALL =
            List.of(new Cpu(), new CpuPinning(), new CpuLevel(), new EmulatedMachine(), new CpuOverloaded());

    /** Machine types of a host that are named where it has not the right one. */
    private static final int NAMED = 5;

    private CpuFilters() {}

    /** No guest has more virtual CPUs than the host has threads. */
    private record Cpu() implements Filter {

        @Override
        public String name() {
            return "CPU";
        }

        @Override
        public boolean minds(Hardware before, Hardware after) {
            return after.vcpus() > before.vcpus();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return all.vcpus() <= all.hosts().threads(slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "The VM has " + all.vcpus() + " virtual CPUs, the host "
                    + all.hosts().threads(slot) + " CPU threads.";
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                if (!admits(all, slot)) {
                    hosts.drop(slot);
                }
            }
        }
    }

    /** A host has VMs with CPUs of their own, or VMs that share its CPUs: floating ones would run on the others' CPUs. */
    private record CpuPinning() implements Filter {

        @Override
        public String name() {
            return "CpuPinning";
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            int dedicated = all.hosts().dedicatedVms(slot);
            return all.tuning().dedicatedCpus() ? dedicated == all.hosts().vms(slot) : dedicated == 0;
        }

        @Override
        public String reason(Candidates all, int slot) {
            int dedicated = all.hosts().dedicatedVms(slot);
            return all.tuning().dedicatedCpus()
                    ? "The VM wants CPUs of its own; " + (all.hosts().vms(slot) - dedicated)
                            + " VMs there share its CPUs."
                    : dedicated + " VMs there have CPUs of their own, on which this one would run too.";
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                if (!admits(all, slot)) {
                    hosts.drop(slot);
                }
            }
        }
    }

    /**
     * The cluster's CPU model; for a VM that runs the one that it was started with, or else a CPU like the one it runs on, and a time
     * stamp counter that goes on at the frequency that the guest was promised.
     */
    private record CpuLevel() implements Filter {

        @Override
        public String name() {
            return "CPU-Level";
        }

        @Override
        public boolean applies(Candidates all) {
            return model(all) != null || all.currentSlot() >= 0 || all.tuning().invariantTsc();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            SlotSet level = withModel(all);
            return (level == null || level.contains(slot)) && likeCurrent(all, slot) && keepsTime(all, slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            SlotSet level = withModel(all);
            if (level != null && !level.contains(slot)) {
                return started(all) == null
                        ? "It cannot give guests the cluster's CPU model " + model(all) + "."
                        : "It cannot give the guest the CPU model " + model(all) + " that it was started with.";
            }
            if (!keepsTime(all, slot)) {
                return timeReason(all, slot);
            }
            return "Its CPU (" + all.host(slot).facts().cpuModel() + ", "
                    + Words.of(all.host(slot).facts().virtualization()) + ") differs from the one the guest runs on.";
        }

        private static @Nullable String started(Candidates all) {
            Platform kept = all.vm().keptPlatform();
            return kept == null ? null : kept.cpuModel();
        }

        /** What the host must be able to give; null where no model is asked for. */
        private static @Nullable String model(Candidates all) {
            String started = started(all);
            return started == null ? all.request().cluster().cpuModel() : started.isEmpty() ? null : started;
        }

        private static @Nullable SlotSet withModel(Candidates all) {
            String model = model(all);
            return model == null ? null : all.hosts().with(new HostFeature(Type.GUEST_CPU, model));
        }

        private static boolean likeCurrent(Candidates all, int slot) {
            if (all.currentSlot() < 0) {
                return true;
            }
            Host.HostFacts source = all.host(all.currentSlot()).facts();
            Host.HostFacts target = all.host(slot).facts();
            return source.virtualization() == target.virtualization()
                    && (source.virtualization() != Virtualization.KVM
                            || model(all) != null
                            || source.cpuModel().equals(target.cpuModel()));
        }

        private static boolean keepsTime(Candidates all, int slot) {
            if (!all.tuning().invariantTsc()) {
                return true;
            }
            Tsc there = all.host(slot).facts().tsc();
            Platform kept = all.vm().keptPlatform();
            return kept == null ? there != null : kept.keepsTime(there);
        }

        private static String timeReason(Candidates all, int slot) {
            Tsc there = all.host(slot).facts().tsc();
            Platform kept = all.vm().keptPlatform();
            return there == null || kept == null
                    ? "It cannot give guests a time stamp counter that never changes (invtsc)."
                    : "The guest's time stamp counter keeps " + kept.tscHertz() + " Hz; the host's has " + there.hertz()
                            + " Hz and does not scale.";
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            SlotSet level = withModel(all);
            if (level != null) {
                hosts.retain(level);
            }
            if (all.currentSlot() < 0 && !all.tuning().invariantTsc()) {
                return;
            }
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                if (!likeCurrent(all, slot) || !keepsTime(all, slot)) {
                    hosts.drop(slot);
                }
            }
        }
    }

    /** The machine type that the VM asks for, or the very one that its guest was started with. */
    private record EmulatedMachine() implements Filter {

        @Override
        public String name() {
            return "Emulated-Machine";
        }

        @Override
        public boolean applies(Candidates all) {
            return needed(all) != null;
        }

        private static @Nullable String needed(Candidates all) {
            Platform kept = all.vm().keptPlatform();
            return kept != null
                    ? kept.machine()
                    : all.currentSlot() >= 0
                            ? null
                            : Platform.wanted(all.hardware(), all.request().cluster());
        }

        private static SlotSet emulating(Candidates all) {
            return all.hosts().with(new HostFeature(Type.MACHINE_TYPE, Objects.requireNonNull(needed(all))));
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return emulating(all).contains(slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            String what = (all.vm().keptPlatform() == null ? "The VM wants" : "The guest was started with")
                    + " the emulated machine " + needed(all) + ", ";
            List<String> types = all.host(slot).facts().machineTypes();
            return types.isEmpty()
                    ? what + "and the host does not tell which it has."
                    : what + "and the host has " + String.join(", ", types.subList(0, Math.min(NAMED, types.size())))
                            + (types.size() > NAMED ? " and others." : ".");
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            hosts.retain(emulating(all));
        }
    }

    /** Passes over hosts that are too busy for too long, as long as there are others. */
    private record CpuOverloaded() implements Filter {

        @Override
        public String name() {
            return "CPUOverloaded";
        }

        @Override
        public boolean optional() {
            return true;
        }

        @Override
        public boolean yields() {
            return true;
        }

        @Override
        public boolean applies(Candidates all) {
            return all.policy().asks(this);
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return !all.hosts().overloaded().contains(slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            var policy = all.request().cluster().scheduling();
            boolean busy = all.hosts().cpuLoad(slot) * 100 > policy.highUtilizationPercent();
            return "Its CPU is used " + Words.percent(all.hosts().cpuLoad(slot))
                    + (busy
                            ? ", over HighUtilization (" + policy.highUtilizationPercent() + " %)"
                            : ", and its VMs wait for CPUs,")
                    + " for CpuOverCommitDurationMinutes ("
                    + policy.cpuOverCommitDurationMinutes() + ") or more.";
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            hosts.removeAll(all.hosts().overloaded());
        }
    }
}
