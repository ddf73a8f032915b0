package io.kvorum.simulator.requests;

import io.kvorum.simulator.requests.RequestTrace.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the scheduler is compared with. Each sees the same servers that can take the VM, and picks one and its nodes. */
enum Baseline {
    /** The first server, its first node. */
    FIRST_FIT("first fit") {
        @Override
        int server(Room room, Wanted wanted, List<Integer> fitting) {
            return fitting.getFirst();
        }
    },
    /** The server with the fewest CPUs left, the fuller node. */
    BEST_FIT("best fit") {
        @Override
        int server(Room room, Wanted wanted, List<Integer> fitting) {
            return fitting.stream().min(Comparator.comparingInt(room::freeCpus)).orElseThrow();
        }

        @Override
        int node(Room room, int server, List<Integer> nodes) {
            return nodes.stream()
                    .min(Comparator.comparingInt(node -> room.freeCpus(server, node)))
                    .orElseThrow();
        }
    },
    /** oVirt's rank selector with the weights of its evenly_distributed: emptier by CPU, emptier by memory. */
    OVIRT_EVEN("oVirt ranks, evenly_distributed") {
        @Override
        int server(Room room, Wanted wanted, List<Integer> fitting) {
            return RankSelector.best(
                    fitting,
                    List.of(server -> cpuWeight(room, wanted, server), server -> memoryWeight(room, wanted, server)));
        }
    },
    /** The same with those of power_saving: fuller first, empty servers last. */
    OVIRT_POWER_SAVING("oVirt ranks, power_saving") {
        @Override
        int server(Room room, Wanted wanted, List<Integer> fitting) {
            return RankSelector.best(
                    fitting,
                    List.of(
                            server -> packed(room, server, cpuWeight(room, wanted, server)),
                            server -> packed(room, server, memoryWeight(room, wanted, server))));
        }
    };

    /** oVirt's weights are whole numbers up to this. */
    private static final int MAX_WEIGHT = 1000;

    private final String words;

    Baseline(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    abstract int server(Room room, Wanted wanted, List<Integer> fitting);

    int node(Room room, int server, List<Integer> nodes) {
        return nodes.getFirst();
    }

    List<Placed> run(RequestTrace trace) {
        Room room = new Room(trace);
        List<Placed> placements = new ArrayList<>();
        for (int i = 0; i < trace.requests().size(); i++) {
            Wanted wanted = trace.requests().get(i);
            List<Integer> fitting = room.fitting(wanted);
            if (!fitting.isEmpty()) {
                int server = server(room, wanted, fitting);
                List<Integer> nodes = room.nodes(server, wanted);
                Placed placed = new Placed(i, server, wanted.nodes() == 2 ? nodes : List.of(node(room, server, nodes)));
                room.take(placed);
                placements.add(placed);
            }
        }
        return placements;
    }

    /** Share of the CPUs in use with the VM there; lower is better. */
    private static int cpuWeight(Room room, Wanted wanted, int server) {
        return share(room.allCpus(server) - room.freeCpus(server) + wanted.cpus(), room.allCpus(server));
    }

    private static int memoryWeight(Room room, Wanted wanted, int server) {
        return share(room.allGib(server) - room.freeGib(server) + wanted.gib(), room.allGib(server));
    }

    private static int share(int used, int all) {
        return 1 + (int) Math.round((MAX_WEIGHT - 1.0) * used / all);
    }

    private static int packed(Room room, int server, int weight) {
        return room.vms(server) == 0 ? MAX_WEIGHT : MAX_WEIGHT + 1 - weight;
    }
}
