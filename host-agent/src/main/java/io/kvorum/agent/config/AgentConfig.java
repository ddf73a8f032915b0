package io.kvorum.agent.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The agent's settings, from a properties file; a property that is not there has its default, one that is not known is
 * an error.
 *
 * @param hypervisorUri {@code hypervisor.uri}, libvirt's connection
 * @param virtualization {@code hypervisor.virtualization}, kvm or tcg; never guessed
 * @param migrationTransport {@code migration.transport}, tls or tcp; tcp is for labs
 * @param migrationUnsafe {@code migration.unsafe}, lets disks with unsafe caching migrate; for labs
 * @param pkiDir {@code tls.pki-dir}, where libvirt's and QEMU's certificates go
 * @param reloadCommand {@code tls.reload-command}, split at blanks and run without a shell; empty for none
 * @param listenAddress {@code listen.address}, of the gRPC service
 * @param serialLogDir {@code serial.log-dir}, one file a guest
 * @param bootIdFile {@code host.boot-id-file}
 * @param leaseQemuConfig {@code lease.qemu-config}, libvirt's file that must name sanlock as its lock manager
 * @param leaseIoTimeoutSeconds {@code lease.io-timeout-seconds}, sanlock's I/O time-out, 1 to 60: leases of a host that
 *     died are free after eight of them and 60 s
 * @param upgradeCommand {@code upgrade.command}, run by {@code /bin/sh} to upgrade this host; empty text where it shall not be upgraded, absent
 *     for that of its package manager
 * @param balloonFreePercent {@code balloon.free-percent}, of the host's memory: with less to be had it takes some back from guests; 0 to
 *     90, 0 for never
 */
public record AgentConfig(
        String hypervisorUri,
        Virtualization virtualization,
        Transport migrationTransport,
        boolean migrationUnsafe,
        Path pkiDir,
        List<String> reloadCommand,
        String listenAddress,
        Path serialLogDir,
        Path bootIdFile,
        Path leaseQemuConfig,
        int leaseIoTimeoutSeconds,
        Optional<String> upgradeCommand,
        int balloonFreePercent) {
    private static final Set<String> KNOWN = Set.of(
            "hypervisor.uri",
            "hypervisor.virtualization",
            "migration.transport",
            "migration.unsafe",
            "tls.pki-dir",
            "tls.reload-command",
            "listen.address",
            "serial.log-dir",
            "host.boot-id-file",
            "lease.qemu-config",
            "lease.io-timeout-seconds",
            "upgrade.command",
            "balloon.free-percent");

    /** How guests are run. */
    public enum Virtualization {
        KVM,
        TCG
    }

    /** How migrations travel. */
    public enum Transport {
        TLS,
        TCP
    }

    /** Reads the file; defaults where there is none. IOException names the property that is wrong. */
    public static AgentConfig load(Path file) throws IOException {
        Properties values = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                values.load(reader);
            }
        }
        try {
            return of(values);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** IllegalArgumentException names the property that is wrong. */
    public static AgentConfig of(Properties values) {
        Set<String> unknown = new TreeSet<>(values.stringPropertyNames());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown properties " + unknown + "; known are " + new TreeSet<>(KNOWN));
        }
        String reload = values.getProperty(
                        "tls.reload-command", "virt-admin -c libvirtd:///system server-update-tls libvirtd")
                .strip();
        return new AgentConfig(
                values.getProperty("hypervisor.uri", "qemu:///system").strip(),
                choice(values, "hypervisor.virtualization", Virtualization.KVM, Virtualization.values()),
                choice(values, "migration.transport", Transport.TLS, Transport.values()),
                flag(values, "migration.unsafe"),
                Path.of(values.getProperty("tls.pki-dir", "/etc/pki").strip()),
                reload.isEmpty() ? List.of() : List.of(reload.split("\\s+")),
                values.getProperty("listen.address", "0.0.0.0").strip(),
                Path.of(values.getProperty("serial.log-dir", "/var/log/libvirt/kvorum-serial")
                        .strip()),
                Path.of(values.getProperty("host.boot-id-file", "/proc/sys/kernel/random/boot_id")
                        .strip()),
                Path.of(values.getProperty("lease.qemu-config", "/etc/libvirt/qemu.conf")
                        .strip()),
                number(values, "lease.io-timeout-seconds", 10, 1, 60),
                Optional.ofNullable(values.getProperty("upgrade.command")).map(String::strip),
                number(values, "balloon.free-percent", 20, 0, 90));
    }

    private static <T extends Enum<T>> T choice(Properties values, String key, T fallback, T[] choices) {
        String value = values.getProperty(key, fallback.name()).strip();
        for (T choice : choices) {
            if (choice.name().equalsIgnoreCase(value)) {
                return choice;
            }
        }
        throw new IllegalArgumentException(key + " is '" + value + "'; it must be one of " + List.of(choices));
    }

    private static int number(Properties values, String key, int fallback, int least, int most) {
        String value = values.getProperty(key, Integer.toString(fallback)).strip();
        if (value.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                key + " is '" + value + "'; it must be a number from " + least + " to " + most);
    }

    private static boolean flag(Properties values, String key) {
        String value = values.getProperty(key, "false").strip();
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(key + " is '" + value + "'; it must be true or false");
        };
    }
}
