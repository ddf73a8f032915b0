package io.kvorum.server;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/** All that the engine logs while it listens, down to the finest level of its own classes. */
final class CapturedLog extends Handler {

    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger KVORUM = Logger.getLogger("io.kvorum");

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    void listen() {
        KVORUM.setLevel(Level.ALL);
        ROOT.addHandler(this);
    }

    /** With the level in front, and the causes of what is thrown in lines of their own. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    boolean contains(String part) {
        return lines.stream().anyMatch(line -> line.contains(part));
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(line.getLevel() + " "
                + (line instanceof ExtLogRecord known ? known.getFormattedMessage() : line.getMessage()));
        for (Throwable cause = line.getThrown(); cause != null; cause = cause.getCause()) {
            lines.add(cause.toString());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        ROOT.removeHandler(this);
        KVORUM.setLevel(null);
    }
}
