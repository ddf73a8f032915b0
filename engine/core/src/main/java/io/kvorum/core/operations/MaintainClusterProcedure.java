package io.kvorum.core.operations;

import io.kvorum.core.inventory.BalancingPlan;
import io.kvorum.core.inventory.BalancingPlan.PlanState;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Kind;
import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.core.inventory.Meta;
import io.kvorum.core.inventory.RollingMaintenance;
import io.kvorum.core.inventory.RollingMaintenance.HostTask;
import io.kvorum.core.inventory.RollingMaintenance.PlanHost;
import io.kvorum.core.lifecycle.HostState;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Makes a plan to maintain hosts of a cluster. The balancer carries it out, and looks before each host whether it may leave. */
final class MaintainClusterProcedure implements Procedure<Request.MaintainCluster> {

    private static final int MOST_AT_ONCE = 16;

    @Override
    public List<Lock> locks(Inventory inventory, Request.MaintainCluster request) {
        return List.of(new Lock(Kind.BALANCING_PLAN, request.planId()));
    }

    @Override
    public Verdict begin(Work work, Request.MaintainCluster request) {
        Optional<Cluster> found = work.inventory().cluster(request.clusterId());
        if (found.isEmpty()) {
            return Verdict.refuse(Problem.notFound("cluster", request.clusterId()));
        }
        Cluster cluster = found.get();
        List<Host> up = work.inventory().hostsOf(cluster.id()).stream()
                .filter(host -> host.state() == HostState.UP)
                .sorted(Comparator.comparing(Host::name))
                .toList();
        List<FieldProblem> problems = new ArrayList<>();
        List<Host> hosts = request.hostIds().isEmpty() ? up : named(work.inventory(), cluster, request, problems);
        VmRules.checkRange(
                "hostsAtOnce", request.hostsAtOnce(), 1, Math.clamp(up.size() - 1, 1, MOST_AT_ONCE), problems);
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        if (up.size() < 2) {
            return Verdict.refuse(Problem.conflict(
                    "Cluster " + cluster.name() + " has " + (up.isEmpty() ? "no host" : "one host")
                            + " that is up: nobody could take the VMs of a host in maintenance.",
                    cluster.subject()));
        }
        Optional<Problem> obstacle = open(work.inventory(), cluster).or(() -> powerless(request, hosts));
        if (obstacle.isPresent()) {
            return Verdict.refuse(obstacle.get());
        }
        BalancingPlan plan = plan(work, cluster, request, hosts);
        work.turn().put(plan);
        work.log(
                Severity.INFO,
                "balancing.maintenance_begun",
                "Rolling maintenance of cluster " + cluster.name() + ": " + plan.reason() + ".",
                plan.subject());
        return new Verdict.Succeed("The " + plan.subject() + " has begun.");
    }

    private static List<Host> named(
            Inventory inventory, Cluster cluster, Request.MaintainCluster request, List<FieldProblem> problems) {
        List<Host> hosts = new ArrayList<>();
        Set<UUID> seen = new HashSet<>();
        for (UUID id : request.hostIds()) {
            Optional<Host> host = inventory.host(id);
            if (host.isEmpty() || !host.get().spec().clusterId().equals(cluster.id())) {
                problems.add(VmRules.field("hostIds", id, "Is no host of cluster " + cluster.name() + "."));
            } else if (!seen.add(id)) {
                problems.add(VmRules.field("hostIds", id, "Is there twice."));
            } else if (host.get().state() != HostState.UP) {
                problems.add(VmRules.field(
                        "hostIds",
                        id,
                        "Host " + host.get().name() + " is "
                                + VmRules.words(host.get().state()) + "; only hosts that are up can be maintained."));
            } else {
                hosts.add(host.get());
            }
        }
        return hosts;
    }

    private static Optional<Problem> open(Inventory inventory, Cluster cluster) {
        return inventory.balancingPlans().stream()
                .filter(plan -> plan.open() && plan.clusterId().equals(cluster.id()))
                .findFirst()
                .map(plan -> Problem.conflict(
                        "The " + plan.subject() + " is " + VmRules.words(plan.state())
                                + ", and a cluster has one plan at a time: reject or abort it, or wait for its end.",
                        plan.subject()));
    }

    private static Optional<Problem> powerless(Request.MaintainCluster request, List<Host> hosts) {
        return hosts.stream()
                .filter(host -> request.task() == HostTask.REBOOT
                        && !host.spec().powerManagement().usable())
                .findFirst()
                .map(host -> Problem.conflict(
                        "Host " + host.name()
                                + " has no power management and cannot be rebooted; set it up, leave the host out,"
                                + " or ask for wait_for_operator.",
                        host.subject()));
    }

    private static BalancingPlan plan(Work work, Cluster cluster, Request.MaintainCluster request, List<Host> hosts) {
        RollingMaintenance rolling = new RollingMaintenance(
                request.task(),
                request.hostsAtOnce(),
                hosts.stream().map(PlanHost::planned).toList());
        String what = switch (request.task()) {
            case WAIT_FOR_OPERATOR -> "put into maintenance";
            case REBOOT -> "reboot";
            case UPGRADE -> "upgrade";
        };
        return new BalancingPlan(
                request.planId(),
                cluster.id(),
                "of cluster " + cluster.name(),
                PlanState.RUNNING,
                what + " " + hosts.size() + (hosts.size() == 1 ? " host" : " hosts") + ", " + request.hostsAtOnce()
                        + " at once, as " + work.operation().requestedBy() + " asked",
                null,
                List.of(),
                Meta.NONE,
                List.of(),
                rolling);
    }
}
