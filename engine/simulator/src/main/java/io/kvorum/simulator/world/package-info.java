/** Everything around the controller: replicas, database, election, network, hosts, guests and clocks, in one thread. */
@NullMarked
package io.kvorum.simulator.world;

import org.jspecify.annotations.NullMarked;
