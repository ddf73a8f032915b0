package io.kvorum.agent.lease;

import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.storage.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * sanlock's program, run with an argument list and a time limit. Its answers are read as sanlock 3.8 prints them; what
 * cannot be read counts as not said.
 */
final class Sanlock {

    /** What sanlock ended a request with: 0, or a negative number of errno or of its own. */
    static final int DONE = 0;

    static final int EXISTS = -17;
    static final int INVALID = -22;
    static final int NO_SPACE = -28;
    static final int ABSENT = -2;
    static final int BUSY = -16;
    /** SANLK_HOSTID_BUSY: another host renews that id. */
    static final int ID_BUSY = -262;
    /** No answer within the limit, or none that says how it ended. */
    static final int NO_ANSWER = Integer.MIN_VALUE;

    private static final Duration QUICK = Duration.ofSeconds(10);
    private static final Pattern ENDED = Pattern.compile("(?m)^\\w+ done (-?\\d{1,9})$");
    private static final Pattern SPACE = Pattern.compile("s ([^:\\s]+):(\\d{1,4}):.*");
    private static final Pattern HOST_STATE =
            Pattern.compile("h (\\d{1,4}) gen (\\d{1,18}) timestamp (\\d{1,18}) (\\w+)");
    private static final Pattern HOST = Pattern.compile("(\\d{1,4}) timestamp \\d{1,18}");

    /** What a leader record says, of a host's membership or of a lease. */
    record Leader(int owner, long generation, long timestamp, int ioTimeoutSeconds, String name) {
        boolean free() {
            return timestamp == 0;
        }
    }

    /** What the daemon here knows of a member; times in seconds of this host's monotonic clock. */
    record Member(int id, long generation, String state, long lastLive, int ioTimeoutSeconds) {}

    /** Adds a host to a lockspace; answers when it is a member, or how that ended. */
    int addLockspace(String space, int id, Path file, int ioTimeoutSeconds, Duration limit) {
        return ended(run(
                limit,
                "client",
                "add_lockspace",
                "-s",
                space + ":" + id + ":" + file + ":0",
                "-o",
                Integer.toString(ioTimeoutSeconds)));
    }

    int removeLockspace(String space, int id, Path file, Duration limit) {
        return ended(run(limit, "client", "rem_lockspace", "-s", space + ":" + id + ":" + file + ":0"));
    }

    /**
     * Writes an empty lockspace over the file.
     *
     * @param ioTimeoutSeconds of its members. The first of each id waits as long as this demands before it is a member,
     *     and would be given up at once if that were longer than what it may be silent itself.
     */
    int initLockspace(String space, Path file, int ioTimeoutSeconds) {
        return ended(run(
                Duration.ofSeconds(60),
                "client",
                "init",
                "-s",
                space + ":0:" + file + ":0",
                "-o",
                Integer.toString(ioTimeoutSeconds)));
    }

    /** Writes a free lease over the file. */
    int initLease(String space, String name, Path file) {
        return ended(run(Duration.ofSeconds(60), "client", "init", "-r", space + ":" + name + ":" + file + ":0"));
    }

    /** Which watchdog protects this host; empty where no daemon answers. */
    Optional<Boolean> watchdog() {
        ChildProcess status = run(QUICK, "client", "status", "-D");
        Map<String, String> fields = fields(status.output(), "=");
        return status.status() == 0 && fields.containsKey("use_watchdog")
                ? Optional.of("1".equals(fields.get("use_watchdog")))
                : Optional.empty();
    }

    /** Under which id this host is a member of the lockspace; empty where it is none. */
    Optional<Integer> membership(String space) {
        return Optional.ofNullable(memberships().get(space));
    }

    /** The ids under which this host is a member of lockspaces; those that it is joining or leaving do not count. */
    Map<String, Integer> memberships() {
        ChildProcess gets = run(QUICK, "client", "gets");
        if (gets.status() < 0) {
            throw CommandFailure.timedOut("sanlock does not say which lockspaces this host is a member of");
        }
        Map<String, Integer> memberships = new HashMap<>();
        for (String line : gets.output().split("\n")) {
            String entry = line.strip();
            Matcher found = SPACE.matcher(entry);
            boolean passing = entry.endsWith(" ADD") || entry.endsWith(" REM");
            if (found.matches() && !passing) {
                memberships.put(found.group(1), Integer.parseInt(found.group(2)));
            }
        }
        return memberships;
    }

