package io.kvorum.simulator.balance;

/**
 * What became of a cluster.
 *
 * @param hostOf where each VM is in the end
 */
record Outcome(int[] hostOf, int moves, double seconds) {}
