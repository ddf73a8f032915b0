package io.kvorum.server.rehearsal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.server.api.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A trace is taken as it is meant, and refused by the line that is wrong, whatever it is. */
class TraceReaderTest {

    private static List<float[]> read(String text) throws IOException {
        return TraceReader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String refused(InputStream in) {
        return assertThrows(ProblemException.class, () -> TraceReader.read(in))
                .problem()
                .errors()
                .getFirst()
                .message();
    }

    private static String refused(String text) {
        return refused(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0,100\n50,12.5\n",
                "vm-a,vm-b\n0,100\n50,12.5",
                "\uFEFF0;100\r\n50;12.5\r\n\r\n",
                "\t0 \t100\n  50   12.5  \n\n\n",
                "a b\n0 , 100\n50 ,12.5"
            })
    void eachColumnIsAVmWhateverSeparatesThem(String text) throws IOException {
        List<float[]> columns = read(text);

        assertEquals(2, columns.size());
        assertArrayEquals(new float[] {0, 0.5f}, columns.get(0));
        assertArrayEquals(new float[] {1, 0.125f}, columns.get(1));
    }

    @Test
    void oneNumberALineIsOneVm() throws IOException {
        List<float[]> columns = read("24\n34\n25\n");

        assertEquals(1, columns.size());
        assertArrayEquals(new float[] {0.24f, 0.34f, 0.25f}, columns.getFirst(), 1e-6f);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1,2/3,x       | Line 2, column 2
                    1,2/3,101     | Line 2, column 2
                    1,2/3,-1      | Line 2, column 2
                    1,2/3,NaN     | Line 2, column 2
                    1,2/3,1e1     | Line 2, column 2
                    1,2/3,0x1p1   | Line 2, column 2
                    1,2/3,5f      | Line 2, column 2
                    1,2/3,        | Line 2, column 2
                    1,2/3,4/5     | Line 3 has 1 columns, those before it have 2
                    a,b/1,2/3,4,5 | Line 3 has 3 columns
                    1,2//3,4      | Line 2 is empty
                    1,2           | at least two lines
                    a,b           | at least two lines
                    /             | at least two lines
                    """)
    void whatIsWrongIsNamedByItsLine(String lines, String expected) {
        String message = refused(lines.replace('/', '\n'));

        assertTrue(message.contains(expected), message);
    }

    @Test
    void aLineWithoutEndAndAFileWithoutEndAreGivenUp() {
        assertTrue(refused(endless("1,")).startsWith("Line 1 is too long"));
        assertTrue(refused(endless("1\n")).contains("one too many"));
        assertTrue(refused(endless("\n")).contains("beyond"));
    }

    @Test
    void whatIsTakenInMemoryIsBounded() {
        String wide = "1,".repeat(TraceReader.MOST_COLUMNS) + "1";
        assertTrue(refused(wide + "\n" + wide).contains("at most " + TraceReader.MOST_COLUMNS));
        String line = "1,".repeat(TraceReader.MOST_COLUMNS - 1) + "1\n";
        assertTrue(refused(endless(line)).contains("Line 401 is one too many"));
    }

    private static InputStream endless(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new InputStream() {
            private int at;

            @Override
            public int read() {
                int next = bytes[at];
                at = (at + 1) % bytes.length;
                return next;
            }

            @Override
            public int read(byte[] into, int from, int length) {
                for (int i = from; i < from + length; i++) {
                    into[i] = (byte) read();
                }
                return length;
            }
        };
    }
}
