package io.kvorum.server.rehearsal;

import io.kvorum.server.api.ProblemException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace: a line a step, in it a number for each VM, the percentage of its virtual CPUs that it used; separated by commas,
 * semicolons, tabs or spaces. The first line may be names. A file with one number a line, as those of PlanetLab, is one VM.
 *
 * <p>It is read as it comes and may be anything: what it takes in memory is bounded, and the first line that is not right ends it.
 */
final class TraceReader {

    static final int MOST_COLUMNS = 10_000;

    /** A month in steps of five minutes. */
    static final int MOST_STEPS = 9_000;

    static final int MOST_CELLS = 4_000_000;

    /** Of numbers as long as they may be, with a separator each. */
    private static final int MOST_LINE_BYTES = 16 * MOST_COLUMNS;

    private static final long MOST_BYTES = 64L << 20;
    private static final int SHOWN = 20;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final Pattern SEPARATOR = Pattern.compile("\\s*[,;]\\s*|\\s+");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,3}(\\.\\d{1,9})?");

    private final InputStream in;
    private final byte[] buffer = new byte[MOST_LINE_BYTES];
    private long bytes;
    private int line;
    private int width;
    private int steps;
    private float[] cells = new float[1024];

    private TraceReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /**
     * The columns of the trace, all of the same length, in shares from 0 to 1.
     *
     * @throws ProblemException with the number of the line that is not right
     */
    static List<float[]> read(InputStream in) throws IOException {
        return new TraceReader(in).read();
    }

    private List<float[]> read() throws IOException {
        int emptySince = 0;
        for (String text = next(); text != null; text = next()) {
            if (text.isEmpty()) {
                emptySince = emptySince == 0 ? line : emptySince;
                continue;
            }
            if (emptySince > 0) {
                throw wrong("", "Line " + emptySince + " is empty; only the last ones may be.");
            }
            String[] fields = SEPARATOR.split(text, -1);
            if (line > 1 || NUMBER.matcher(fields[0]).matches()) {
                take(fields);
            } else {
                begin(fields.length);
            }
        }
        if (steps < 2) {
            throw wrong("", "A trace needs at least two lines of numbers; there are " + steps + ".");
        }
        return columns();
    }

    private void begin(int columns) {
        if (columns > MOST_COLUMNS) {
            throw wrong("", "Line " + line + " has " + columns + " columns; at most " + MOST_COLUMNS + " are taken.");
        }
        width = columns;
    }

    private void take(String[] fields) {
        if (width == 0) {
            begin(fields.length);
        }
        if (fields.length != width) {
            throw wrong("", "Line " + line + " has " + fields.length + " columns, those before it have " + width + ".");
        }
        if (steps == MOST_STEPS || (steps + 1L) * width > MOST_CELLS) {
            throw wrong(
                    "",
                    "Line " + line + " is one too many: at most " + MOST_STEPS + " steps and " + MOST_CELLS
                            + " numbers are taken.");
        }
        int first = steps * width;
        if (first + width > cells.length) {
            cells = Arrays.copyOf(cells, Math.min(MOST_CELLS, Math.max(first + width, 2 * cells.length)));
        }
        for (int i = 0; i < width; i++) {
            cells[first + i] = share(fields[i], i + 1);
        }
        steps++;
    }

    private float share(String field, int column) {
        float percent = NUMBER.matcher(field).matches() ? Float.parseFloat(field) : Float.NaN;
        if (!(percent <= 100)) {
            String shown = field.length() > SHOWN ? field.substring(0, SHOWN) + "…" : field;
            throw wrong(
                    shown,
                    "Line " + line + ", column " + column + ": must be a percentage from 0 to 100, such as 42 or 3.5.");
        }
        return percent / 100;
    }

    private List<float[]> columns() {
        List<float[]> columns = new ArrayList<>(width);
        for (int column = 0; column < width; column++) {
            float[] values = new float[steps];
            for (int step = 0; step < steps; step++) {
                values[step] = cells[step * width + column];
            }
            columns.add(values);
        }
        return columns;
    }

    /** The next line without what is blank around it; null after the last. */
    private @Nullable String next() throws IOException {
        int length = 0;
        int read = in.read();
        if (read < 0) {
            return null;
        }
        line++;
        while (read >= 0 && read != '\n') {
            if (length == buffer.length) {
                throw wrong("", "Line " + line + " is too long: at most " + MOST_LINE_BYTES + " bytes are taken.");
            }
            buffer[length++] = (byte) read;
            read = in.read();
        }
        bytes += length + 1;
        if (bytes > MOST_BYTES) {
            throw wrong("", "Line " + line + " is beyond the " + MOST_BYTES + " bytes that are taken.");
        }
        String text = new String(buffer, 0, length, StandardCharsets.UTF_8);
        return (line == 1 && text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).strip();
    }

    private static ProblemException wrong(String value, String message) {
        return ProblemException.invalid("body", value, message);
    }
}