    /** The members of the lockspace as the daemon here sees them, by id; empty while it has not seen enough. */
    Map<Integer, Member> members(String space) {
        Map<Integer, Map<String, String>> details = details(space);
        Map<Integer, Member> members = new HashMap<>();
        boolean here = false;
        for (String line : run(QUICK, "client", "gets", "-h", "1").output().split("\n")) {
            Matcher found = SPACE.matcher(line.strip());
            if (found.matches()) {
                here = found.group(1).equals(space);
            }
            Matcher host = HOST_STATE.matcher(line.strip());
            if (here && host.matches()) {
                int id = Integer.parseInt(host.group(1));
                Map<String, String> more = details.getOrDefault(id, Map.of());
                members.put(
                        id,
                        new Member(id, Long.parseLong(host.group(2)), host.group(4), number(more, "last_live"), (int)
                                number(more, "io_timeout")));
            }
        }
        return members;
    }

    private Map<Integer, Map<String, String>> details(String space) {
        Map<Integer, Map<String, String>> all = new HashMap<>();
        Map<String, String> current = new HashMap<>();
        for (String line :
                run(QUICK, "client", "host_status", "-s", space, "-D").output().split("\n")) {
            Matcher host = HOST.matcher(line);
            if (host.matches()) {
                current = new HashMap<>();
                all.put(Integer.parseInt(host.group(1)), current);
            } else if (line.contains("=")) {
                String[] pair = line.strip().split("=", 2);
                current.put(pair[0], pair[1]);
            }
        }
        return all;
    }

    /** The record of a member, read from the storage now; empty where it cannot be read. */
    Optional<Leader> memberRecord(String space, int id, Path file) {
        return leader(run(QUICK, "direct", "read_leader", "-s", space + ":" + id + ":" + file + ":0"));
    }

    /** The record of a lease, read from the storage now; empty where it cannot be read. */
    Optional<Leader> lease(String space, String name, Path file) {
        return leader(run(QUICK, "direct", "read_leader", "-r", space + ":" + name + ":" + file + ":0"));
    }

    private static Optional<Leader> leader(ChildProcess read) {
        if (read.status() != 0 || ended(read) != DONE) {
            return Optional.empty();
        }
        Map<String, String> fields = fields(read.output(), " ");
        if (!fields.containsKey("owner_id") || !fields.containsKey("timestamp")) {
            return Optional.empty();
        }
        return Optional.of(new Leader(
                (int) number(fields, "owner_id"),
                number(fields, "owner_generation"),
                number(fields, "timestamp"),
                (int) number(fields, "io_timeout"),
                fields.getOrDefault("resource_name", "")));
    }

    private static ChildProcess run(Duration limit, String... arguments) {
        List<String> command = new ArrayList<>(List.of("sanlock"));
        command.addAll(List.of(arguments));
        try {
            return ChildProcess.run(command, "", limit);
        } catch (IOException e) {
            throw CommandFailure.storage(
                    "sanlock could not be run: " + e.getMessage() + ". Install sanlock and start its daemon");
        }
    }

    private static int ended(ChildProcess process) {
        Matcher done = ENDED.matcher(process.output());
        int result = NO_ANSWER;
        while (done.find()) {
            result = Integer.parseInt(done.group(1));
        }
        return process.status() < 0 ? NO_ANSWER : result;
    }

    private static Map<String, String> fields(String output, String separator) {
        Map<String, String> fields = new HashMap<>();
        for (String line : output.split("\n")) {
            String[] pair = line.strip().split(separator, 2);
            if (pair.length == 2) {
                fields.putIfAbsent(pair[0], pair[1].strip());
            }
        }
        return fields;
    }

    private static long number(Map<String, String> fields, String name) {
        try {
            return Long.parseLong(fields.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
