package io.kvorum.server.controller;

import io.kvorum.core.inventory.Change;
import io.kvorum.core.inventory.LogEntry;
import io.kvorum.core.inventory.Subject;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;
import org.jboss.logging.MDC;

/**
 * The event log in the engine's own log, one line each, once it is stored; an operation's end is an event too. With the operation's id,
 * which the agents' logs have too; in JSON it is the field {@code mdc.operation}.
 */
final class LeaderLog {

    private static final Logger LOG = Logger.getLogger("io.kvorum.events");
    private static final String OPERATION = "operation";
    private static final String SUBJECT = "subject";

    private LeaderLog() {}

    static void tell(List<Change> stored) {
        for (Change change : stored) {
            if (change instanceof Change.Log(LogEntry entry)) {
                tell(entry);
            }
        }
    }

    private static void tell(LogEntry entry) {
        Level level = switch (entry.severity()) {
            case INFO -> Level.INFO;
            case WARNING -> Level.WARN;
            case ERROR -> Level.ERROR;
        };
        Subject subject = entry.subject();
        String about = subject == null ? "-" : subject.kind().name().toLowerCase(Locale.ROOT) + "/" + subject.id();
        String operation =
                entry.operationId() == null ? "-" : entry.operationId().toString();
        MDC.put(OPERATION, operation);
        MDC.put(SUBJECT, about);
        try {
            LOG.log(
                    level,
                    entry.code() + ": " + onOneLine(entry.message()) + " " + SUBJECT + "=" + about + " " + OPERATION
                            + "=" + operation + " by=" + onOneLine(entry.actor()));
        } finally {
            MDC.remove(OPERATION);
            MDC.remove(SUBJECT);
        }
    }

    /** Hosts have a say in what is told: none may begin a line of its own. */
    private static String onOneLine(String words) {
        return words.replaceAll("\\p{Cntrl}+", " ").strip();
    }
}
