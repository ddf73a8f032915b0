package io.kvorum.agent.rules;

import io.kvorum.agent.hypervisor.CommandFailure;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What ids, names and paths from outside must look like; whatever does not is refused as INVALID. */
public final class Rules {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern VM_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9.-]{1,64}");
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.:-]{1,253}");
    private static final Pattern FOLDER = Pattern.compile("/[A-Za-z0-9._/ @+-]{1,1000}");
    private static final Pattern BRIDGE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");
    private static final Pattern MAC = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
    private static final Pattern CPU_SET =
            Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?){0,255}");
    private static final Pattern CPU_MODEL = Pattern.compile("[A-Za-z0-9._+-]{1,64}");

    private static final Pattern MACHINE = Pattern.compile("q35|pc-q35-[A-Za-z0-9._-]{1,32}");

    private Rules() {}

    public static String uuid(String what, String value) {
        return matching(UUID, what, value, "a UUID in lower case");
    }

    public static String vmName(String value) {
        return matching(VM_NAME, "The VM's name", value, "1 to 64 of [A-Za-z0-9._-]");
    }

    public static String hostName(String value) {
        return matching(HOST_NAME, "The host's name", value, "1 to 64 of [a-z0-9.-]");
    }

    public static String address(String what, String value) {
        return matching(ADDRESS, what, value, "a DNS name or an IP address");
    }

    public static String bridge(String value) {
        String name = matching(BRIDGE, "The bridge's name", value, "1 to 15 of [A-Za-z0-9_.-]");
        if (name.equals(".") || name.equals("..")) {
            throw CommandFailure.invalid("The bridge's name is '" + name + "'; no network device can have it");
        }
        return name;
    }

    public static String mac(String value) {
        return matching(MAC, "The MAC address", value, "six pairs of hexadecimal digits in lower case, with colons");
    }

    public static String cpuSet(String what, String value) {
        return matching(CPU_SET, what, value, "a set such as 0-3,6");
    }

    public static String cpuModel(String value) {
        return matching(CPU_MODEL, "The CPU model", value, "1 to 64 of [A-Za-z0-9._+-]");
    }

    public static boolean isMachine(String value) {
        return MACHINE.matcher(value).matches();
    }

    public static String machine(String value) {
        return matching(MACHINE, "The machine type", value, "q35 or one of its versions, such as pc-q35-7.2");
    }

    /** An absolute folder without dots that lead elsewhere. */
    public static Path folder(String value) {
        Path path = Path.of(matching(FOLDER, "The storage domain's path", value, "an absolute path"));
        if (!path.equals(path.normalize()) || path.getNameCount() == 0) {
            throw CommandFailure.invalid(
                    "The storage domain's path '" + printable(value) + "' must be absolute, without . and ..");
        }
        return path;
    }

    public static long within(String what, long value, long low, long high) {
        if (value < low || value > high) {
            throw CommandFailure.invalid(what + " is " + value + "; it must lie between " + low + " and " + high);
        }
        return value;
    }

    private static String matching(Pattern pattern, String what, String value, String rule) {
        if (!pattern.matcher(value).matches()) {
            throw CommandFailure.invalid(what + " is '" + printable(value) + "'; it must be " + rule);
        }
        return value;
    }

    private static String printable(String value) {
        String shown = value.length() > 80 ? value.substring(0, 80) + "…" : value;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
