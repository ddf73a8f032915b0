package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.scheduling.PlacementOrder;
import io.kvorum.core.scheduling.Scheduler.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** What batches of VMs that start have in common. */
final class Together {

    static final String WHERE_TOLD = "The operations of the single VMs (parentId) tell why.";

    private static final String START = "start them";
    private static final int NAMED = 5;
    private static final int STEPS_OF_PROGRESS = 10;

    private Together() {}

    /** Where all must start or none: why not all would find a host now, and room in their quotas. Hosts that sleep do not count. */
    static Optional<Verdict> refusal(Work work, Cluster cluster, List<Vm> vms, boolean allOrNothing) {
        if (!allOrNothing) {
            return Optional.empty();
        }
        Optional<Problem> quota = QuotaRules.objectionToRun(work.inventory(), vms);
        if (quota.isPresent()) {
            return quota.map(Verdict::refuse);
        }
        Trial trial = work.tryAll(cluster, hardestFirst(vms));
        if (trial.misfits().isEmpty()) {
            return Optional.empty();
        }
        work.explain(trial.explanation().orElseThrow());
        return Optional.of(Verdict.refuse(Problem.of(
                Problem.Type.NO_HOST,
                "Cluster " + cluster.name() + " has room for "
                        + (vms.size() - trial.misfits().size()) + " of "
                        + vms.size() + " VMs, and all or none were to be started. Without a host: "
                        + names(trial.misfits()) + ". "
                        + VmRules.describe(trial.explanation().orElseThrow()))));
    }

    static Verdict start(List<Vm> vms) {
        return new Verdict.Batch(
                START,
                hardestFirst(vms).stream()
                        .<Request>map(vm -> new Request.StartVm(vm.id(), null))
                        .toList());
    }

    static boolean starting(Work work) {
        return work.operation().currentStep().name().equals(START);
    }

    private static List<Vm> hardestFirst(List<Vm> vms) {
        List<Vm> sorted = new ArrayList<>(vms);
        sorted.sort(PlacementOrder.HARDEST_FIRST);
        return sorted;
    }

    /** Whether some of so many children have not ended; tells now and then how far they are. */
    static boolean waits(Work work, int count) {
        int open = work.openChildren().size();
        int percent = 100 * Math.max(0, count - open) / count / STEPS_OF_PROGRESS * STEPS_OF_PROGRESS;
        Progress told = work.operation().progress();
        if (open > 0 && percent > (told == null ? 0 : told.percent())) {
            work.turn().put(work.operation().progressed(Progress.of(percent)));
        }
        return open > 0;
    }

    /** What has come of it, told by the VMs themselves: a new leader does not know the children that ended before it. */
    static Verdict outcome(Work work, List<UUID> ids) {
        List<Vm> off = ids.stream()
                .flatMap(id -> work.inventory().vm(id).stream())
                .filter(vm -> !vm.state().active())
                .toList();
        long gone = ids.stream().filter(id -> work.inventory().vm(id).isEmpty()).count();
        if (off.isEmpty() && gone == 0) {
            return new Verdict.Succeed(ids.size() + (ids.size() == 1 ? " VM runs." : " VMs run."));
        }
        String count = (ids.size() - off.size() - gone) + " of " + ids.size() + " VMs run.";
        if (work.operation().cancelRequested()) {
            return new Verdict.Cancelled(count);
        }
        return Verdict.failed(count + (off.isEmpty() ? "" : " Not started: " + names(off) + ".")
                + (gone == 0 ? "" : " Not made, or deleted since: " + gone + ".") + " " + WHERE_TOLD);
    }

    private static String names(List<Vm> vms) {
        String named = vms.stream().limit(NAMED).map(Vm::name).collect(Collectors.joining(", "));
        return vms.size() <= NAMED ? named : named + " and " + (vms.size() - NAMED) + " more";
    }
}
