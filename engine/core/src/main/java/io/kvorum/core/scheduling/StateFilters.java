package io.kvorum.core.scheduling;

import io.kvorum.core.inventory.SlotSet;
import io.kvorum.core.inventory.Vm.MigrationMode;
import java.util.List;
import java.util.UUID;

/** Whether the host is to be asked at all. */
final class StateFilters {

    static final List<Filter> ALL = List.of(
            new Up(),
            new Free(),
            new ClusterInMaintenance(),
            new GuestLimit(),
            new NotTried(),
            new Requested(),
            new PinToHost(),
            new Migration());

    private StateFilters() {}

    private record Up() implements Filter {

        @Override
        public String name() {
            return "HostUp";
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return all.hosts().up().contains(slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "It is " + Words.of(all.host(slot).state()) + ".";
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            hosts.retain(all.hosts().up());
        }
    }

    private record Free() implements Filter {

        @Override
        public String name() {
            return "HostFree";
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return !all.hosts().locked().contains(slot);
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "An operation has it to itself.";
        }

        @Override
        public void narrow(Candidates all, SlotSet hosts) {
            hosts.removeAll(all.hosts().locked());
        }
    }

    /** While a cluster is maintained only highly available VMs start there, or come from another cluster. */
    private record ClusterInMaintenance() implements Filter {

        @Override
        public boolean optional() {
            return true;
        }

        @Override
        public String name() {
            return "ClusterInMaintenance";
        }

        @Override
        public boolean applies(Candidates all) {
            boolean comes = !all.request().isMigration() || !all.slots().contains(all.currentSlot());
            return comes && all.policy().asks(this);
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return all.vm().spec().highAvailability().enabled();
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "The cluster's policy maintains it: only highly available VMs start or come in.";
        }
    }

    /** No more VMs on a host than the policy says. */
    private record GuestLimit() implements Filter {

        @Override
        public String name() {
            return "GuestLimit";
        }

        @Override
        public boolean optional() {
            return true;
        }

        @Override
        public boolean applies(Candidates all) {
            return all.policy().asks(this);
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return all.hosts().vms(slot) < all.policy().maxGuests();
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "It has " + all.hosts().vms(slot) + " VMs, and MaxGuests is "
                    + Math.round(all.policy().maxGuests()) + ".";
        }
    }

    private record NotTried() implements Filter {

        @Override
        public String name() {
            return "NotTriedAlready";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.request().excluded().isEmpty();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return !all.request().excluded().contains(all.host(slot).id());
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "It was tried already and could not.";
        }
    }

    private record Requested() implements Filter {

        @Override
        public String name() {
            return "RequestedHost";
        }

        @Override
        public boolean applies(Candidates all) {
            return all.request().onlyHostId() != null;
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return all.host(slot).id().equals(all.request().onlyHostId());
        }

        @Override
        public String reason(Candidates all, int slot) {
            return "Another host was asked for.";
        }
    }

    private record PinToHost() implements Filter {

        @Override
        public String name() {
            return "PinToHost";
        }

        @Override
        public boolean applies(Candidates all) {
            return !all.vm().spec().hosts().only().isEmpty();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return all.vm().spec().hosts().only().contains(all.host(slot).id());
        }

        @Override
        public String reason(Candidates all, int slot) {
            List<UUID> only = all.vm().spec().hosts().only();
            List<String> names = only.stream()
                    .map(all.hosts()::slotOf)
                    .filter(pinned -> pinned >= 0)
                    .map(pinned -> all.host(pinned).name())
                    .toList();
            return "The VM may run on " + (names.isEmpty() ? "no host that is there" : String.join(", ", names))
                    + " only.";
        }
    }

    private record Migration() implements Filter {

        @Override
        public String name() {
            return "Migration";
        }

        @Override
        public boolean applies(Candidates all) {
            return all.request().isMigration();
        }

        @Override
        public boolean admits(Candidates all, int slot) {
            return slot != all.currentSlot() && all.vm().spec().migration() != MigrationMode.PINNED;
        }

        @Override
        public String reason(Candidates all, int slot) {
            return slot == all.currentSlot()
                    ? "The VM runs there already."
                    : "The VM is pinned to the host it runs on.";
        }
    }
}
