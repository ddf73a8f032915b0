package io.kvorum.simulator.policy;

import java.util.ArrayList;
import java.util.List;

/** A host of a replay, with the VMs that run on it and those that are on their way to it. */
final class ReplayHost {

    /** What a VM loses while it moves, and what it takes on its target meanwhile. */
    private static final double SOURCE_SHARE = 0.9;

    private static final double TARGET_SHARE = 0.1;

    final int id;
    final HostModel model;
    final List<ReplayVm> vms = new ArrayList<>();

    private double usedMips;
    private double usedBeforeMips;
    private double sinceSeconds = -1;
    private double allocatedMips;
    private double askedMips;
    private boolean active;
    private double activeSeconds;
    private double shortSeconds;

    ReplayHost(int id, HostModel model) {
        this.id = id;
        this.model = model;
    }

    /** Gives the VMs what they ask for, or less in the same proportion where that is too much. */
    void share(double seconds) {
        double wanted = 0;
        for (ReplayVm vm : vms) {
            wanted += capped(vm) * (comesIn(vm) ? TARGET_SHARE : 1);
        }
        boolean tooMuch = wanted > model.mips();
        double scale = tooMuch ? model.mips() / wanted : 1;
        double used = 0;
        double asked = 0;
        for (ReplayVm vm : vms) {
            double gets = capped(vm) * scale;
            if (comesIn(vm)) {
                gets *= TARGET_SHARE;
            } else if (vm.migrating()) {
                gets *= SOURCE_SHARE;
            }
            gets = tooMuch ? Math.floor(gets) : gets;
            if (!comesIn(vm)) {
                vm.gets(seconds, gets, vm.requestedMips, vm.migrating());
                // The migration itself takes what the VM loses.
                gets = vm.migrating() ? gets / SOURCE_SHARE : gets;
            }
            used += gets;
            asked += vm.requestedMips;
        }
        usedBeforeMips = usedMips;
        usedMips = used;
        settle(seconds);
        sinceSeconds = seconds;
        allocatedMips = used;
        askedMips = asked;
        active = used > 0;
    }

    private void settle(double seconds) {
        if (sinceSeconds >= 0 && seconds > sinceSeconds && active) {
            activeSeconds += seconds - sinceSeconds;
            shortSeconds += allocatedMips < askedMips ? seconds - sinceSeconds : 0;
        }
    }

    private double capped(ReplayVm vm) {
        return Math.min(vm.requestedMips, model.coreMips);
    }

    private boolean comesIn(ReplayVm vm) {
        return vm.targets.contains(this);
    }

    /** Share of the host that is in use, 0 to 1. */
    double load() {
        return usedMips / model.mips();
    }

    double usedMips() {
        return usedMips;
    }

    /** Of the time since the last look, in joules; nothing for a host that was empty then, and so was off. */
    double energy(double seconds) {
        return usedBeforeMips == 0
                ? 0
                : (model.watts(usedBeforeMips / model.mips()) + model.watts(load())) / 2 * seconds;
    }

    double activeSeconds() {
        return activeSeconds;
    }

    /** Of them, those in which it gave less than was asked for. */
    double shortSeconds() {
        return shortSeconds;
    }
}
