package io.kvorum.core.balancing;

/** How much of a host's CPUs and memory is in use, each 0 to 1; CPU that is asked for beyond what there is counts too. */
public record Shares(double cpu, double memory) {}
