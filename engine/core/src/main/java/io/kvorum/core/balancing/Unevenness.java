package io.kvorum.core.balancing;

import io.kvorum.core.balancing.EvenDistribution.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How unevenly CPU and memory, and where their capacity is known of all hosts disks and networks, are used: the standard deviations
 * of the hosts' shares in use (0 to 1), added, times the number of hosts, so that what a move gains does not depend on how many
 * others there are. Kept up to date from sums and sums of
 * squares: a move is judged in constant time.
 */
final class Unevenness {

    private final LoadModel model;
    private final double[] cpu;
    private final double[] memory;
    private final double[] perCpu;
    private final double[] perMemory;
    private final double[] vmCpu;
    private final double[] vmMemory;
    private final IoShares[] io;
    private double cpuSum;
    private double memorySum;
    private double cpuSquares;
    private double memorySquares;
    private double worst;
    private double total;

    Unevenness(LoadModel model, Parameters parameters) {
        this.model = model;
        List<IoShares> counted = new ArrayList<>(2);
        if (model.countsDisk()) {
            counted.add(IoShares.ofDisks(model, parameters.diskHigh()));
        }
        if (model.countsNetwork()) {
            counted.add(IoShares.ofNetworks(model, parameters.networkHigh()));
        }
        io = counted.toArray(IoShares[]::new);
        int hosts = model.hostCount();
        cpu = new double[hosts];
        memory = new double[hosts];
        perCpu = new double[hosts];
        perMemory = new double[hosts];
        for (int host = 0; host < hosts; host++) {
            perCpu[host] = 1 / model.host(host).cpuCapacity();
            perMemory[host] = 1 / model.host(host).memoryCapacity();
            cpu[host] = model.cpu(host) * perCpu[host];
            memory[host] = model.memory(host) * perMemory[host];
        }
        cpuSum = Arrays.stream(cpu).sum();
        memorySum = Arrays.stream(memory).sum();
        cpuSquares = squares(cpu, cpuSum);
        memorySquares = squares(memory, memorySum);
        worst = worstOfAll();
        total = deviations();
        vmCpu = new double[model.vmCount()];
        vmMemory = new double[model.vmCount()];
        for (int vm = 0; vm < model.vmCount(); vm++) {
            vmCpu[vm] = model.vm(vm).cpu();
            vmMemory[vm] = model.vm(vm).memory();
        }
    }

    /** Of the distances from the mean. */
    static double squares(double[] shares, double sum) {
        double mean = sum / shares.length;
        return Arrays.stream(shares)
                .map(share -> (share - mean) * (share - mean))
                .sum();
    }

    double total() {
        return total;
    }

    /** The standard deviation, times the number of hosts. */
    private double deviation(double squares) {
        return Math.sqrt(Math.max(0, squares) * cpu.length);
    }

    private double deviations() {
        double sum = deviation(cpuSquares) + deviation(memorySquares);
        for (IoShares each : io) {
            sum += deviation(each.squares());
        }
        return sum;
    }

    /** Share of its CPUs that is in use. */
    double cpu(int host) {
        return cpu[host];
    }

    double memory(int host) {
        return memory[host];
    }

    double cpuAfter(int vm, int to) {
        return cpu[to] + vmCpu[vm] * perCpu[to];
    }

    double memoryAfter(int vm, int to) {
        return memory[to] + vmMemory[vm] * perMemory[to];
    }

    /** By how much the move would lower it; negative if it would not. */
    double gain(int vm, int to) {
        return gain(vm, model.hostOf(vm), to);
    }

    double gain(int vm, int from, int to) {
        if (io.length > 0) {
            return gainWithIo(vm, from, to);
        }
        double lessCpu = less(cpu, perCpu, cpuSum, vmCpu[vm], from, to);
        double lessMemory = less(memory, perMemory, memorySum, vmMemory[vm], from, to);
        return lessCpu <= 0 && lessMemory <= 0
                ? -1
                : total - deviation(cpuSquares - lessCpu) - deviation(memorySquares - lessMemory);
    }

    private double gainWithIo(int vm, int from, int to) {
        double after = deviation(cpuSquares - less(cpu, perCpu, cpuSum, vmCpu[vm], from, to))
                + deviation(memorySquares - less(memory, perMemory, memorySum, vmMemory[vm], from, to));
        for (IoShares each : io) {
            after += deviation(each.squares() - each.less(vm, from, to));
        }
        return total - after;
    }

    /** Whether the host's disks or network are above a threshold. */
    boolean overIo(int host) {
        for (IoShares each : io) {
            if (each.over(host)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the move would put too much on the target's disks or network. */
    boolean tooMuchIo(int vm, int from, int to) {
        for (IoShares each : io) {
            if (each.tooMuch(vm, from, to, worst)) {
                return true;
            }
        }
        return false;
    }

    /** The share in use of what the host has least of. */
    double fullest(int host) {
        double found = Math.max(cpu[host], memory[host]);
        for (IoShares each : io) {
            found = Math.max(found, each.of(host));
        }
        return found;
    }

    /** How much is in use of all that counts. */
    double heat(int host) {
        double sum = cpu[host] + memory[host];
        for (IoShares each : io) {
            sum += each.of(host);
        }
        return sum;
    }

    /** By how much the squares would be less. */
    static double less(double[] share, double[] per, double sum, double load, int from, int to) {
        double less = load * per[from];
        double more = load * per[to];
        double squares = less * (2 * share[from] - less) - more * (2 * share[to] + more);
        double sums = more - less;
        return squares + sums * (2 * sum + sums) / share.length;
    }

    /** The fullest that any host is, of what it has least of. */
    double worst() {
        return worst;
    }

    private double worstOfAll() {
        double found = 0;
        for (int host = 0; host < cpu.length; host++) {
            found = Math.max(found, fullest(host));
        }
        return found;
    }

    /** The move is made, in the model too. */
    void move(int vm, int to) {
        int from = model.hostOf(vm);
        cpuSquares -= less(cpu, perCpu, cpuSum, vmCpu[vm], from, to);
        memorySquares -= less(memory, perMemory, memorySum, vmMemory[vm], from, to);
        cpuSum += vmCpu[vm] * (perCpu[to] - perCpu[from]);
        memorySum += vmMemory[vm] * (perMemory[to] - perMemory[from]);
        cpu[from] -= vmCpu[vm] * perCpu[from];
        cpu[to] += vmCpu[vm] * perCpu[to];
        memory[from] -= vmMemory[vm] * perMemory[from];
        memory[to] += vmMemory[vm] * perMemory[to];
        for (IoShares each : io) {
            each.move(vm, from, to);
        }
        model.move(vm, to);
        worst = worstOfAll();
        total = deviations();
    }
}
