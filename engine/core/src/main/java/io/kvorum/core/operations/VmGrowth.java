package io.kvorum.core.operations;

import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.AgentCommand.GrowVm;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.controller.CommandOutcome.Failed;
import io.kvorum.core.controller.CommandOutcome.HostGone;
import io.kvorum.core.controller.CommandOutcome.Reason;
import io.kvorum.core.controller.CommandOutcome.Unknown;
import io.kvorum.core.inventory.Hardware;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.inventory.VmStatus.Growing;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Gives a VM more while it runs.
 *
 * <ol>
 *   <li>From the first turn on the larger size counts on its host ({@link Vm#claim}).
 *   <li>Memory comes first, then virtual CPUs. What the guest has got is stored before the next is asked for.
 *   <li>Where nobody can say whether the guest has got it, the host is asked again, some times: what is there is a success.
 *   <li>However it ends, nothing is kept beyond what the VM's specification says.
 * </ol>
 *
 * Invariant: a guest never has more than counts on its host. So what it may have got, it counts as having.
 */
final class VmGrowth {

    private static final String REST = "wait before the host is asked again";
    private static final Duration REST_LENGTH = Duration.ofSeconds(5);

    /** How often at most the host is asked for the same. */
    private static final int ASKS = 3;

    private VmGrowth() {}

    static Verdict begin(Work work, Vm vm, VmSpec wanted) {
        Vm grown = vm.withSpec(wanted);
        Optional<Problem> objection = GrowthRules.objection(work, vm, grown);
        if (objection.isPresent()) {
            return Verdict.refuse(objection.get());
        }
        QuotaRules.tellOfGrowing(work, vm, grown);
        Hardware aim = wanted.hardware();
        Vm changed = vm.withSpec(wanted.with(vm.spec().hardware()));
        Growing growing = new Growing(aim.sockets(), aim.memoryBytes());
        return goOn(work, work.turn().put(changed, vm.status().growing(growing)), aim);
    }

    /** Whether it is a step of a VM that grows. */
    static boolean is(Step step) {
        return step.command() instanceof GrowVm || step.name().equals(REST);
    }

    static Verdict next(Work work, Vm vm, Hardware aim, Step ended) {
        if (!(ended.command() instanceof GrowVm asked)) {
            return goOn(work, vm, aim);
        }
        CommandOutcome outcome = Objects.requireNonNull(ended.outcome());
        if (outcome.succeeded()) {
            Vm larger = vm.withSpec(vm.spec().with(with(vm.spec().hardware(), aim, asked)));
            return goOn(work, work.turn().put(larger, vm.status()), aim);
        }
        boolean off = outcome instanceof HostGone || outcome.failedFor(Reason.NOT_FOUND);
        if (off || !inDoubt(work, asked)) {
            return notGiven(work, vm, asked, outcome);
        }
        return asks(work, asked) < ASKS
                ? new Verdict.Pause(REST, REST_LENGTH)
                : perhapsGiven(work, vm, aim, asked, outcome);
    }

    private static Verdict goOn(Work work, Vm vm, Hardware aim) {
        Hardware now = vm.spec().hardware();
        if (aim.memoryBytes() > now.memoryBytes()) {
            String step = "memory " + (now.memoryBytes() >> 20) + " → " + (aim.memoryBytes() >> 20) + " MiB";
            return ask(work, vm, step, new GrowVm(vm.id(), aim.memoryBytes(), 0));
        }
        if (aim.sockets() > now.sockets()) {
            String step = "virtual CPUs " + now.vcpus() + " → " + aim.vcpus();
            return ask(work, vm, step, new GrowVm(vm.id(), 0, aim.vcpus()));
        }
        Vm grown = work.turn().put(vm, vm.status().growing(null));
        String message = "VM " + vm.name() + " has " + GrowthRules.size(now) + " now, without a restart.";
        work.log(Severity.INFO, "vm.grown", message, grown.subject());
        return new Verdict.Succeed(message);
    }

    private static Verdict ask(Work work, Vm vm, String step, AgentCommand command) {
        UUID hostId = Objects.requireNonNull(vm.hostId());
        return new Verdict.Command(step, hostId, command, work.settings().commandLimit());
    }

    /** The hardware with what was asked for. */
    private static Hardware with(Hardware now, Hardware aim, GrowVm asked) {
        return asked.memoryBytes() > 0
                ? now.sized(now.sockets(), aim.memoryBytes(), aim.guaranteedMemoryBytes())
                : now.sized(aim.sockets(), now.memoryBytes(), aim.guaranteedMemoryBytes());
    }

    private static long asks(Work work, GrowVm asked) {
        return work.operation().steps().stream()
                .filter(step -> asked.equals(step.command()))
                .count();
    }

    private static boolean inDoubt(Work work, GrowVm asked) {
        return work.operation().steps().stream()
                .filter(step -> asked.equals(step.command()))
                .anyMatch(step -> step.outcome() instanceof Unknown
                        || step.outcome() instanceof Failed failed
                                && !failed.reason().definite());
    }

    private static Verdict notGiven(Work work, Vm vm, GrowVm asked, CommandOutcome outcome) {
        work.turn().put(vm, vm.status().growing(null));
        return Verdict.failed("VM " + vm.name() + " was not given " + words(asked) + ". It has "
                + GrowthRules.size(vm.spec().hardware()) + ". " + outcome.words());
    }

    private static Verdict perhapsGiven(Work work, Vm vm, Hardware aim, GrowVm asked, CommandOutcome outcome) {
        Vm counted = vm.withSpec(vm.spec().with(with(vm.spec().hardware(), aim, asked)));
        work.turn().put(counted, vm.status().growing(null));
        return Verdict.failed(
                "Host " + work.hostName(vm.hostId()) + " did not say whether VM " + vm.name() + " was given "
                        + words(asked) + ". It counts with "
                        + GrowthRules.size(counted.spec().hardware())
                        + " from now on, and has that once it is started again. " + outcome.words());
    }

    private static String words(GrowVm asked) {
        return asked.memoryBytes() > 0 ? (asked.memoryBytes() >> 20) + " MiB" : asked.vcpus() + " virtual CPUs";
    }
}
