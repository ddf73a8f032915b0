/**
 * Evening out of random clusters by Kvorum's planner and by hbal, the balancer of Ganeti: {@code deploy/bench balance}.
 */
@NullMarked
package io.kvorum.simulator.balance;

import org.jspecify.annotations.NullMarked;
