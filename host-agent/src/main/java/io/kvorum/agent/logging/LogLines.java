package io.kvorum.agent.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line a record on standard error: time, level, class, message, and a stack trace folded into the line. */
public final class LogLines extends Formatter {

    /** Makes this the format of all logs of the process. */
    public static void install() {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        ConsoleHandler console = new ConsoleHandler();
        console.setFormatter(new LogLines());
        root.addHandler(console);
        Logger.getLogger("io.grpc").setLevel(Level.WARNING);
        Logger.getLogger("io.netty").setLevel(Level.WARNING);
    }

    @Override
    public String format(LogRecord record) {
        String source = String.valueOf(record.getLoggerName());
        StringBuilder line = new StringBuilder(160)
                .append(Instant.ofEpochMilli(record.getMillis()).truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(record.getLevel())
                .append(' ')
                .append(source.substring(source.lastIndexOf('.') + 1))
                .append(' ')
                .append(formatMessage(record).replace('\n', ' ').replace('\r', ' '));
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace));
            line.append(" trace=\"")
                    .append(trace.toString()
                            .replace("\n\t", " | ")
                            .replace('\n', ' ')
                            .replace('"', '\''))
                    .append('"');
        }
        return line.append('\n').toString();
    }
}
