package io.kvorum.core.operations;

import io.kvorum.core.inventory.AffinityGroup;
import io.kvorum.core.inventory.AffinityLabel;
import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.DataCenter;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.SchedulingPolicy;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Creates or changes a data center, cluster, storage domain or network. */
final class ConfigureProcedure implements Procedure<Request.Configure> {

    @Override
    public List<Lock> locks(Inventory inventory, Request.Configure request) {
        return List.of(new Lock(request.object().kind(), request.object().id()));
    }

    @Override
    public Verdict begin(Work work, Request.Configure request) {
        ConfigObject object = request.object();
        Optional<Entity> before = work.inventory().find(object.kind(), object.id());
        if (request.expectedRevision() == 0 && before.isPresent()) {
            return Verdict.conflict(
                    "There is a " + object.kind().words() + " with the id " + object.id() + " already.");
        }
        if (request.expectedRevision() != 0) {
            if (before.isEmpty()) {
                return Verdict.refuse(Problem.notFound(object.kind().words(), object.id()));
            }
            Optional<Problem> stale = Revisions.stale(before.get(), request.expectedRevision());
            if (stale.isPresent()) {
                return Verdict.refuse(stale.get());
            }
        }
        List<FieldProblem> problems = new ArrayList<>();
        VmRules.checkName(work.inventory(), object.kind(), object.id(), object.name(), problems);
        switch (object) {
            case DataCenter dataCenter -> VmRules.checkDescription(dataCenter.description(), problems);
            case Cluster cluster -> ConfigRules.check(work.inventory(), cluster, problems);
            case StorageDomain domain -> ConfigRules.check(work.inventory(), domain, problems);
            case SchedulingPolicy policy -> SchedulingPolicyRules.check(policy, problems);
            case AffinityGroup group -> AffinityRules.check(work.inventory(), group, problems);
            case AffinityLabel label -> AffinityRules.check(work.inventory(), label, problems);
            case Quota quota -> QuotaRules.check(work.inventory(), quota, problems);
            case InstanceType type -> InstanceTypeRules.check(type, problems);
            case Network network -> ConfigRules.check(work.inventory(), network, problems);
        }
        before.ifPresent(old -> ConfigRules.checkFixed(old, object, problems));
        if (!problems.isEmpty()) {
            return Verdict.refuse(Problem.invalid(problems));
        }
        Entity stored = work.turn()
                .put(
                        object instanceof Cluster cluster
                                ? cluster.asScheduled(work.turn().instant())
                                : object);
        if (object instanceof StorageDomain domain && before.isEmpty()) {
            work.startAfter(work.derivedId("inspect"), new Request.InspectStorage(domain.id()));
        }
        return new Verdict.Succeed("The " + Objects.requireNonNull(stored).subject() + " was "
                + (before.isEmpty() ? "made." : "changed."));
    }
}
