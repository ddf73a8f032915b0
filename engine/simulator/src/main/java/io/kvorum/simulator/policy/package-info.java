/**
 * Rehearsal of power saving on recorded load: recorded CPU use of VMs is replayed on modelled hosts, and the decisions are
 * made by the balancer that the engine uses, or by published heuristics that it is compared with.
 */
@NullMarked
package io.kvorum.simulator.policy;

import org.jspecify.annotations.NullMarked;
