package io.kvorum.simulator.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One recorded day: for each VM its CPU use, as a share of what it was given (0 to 1), at steps of {@link #STEP_SECONDS}.
 *
 * @param name of the day
 * @param use a row a VM, in the order of their files' names
 */
record Trace(String name, List<double[]> use) {

    static final int STEP_SECONDS = 300;
    static final int STEPS = 288;

    /**
     * Reads the days in that folder: each a folder of files, one a VM, with {@link #STEPS} lines of whole per cent. The
     * folder itself may be the only day.
     */
    static List<Trace> days(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "There is no folder " + folder + ". Unpack the archive of a day, and name its folder.");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> days = entries.filter(Files::isDirectory).sorted().toList();
            List<Trace> traces = new ArrayList<>();
            for (Path day : days.isEmpty() ? List.of(folder) : days) {
                traces.add(day(day));
            }
            return traces;
        }
    }

    private static Trace day(Path folder) throws IOException {
        List<double[]> use = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path file : entries.sorted().toList()) {
                use.add(vm(file));
            }
        }
        return new Trace(String.valueOf(folder.getFileName()), use);
    }

    /** The last value stands for the end of the day, too. */
    private static double[] vm(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() < STEPS) {
            throw new IOException(file + " has " + lines.size() + " lines; " + STEPS + " are expected, one every "
                    + STEP_SECONDS + " s of a day.");
        }
        double[] use = new double[STEPS + 1];
        for (int i = 0; i < STEPS; i++) {
            try {
                use[i] = Integer.parseInt(lines.get(i).strip()) / 100.0;
            } catch (NumberFormatException e) {
                throw new IOException(
                        file + ", line " + (i + 1) + ": “" + lines.get(i) + "” is not a whole number of per cent.", e);
            }
        }
        use[STEPS] = use[STEPS - 1];
        return use;
    }

    /** The VM's use at that time, between two samples on the line that joins them. */
    double at(int vm, double seconds) {
        double[] samples = use.get(vm);
        double position = seconds / STEP_SECONDS;
        int before = (int) Math.floor(position);
        int after = (int) Math.ceil(position);
        return before == after
                ? samples[before]
                : samples[before] + (samples[after] - samples[before]) * (position - before);
    }
}
