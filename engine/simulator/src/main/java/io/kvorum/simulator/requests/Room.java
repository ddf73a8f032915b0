package io.kvorum.simulator.requests;

import io.kvorum.simulator.requests.RequestTrace.Server;
import io.kvorum.simulator.requests.RequestTrace.Strategy;
import io.kvorum.simulator.requests.RequestTrace.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the baselines know of the servers: what is free, and where each group is. */
final class Room {

    private final int[][] cpus;
    private final int[][] gib;
    private final int[] vms;
    private final List<Server> servers;
    private final Map<String, List<Placed>> groups = new HashMap<>();
    private final List<Wanted> requests;

    Room(RequestTrace trace) {
        servers = trace.servers();
        requests = trace.requests();
        cpus = servers.stream().map(server -> server.cpus().clone()).toArray(int[][]::new);
        gib = servers.stream().map(server -> server.gib().clone()).toArray(int[][]::new);
        vms = new int[servers.size()];
    }

    int vms(int server) {
        return vms[server];
    }

    int freeCpus(int server) {
        return cpus[server][0] + cpus[server][1];
    }

    int freeGib(int server) {
        return gib[server][0] + gib[server][1];
    }

    int freeCpus(int server, int node) {
        return cpus[server][node];
    }

    int allCpus(int server) {
        return servers.get(server).cpus()[0] + servers.get(server).cpus()[1];
    }

    int allGib(int server) {
        return servers.get(server).gib()[0] + servers.get(server).gib()[1];
    }

    /** Servers that can take the VM, in their order. */
    List<Integer> fitting(Wanted wanted) {
        List<Integer> fitting = new ArrayList<>();
        List<Placed> group =
                wanted.strategy() == Strategy.NONE ? List.of() : groups.getOrDefault(key(wanted), List.of());
        for (int server = 0; server < cpus.length; server++) {
            if (!nodes(server, wanted).isEmpty() && allowed(server, wanted, group)) {
                fitting.add(server);
            }
        }
        return fitting;
    }

    private boolean allowed(int server, Wanted wanted, List<Placed> group) {
        for (Placed other : group) {
            boolean same = other.server() == server;
            boolean refused = switch (wanted.strategy()) {
                case NONE -> false;
                case AFFINITY -> !same;
                case ANTI_AFFINITY -> same;
                case FAULT_DOMAIN -> same && requests.get(other.request()).domain() != wanted.domain();
            };
            if (refused) {
                return false;
            }
        }
        return true;
    }

    /** Nodes of the server that the VM can have, one each where it spans one; empty if it does not fit. */
    List<Integer> nodes(int server, Wanted wanted) {
        List<Integer> nodes = new ArrayList<>(2);
        for (int node = 0; node < 2; node++) {
            if (cpus[server][node] >= wanted.cpus() / wanted.nodes()
                    && gib[server][node] >= wanted.gib() / wanted.nodes()) {
                nodes.add(node);
            }
        }
        return nodes.size() < wanted.nodes() ? List.of() : nodes;
    }

    void take(Placed placed) {
        Wanted wanted = requests.get(placed.request());
        vms[placed.server()]++;
        for (int node : placed.nodes()) {
            cpus[placed.server()][node] -= wanted.cpus() / wanted.nodes();
            gib[placed.server()][node] -= wanted.gib() / wanted.nodes();
        }
        if (wanted.strategy() != Strategy.NONE) {
            groups.computeIfAbsent(key(wanted), name -> new ArrayList<>()).add(placed);
        }
    }

    private static String key(Wanted wanted) {
        return wanted.strategy() + " " + wanted.group();
    }
}
