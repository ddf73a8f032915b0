package io.kvorum.simulator.requests;

import io.kvorum.simulator.requests.RequestTrace.Server;
import io.kvorum.simulator.requests.RequestTrace.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds finished placements against the servers and the groups. Shares no code with any scheduler. */
final class Checker {

    private Checker() {}

    /** Every promise that is broken, in words. */
    static List<String> violations(RequestTrace trace, List<Placed> placements) {
        List<String> broken = new ArrayList<>();
        int[][] cpus = new int[trace.servers().size()][2];
        int[][] gib = new int[trace.servers().size()][2];
        Set<Integer> seen = new HashSet<>();
        Map<String, List<Placed>> groups = new HashMap<>();
        for (Placed placed : placements) {
            Wanted wanted = trace.requests().get(placed.request());
            if (!seen.add(placed.request())) {
                broken.add("Request " + placed.request() + " was placed twice.");
            }
            if (placed.nodes().size() != wanted.nodes() || new HashSet<>(placed.nodes()).size() != wanted.nodes()) {
                broken.add("Request " + placed.request() + " wants " + wanted.nodes() + " nodes and got "
                        + placed.nodes() + ".");
            }
            for (int node : placed.nodes()) {
                cpus[placed.server()][node] += wanted.cpus() / wanted.nodes();
                gib[placed.server()][node] += wanted.gib() / wanted.nodes();
            }
            if (wanted.strategy() != RequestTrace.Strategy.NONE) {
                groups.computeIfAbsent(wanted.strategy() + " " + wanted.group(), key -> new ArrayList<>())
                        .add(placed);
            }
        }
        for (int i = 0; i < cpus.length; i++) {
            Server server = trace.servers().get(i);
            for (int node = 0; node < 2; node++) {
                if (cpus[i][node] > server.cpus()[node] || gib[i][node] > server.gib()[node]) {
                    broken.add("Node " + node + " of server " + i + " is oversold.");
                }
            }
        }
        groups.forEach((name, members) -> checkGroup(trace, name, members, broken));
        return broken;
    }

    private static void checkGroup(RequestTrace trace, String name, List<Placed> members, List<String> broken) {
        for (int i = 0; i < members.size(); i++) {
            for (int j = i + 1; j < members.size(); j++) {
                Wanted one = trace.requests().get(members.get(i).request());
                Wanted other = trace.requests().get(members.get(j).request());
                boolean same = members.get(i).server() == members.get(j).server();
                boolean wrong = switch (one.strategy()) {
                    case NONE -> false;
                    case AFFINITY -> !same;
                    case ANTI_AFFINITY -> same;
                    case FAULT_DOMAIN -> same && one.domain() != other.domain();
                };
                if (wrong) {
                    broken.add("Requests " + members.get(i).request() + " and "
                            + members.get(j).request() + " break group " + name + ".");
                }
            }
        }
    }
}
