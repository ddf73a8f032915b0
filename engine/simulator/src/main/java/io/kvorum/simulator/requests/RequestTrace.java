package io.kvorum.simulator.requests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Servers with two NUMA nodes, and requests for VMs in the order in which they came. */
record RequestTrace(List<Server> servers, List<Wanted> requests) {

    /** Free CPUs and GiB on both nodes. */
    record Server(int[] cpus, int[] gib) {}

    /** How the VMs of a group lie to each other. */
    enum Strategy {
        NONE,
        /** All on one server. */
        AFFINITY,
        /** No two on one server. */
        ANTI_AFFINITY,
        /** No two of different domains on one server; the same domain may share one. */
        FAULT_DOMAIN
    }

    /**
     * One VM.
     *
     * @param nodes NUMA nodes that it spans, 1 or 2, CPUs and memory split evenly
     * @param group its number within its strategy; empty for none
     * @param domain -1 for none
     */
    record Wanted(int cpus, int gib, int nodes, Strategy strategy, String group, int domain) {}

    static RequestTrace read(Path servers, Path requests) throws IOException {
        List<Server> all = new ArrayList<>();
        for (String[] row : rows(servers, "CPU1,RAM1,CPU2,RAM2")) {
            all.add(new Server(
                    new int[] {number(servers, row[0]), number(servers, row[2])},
                    new int[] {number(servers, row[1]), number(servers, row[3])}));
        }
        List<Wanted> wanted = new ArrayList<>();
        for (String[] row : rows(requests, "flavor_vcpus,flavor_ram,numa,strategy,group,domain")) {
            Wanted one = new Wanted(
                    number(requests, row[0]),
                    number(requests, row[1]),
                    number(requests, row[2]),
                    strategy(requests, row[3]),
                    row[4],
                    row[5].isEmpty() ? -1 : number(requests, row[5]));
            if (one.nodes() < 1 || one.nodes() > 2 || one.cpus() % one.nodes() != 0 || one.gib() % one.nodes() != 0) {
                throw new IOException(
                        requests + ": " + String.join(",", row) + " cannot be split evenly over 1 or 2 NUMA nodes.");
            }
            wanted.add(one);
        }
        return new RequestTrace(all, wanted);
    }

    private static List<String[]> rows(Path file, String header) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().strip().equals(header)) {
            throw new IOException(file + " does not begin with the line " + header);
        }
        int columns = header.split(",").length;
        List<String[]> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] row = line.strip().split(",", -1);
            if (row.length != columns) {
                throw new IOException(file + ": " + line + " has not " + columns + " columns.");
            }
            rows.add(row);
        }
        return rows;
    }

    private static int number(Path file, String text) throws IOException {
        try {
            double value = Double.parseDouble(text);
            if (value < 0 || value != Math.rint(value) || value > 1_000_000) {
                throw new IOException(file + ": " + text + " is no whole number from 0 to 1000000.");
            }
            return (int) value;
        } catch (NumberFormatException e) {
            throw new IOException(file + ": " + text + " is no number.", e);
        }
    }

    private static Strategy strategy(Path file, String text) throws IOException {
        try {
            return text.isEmpty()
                    ? Strategy.NONE
                    : Strategy.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": there is no strategy " + text + ".", e);
        }
    }
}
