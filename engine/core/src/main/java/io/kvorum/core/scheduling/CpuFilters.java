package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Virtualization;
import io.kvorum.core.inventory.HostFeature;
import io.kvorum.core.inventory.HostFeature.Type;
import io.kvorum.core.inventory.SlotSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the host's CPUs do. */
final class CpuFilters {

    static final List<Filter> ALL = List.of(new Cpu(), new CpuPinning(), new CpuLevel(), new CpuOverloaded());

    private CpuFilters() {}

    /** No guest has more virtual CPUs than the host has threads. */
    private record Cpu() implements Filter {

        @Override
        public String name() {
            return "CPU";
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

    /** The cluster's CPU model, and for a VM that runs a CPU like the one it runs on. */
    private record CpuLevel() implements Filter {

        @Override
        public String name() {
            return "CPU-Level";
        }

        @Override
        public boolean applies(Candidates all) {
            return all.request().cluster().cpuModel() != null || all.currentSlot() >= 0;
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            SlotSet level = withModel(all);
            return (level == null || level.contains(slot)) && likeCurrent(all, slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            SlotSet level = withModel(all);
            if (level != null && !level.contains(slot)) {
                return "It cannot give guests the cluster's CPU model "
                        + all.request().cluster().cpuModel() + ".";
            }
            return "Its CPU (" + all.host(slot).facts().cpuModel() + ", "
                    + Words.of(all.host(slot).facts().virtualization()) + ") differs from the one the guest runs on.";
        }

        private static @Nullable SlotSet withModel(Candidates all) {
            String model = all.request().cluster().cpuModel();
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
                            || all.request().cluster().cpuModel() != null
                            || source.cpuModel().equals(target.cpuModel()));
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            SlotSet level = withModel(all);
            if (level != null) {
                hosts.retain(level);
            }
            if (all.currentSlot() < 0) {
                return;
            }
            for (int slot = hosts.next(0); slot >= 0; slot = hosts.next(slot + 1)) {
                if (!likeCurrent(all, slot)) {
                    hosts.drop(slot);
                }
            }
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
