package io.kvorum.core.operations;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.Sleep;
import io.kvorum.core.inventory.Image.ImageState;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.inventory.StorageDomain.StorageState;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Request.PowerTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which hosts power saving may switch off and on, and what is noted of it. A host that it switched off is down with a
 * {@link Sleep}; one that anybody else switched off is down without, and is left alone.
 */
public final class HostSleep {

    /** Of servers some take minutes to boot, and a BMC may have to be asked again. */
    static final Duration WAKING_LIMIT = Duration.ofMinutes(15);

    /** The step of a start, or of the emptying of a host, whose VMs no host could take yet. */
    static final String WAIT = "wait for a host to be switched on";

    private HostSleep() {}

    /** Whether the operation starts a VM, or empties a host, and waits for another one to be woken. */
    public static boolean waitedFor(Operation operation) {
        return (operation.request() instanceof Request.StartVm || operation.request() instanceof Request.MaintainHost)
                && operation.waiting()
                && operation.currentStep().name().equals(WAIT);
    }

    /** Whether it has once waited for a host to be woken for longer than any should take. */
    static boolean waitedInVain(Operation operation, Instant now) {
        return operation.steps().stream()
                .filter(step -> step.name().equals(WAIT))
                .anyMatch(step -> Duration.between(step.startedAt(), step.endedAt() == null ? now : step.endedAt())
                                .compareTo(WAKING_LIMIT)
                        > 0);
    }

    /** Why the host must not be switched off to save power, in words; whether the cluster can do without it is not asked here. */
    public static Optional<String> objection(Inventory inventory, Host host) {
        Optional<String> unfit = unfit(inventory, host);
        if (unfit.isPresent()) {
            return unfit;
        }
        List<Vm> vms = inventory.vmsOn(host.id());
        if (!vms.isEmpty()) {
            return Optional.of(vms.stream().map(Vm::name).sorted().limit(3).collect(Collectors.joining(", "))
                    + (vms.size() > 3 ? " and others are" : vms.size() > 1 ? " are" : " is") + " on it.");
        }
        return Optional.empty();
    }

    /** The same, but for the VMs that are on it. */
    public static Optional<String> unfit(Inventory inventory, Host host) {
        if (host.state() != HostState.UP) {
            return Optional.of("It is " + VmRules.words(host.state()) + ".");
        }
        if (!host.spec().powerManagement().usable()) {
            return Optional.of("It has no power management, so that nobody could switch it on again.");
        }
        return duty(inventory, host);
    }

    /** What it does beside running VMs. */
    private static Optional<String> duty(Inventory inventory, Host host) {
        Optional<String> storage = inventory.storageDomains().stream()
                .filter(domain -> domain.storage() == StorageKind.LOCAL_FOLDER
                        && host.id().equals(domain.hostId())
                        && domain.state() != StorageState.UNATTACHED)
                .findFirst()
                .map(domain -> "Storage domain " + domain.name() + " is on it.");
        if (storage.isPresent()) {
            return storage;
        }
        Optional<String> upload = inventory.images().stream()
                .filter(image ->
                        image.state() == ImageState.UPLOADING && host.id().equals(image.hostId()))
                .findFirst()
                .map(image -> "Image " + image.name() + " is being uploaded through it.");
        return upload.isPresent()
                ? upload
                : inventory.operations().stream()
                        .filter(operation -> operation.waiting()
                                && host.id().equals(operation.currentStep().hostId()))
                        .findFirst()
                        .map(operation -> "It is at work for “" + operation.name() + "”.");
    }

    /** Whether an operation puts it to sleep just now: its silence is what was asked for. */
    public static boolean fallsAsleep(Inventory inventory, Host host) {
        return held(inventory, host, PowerTask.SLEEP);
    }

    /** Whether it is off to save power, or about to be. */
    public static boolean sleepsOrWill(Inventory inventory, Host host) {
        return host.sleeps() || fallsAsleep(inventory, host);
    }

    /** Whether it was told to switch on, or is being told so. */
    public static boolean wakes(Inventory inventory, Host host) {
        Sleep sleep = host.status().sleep();
        return host.sleeps() && (sleep != null && sleep.wakingSince() != null || held(inventory, host, PowerTask.WAKE));
    }

    /** Whether somebody is there to switch its power. */
    public static boolean reachable(Inventory inventory, Host host) {
        return host.spec().powerManagement().usable()
                && !NearbyHosts.of(inventory, host, 1).isEmpty();
    }

    private static boolean held(Inventory inventory, Host host, PowerTask task) {
        return inventory
                .holder(new Lock(Kind.HOST, host.id()))
                .filter(operation -> operation.request() instanceof Request.PowerHost power && power.task() == task)
                .isPresent();
    }

    /** Its power is off, verified. */
    static Verdict fellAsleep(Work work, Host host) {
        Host asleep = host.asleep(new Sleep(work.turn().instant(), null, null), "Switched off to save power.");
        work.turn().put(asleep);
        String message = "Host " + host.name() + " was switched off to save power.";
        work.log(Severity.INFO, "host.asleep", message, host.subject());
        work.hostProvenOff(asleep, message);
        return new Verdict.Succeed(message);
    }

    /** Somebody else had it switched off, or switches it off and on: it is theirs now. */
    static void nobodysAnyMore(Work work, Host host) {
        work.inventory()
                .host(host.id())
                .filter(Host::sleeps)
                .ifPresent(asleep -> work.turn().put(asleep.asleep(null, "Its BMC says that the power is off.")));
    }

    /** Remembered before the BMC is told, so that nobody else wakes it too. */
    static void waking(Work work, Host host) {
        Sleep sleep = host.status().sleep();
        if (sleep != null) {
            work.turn().put(host.asleep(sleep.waking(work.turn().instant()), "It is being switched on."));
        }
    }

    /** It could not be switched on, unless it was heard meanwhile. */
    static void notWoken(Work work, Host host, String why) {
        Sleep sleep = host.status().sleep();
        if (host.sleeps() && sleep != null) {
            work.turn().put(host.asleep(sleep.notWoken(work.turn().instant()), "It could not be switched on: " + why));
            work.log(
                    Severity.WARNING,
                    "host.wake_failed",
                    "Host " + host.name() + ", which sleeps, could not be switched on: " + why
                            + " It is tried again while it is needed.",
                    host.subject());
        }
    }
}
