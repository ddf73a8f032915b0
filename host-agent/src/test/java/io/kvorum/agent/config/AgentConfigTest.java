package io.kvorum.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.agent.config.AgentConfig.Transport;
import io.kvorum.agent.config.AgentConfig.Virtualization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigTest {
    @TempDir
    Path dir;

    @Test
    void hasSafeDefaultsWithoutFile() throws IOException {
        AgentConfig config = AgentConfig.load(dir.resolve("absent"));

        assertEquals("qemu:///system", config.hypervisorUri());
        assertEquals(Virtualization.KVM, config.virtualization());
        assertEquals(Transport.TLS, config.migrationTransport());
        assertFalse(config.migrationUnsafe());
        assertEquals(Path.of("/etc/pki"), config.pkiDir());
        assertEquals(
                List.of("virt-admin", "-c", "libvirtd:///system", "server-update-tls", "libvirtd"),
                config.reloadCommand());
        assertEquals("0.0.0.0", config.listenAddress());
        assertEquals(Path.of("/var/log/libvirt/kvorum-serial"), config.serialLogDir());
        assertEquals(Path.of("/proc/sys/kernel/random/boot_id"), config.bootIdFile());
        assertEquals(Path.of("/etc/libvirt/qemu.conf"), config.leaseQemuConfig());
        assertEquals(10, config.leaseIoTimeoutSeconds());
        assertEquals(Optional.empty(), config.upgradeCommand());
        assertEquals(20, config.balloonFreePercent());
    }

    @Test
    void readsEveryProperty() throws IOException {
        Path file = Files.writeString(dir.resolve("agent.properties"), """
                hypervisor.uri = test:///default
                hypervisor.virtualization = tcg
                migration.transport = tcp
                migration.unsafe = true
                tls.pki-dir = /tmp/pki
                tls.reload-command = reload  now
                listen.address = 10.0.0.1
                serial.log-dir = /tmp/serial
                host.boot-id-file = /tmp/boot
                lease.qemu-config = /tmp/qemu.conf
                lease.io-timeout-seconds = 2
                upgrade.command = make me new
                balloon.free-percent = 35
                """);

        assertEquals(
                new AgentConfig(
                        "test:///default",
                        Virtualization.TCG,
                        Transport.TCP,
                        true,
                        Path.of("/tmp/pki"),
                        List.of("reload", "now"),
                        "10.0.0.1",
                        Path.of("/tmp/serial"),
                        Path.of("/tmp/boot"),
                        Path.of("/tmp/qemu.conf"),
                        2,
                        Optional.of("make me new"),
                        35),
                AgentConfig.load(file));
    }

    @Test
    void takesEmptyReloadCommandAsNone() {
        assertEquals(List.of(), of(Map.of("tls.reload-command", " ")).reloadCommand());
    }

    @Test
    void refusesUnknownPropertyByName() throws IOException {
        Path file = Files.writeString(dir.resolve("agent.properties"), "hypervisor.url=x\n");

        IOException refused = assertThrows(IOException.class, () -> AgentConfig.load(file));

        assertTrue(String.valueOf(refused.getMessage()).contains("hypervisor.url"), refused.getMessage());
        assertTrue(String.valueOf(refused.getMessage()).contains(file.toString()), refused.getMessage());
    }

    @Test
    void refusesWrongChoicesAndFlags() {
        for (Map.Entry<String, String> wrong : Map.of(
                        "hypervisor.virtualization",
                        "xen",
                        "migration.transport",
                        "udp",
                        "migration.unsafe",
                        "yes",
                        "balloon.free-percent",
                        "91")
                .entrySet()) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> of(Map.of(wrong.getKey(), wrong.getValue())));
            assertTrue(String.valueOf(refused.getMessage()).contains(wrong.getKey() + " is '" + wrong.getValue()));
        }
    }

    private static AgentConfig of(Map<String, String> values) {
        Properties properties = new Properties();
        properties.putAll(values);
        return AgentConfig.of(properties);
    }
}
