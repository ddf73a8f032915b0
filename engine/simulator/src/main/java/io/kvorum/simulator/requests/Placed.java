package io.kvorum.simulator.requests;

import java.util.List;

/**
 * Where a request went.
 *
 * @param request its index
 * @param server the server's index
 * @param nodes the server's nodes that the VM got, one for each of its own
 */
record Placed(int request, int server, List<Integer> nodes) {

    Placed {
        nodes = List.copyOf(nodes);
    }
}
