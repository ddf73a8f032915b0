package io.kvorum.core.operations;

import io.kvorum.core.inventory.Cluster;
import io.kvorum.core.inventory.ClusterSetting;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.inventory.Entity;
import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Inventory;
import io.kvorum.core.inventory.Network;
import io.kvorum.core.inventory.Network.NetworkKind;
import io.kvorum.core.inventory.PolicySchedule;
import io.kvorum.core.inventory.Quota;
import io.kvorum.core.inventory.StorageDomain;
import io.kvorum.core.inventory.StorageDomain.StorageKind;
import io.kvorum.core.operations.Problem.FieldProblem;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What data centers, clusters, storage domains and networks may look like. */
public final class ConfigRules {

    /** Absolute, without "." or ".." or doubled slashes, of characters that need no quoting anywhere. */
    private static final Pattern PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._-]+)+");

    /** Linux limits the names of network devices to 15 characters. */
    private static final Pattern BRIDGE = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,14}");

    private static final Pattern SUBNET =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})/(\\d{1,2})");
    private static final Pattern CPU_MODEL = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private static final int MAX_WINDOWS = 50;
    private static final int MAX_STARTING_GRACE_SECONDS = 3600;

    private ConfigRules() {}

    /** What is wrong with the settings of a cluster; nothing if they may be tried or taken. */
    public static List<FieldProblem> problems(Inventory inventory, Cluster cluster) {
        List<FieldProblem> problems = new ArrayList<>();
        check(inventory, cluster, problems);
        return problems;
    }

    static void check(Inventory inventory, Cluster cluster, List<FieldProblem> problems) {
        VmRules.checkDescription(cluster.description(), problems);
        checkDataCenter(inventory, cluster.dataCenterId(), problems);
        Cluster.SchedulingPolicy policy = cluster.scheduling();
        for (ClusterSetting setting : ClusterSetting.ALL) {
            VmRules.checkRange(setting.name(), setting.in(cluster), setting.least(), setting.most(), problems);
        }
        VmRules.checkRange(
                "fencing.stopWhenSilentPercent", cluster.fencing().stopWhenSilentPercent(), 1, 100, problems);
        VmRules.checkRange(
                "fencing.startingGraceSeconds",
                cluster.fencing().startingGrace().toSeconds(),
                0,
                MAX_STARTING_GRACE_SECONDS,
                problems);
        if (cluster.customPolicyId() != null
                && inventory.schedulingPolicy(cluster.customPolicyId()).isEmpty()) {
            problems.add(
                    VmRules.field("customPolicyId", cluster.customPolicyId(), "There is no such scheduling policy."));
        }
        if (cluster.everUses(Cluster.PolicyName.POWER_SAVING)
                && cluster.powerSaving().lowUtilizationPercent() >= policy.highUtilizationPercent()) {
            problems.add(VmRules.field(
                    "powerSaving.lowUtilizationPercent",
                    cluster.powerSaving().lowUtilizationPercent(),
                    "Must be below highUtilizationPercent, which is " + policy.highUtilizationPercent() + "."));
        }
        if (cluster.schedule() != null) {
            check(cluster.schedule(), problems);
        }
        VmRules.checkMachine("emulatedMachine", cluster.emulatedMachine(), problems);
        MigrationRules.check(cluster.migration(), problems);
        VmRules.checkRange("admission.hostFailures", cluster.admission().hostFailures(), 1, 4, problems);
        if (cluster.cpuModel() != null && !CPU_MODEL.matcher(cluster.cpuModel()).matches()) {
            problems.add(VmRules.field("cpuModel", cluster.cpuModel(), "Not a CPU model as libvirt names them."));
        }
    }

    private static void check(PolicySchedule schedule, List<FieldProblem> problems) {
        try {
            ZoneId.of(schedule.timeZone());
        } catch (DateTimeException e) {
            problems.add(VmRules.field(
                    "policySchedule.timeZone",
                    schedule.timeZone(),
                    "Must be a time zone such as Europe/Berlin or UTC."));
        }
        VmRules.checkRange("policySchedule.windows", schedule.windows().size(), 1, MAX_WINDOWS, problems);
        if (schedule.windows().stream().anyMatch(window -> window.days().isEmpty())) {
            problems.add(VmRules.field("policySchedule.windows", "", "A window needs a day on which it begins."));
        }
        if (schedule.windows().size() <= MAX_WINDOWS) {
            schedule.overlap().ifPresent(overlap -> problems.add(VmRules.field("policySchedule.windows", "", overlap)));
        }
    }

    static void check(Inventory inventory, StorageDomain domain, List<FieldProblem> problems) {
        checkDataCenter(inventory, domain.dataCenterId(), problems);
        if (domain.path().length() > 1024 || !PATH.matcher(domain.path()).matches()) {
            problems.add(VmRules.field(
                    "path",
                    domain.path(),
                    "Must be an absolute path of at most 1024 letters, digits, '.', '_', '-' and '/', without '..'."));
        }
        UUID hostId = domain.hostId();
        if (domain.storage() == StorageKind.LOCAL_FOLDER
                && inventory.host(hostId).isEmpty()) {
            problems.add(VmRules.field(
                    "hostId", hostId == null ? "" : hostId, "A local folder needs the host on which it is."));
        }
        if (domain.storage() == StorageKind.SHARED_FOLDER && hostId != null) {
            problems.add(VmRules.field("hostId", hostId, "A shared folder belongs to no single host."));
        }
    }

    static void check(Inventory inventory, Network network, List<FieldProblem> problems) {
        checkDataCenter(inventory, network.dataCenterId(), problems);
        if (!BRIDGE.matcher(network.bridge()).matches()) {
            problems.add(VmRules.field(
                    "bridge",
                    network.bridge(),
                    "Must be 1 to 15 letters, digits, '.', '_' or '-', and begin with a letter."));
        }
        String subnet = network.subnet();
        if (network.network() == NetworkKind.BRIDGE && subnet != null) {
            problems.add(VmRules.field("subnet", subnet, "Only NAT networks have one."));
        }
        if (network.network() == NetworkKind.NAT && (subnet == null || !validSubnet(subnet))) {
            problems.add(
                    VmRules.field(
                            "subnet",
                            subnet == null ? "" : subnet,
                            "A NAT network needs an IPv4 subnet such as 192.168.90.0/24, of 8 to 30 bits, with all host bits zero."));
        }
        for (Network other : inventory.networks()) {
            if (!other.id().equals(network.id())
                    && other.dataCenterId().equals(network.dataCenterId())
                    && other.bridge().equals(network.bridge())) {
                problems.add(VmRules.field("bridge", network.bridge(), "Network " + other.name() + " uses it."));
            }
        }
    }

    private static boolean validSubnet(String text) {
        Matcher matcher = SUBNET.matcher(text);
        if (!matcher.matches()) {
            return false;
        }
        long address = 0;
        for (int i = 1; i <= 4; i++) {
            int octet = Integer.parseInt(matcher.group(i));
            if (octet > 255) {
                return false;
            }
            address = address << 8 | octet;
        }
        int bits = Integer.parseInt(matcher.group(5));
        return bits >= 8 && bits <= 30 && (address & ((1L << (32 - bits)) - 1)) == 0;
    }

    /** What may not change once others rely on it. */
    static void checkFixed(Entity before, ConfigObject after, List<FieldProblem> problems) {
        boolean moved = before instanceof Cluster a
                        && after instanceof Cluster b
                        && !a.dataCenterId().equals(b.dataCenterId())
                || before instanceof Network c
                        && after instanceof Network d
                        && !c.dataCenterId().equals(d.dataCenterId())
                || before instanceof Quota g
                        && after instanceof Quota h
                        && !g.dataCenterId().equals(h.dataCenterId())
                || before instanceof StorageDomain e
                        && after instanceof StorageDomain f
                        && !(e.dataCenterId().equals(f.dataCenterId())
                                && e.path().equals(f.path())
                                && Objects.equals(e.hostId(), f.hostId())
                                && e.storage() == f.storage());
        if (moved) {
            problems.add(VmRules.field(
                    "dataCenterId",
                    after.name(),
                    "The data center, kind, path and host cannot be changed afterwards."));
        }
        if (before instanceof InstanceType made && after instanceof InstanceType wanted) {
            InstanceTypeRules.checkFixed(made, wanted, problems);
        }
    }

    private static void checkDataCenter(Inventory inventory, UUID id, List<FieldProblem> problems) {
        if (inventory.dataCenter(id).isEmpty()) {
            problems.add(VmRules.field("dataCenterId", id, "There is no such data center."));
        }
    }
}
