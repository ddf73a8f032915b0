package io.kvorum.agent.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.proto.agent.v1.HostStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a host that is made of files. */
class HostReadingTest {

    @TempDir
    private Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void card(String name, String state, String speed) throws IOException {
        Files.createDirectories(root.resolve("sys/class/net/" + name + "/device"));
        file("sys/class/net/" + name + "/operstate", state + "\n");
        file("sys/class/net/" + name + "/speed", speed + "\n");
    }

    private void traffic(String... devices) throws IOException {
        StringBuilder table = new StringBuilder("Inter-|   Receive\n face |bytes    packets\n");
        for (String device : devices) {
            table.append(device).append(": 1000 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n");
        }
        file("proc/net/dev", table.toString());
    }

    private HostStatistics read() {
        return new HostReading(root).read().build();
    }

    @Test
    void pressureOfTheLastMinuteIsReadWhereTheKernelTellsIt() throws IOException {
        file(
                "proc/pressure/cpu",
                "some avg10=86.59 avg60=68.04 avg300=38.20 total=30894\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");

        HostStatistics host = read();

        assertEquals(86.59, host.getCpuPressurePercent());
        assertEquals(68.04, host.getCpuPressureMinutePercent());
        assertEquals(-1, host.getMemoryPressurePercent());
        assertFalse(host.hasMemoryPressureMinutePercent());
    }

    @Test
    void onlyDisksOfHardwareCount() throws IOException {
        Files.createDirectories(root.resolve("sys/block/sda/device"));
        file("proc/diskstats", """
                   8  0 sda 10 0 100 0 20 0 200 0 0 0 0
                   8  1 sda1 10 0 100 0 20 0 200 0 0 0 0
                 253  0 dm-0 10 0 100 0 20 0 200 0 0 0 0
                """);

        HostStatistics host = read();

        assertEquals(100 * 512, host.getDiskReadBytes());
        assertEquals(200 * 512, host.getDiskWrittenBytes());
        assertEquals(10, host.getDiskReadRequests());
        assertEquals(20, host.getDiskWriteRequests());
    }

    @Test
    void everyPacketCountsOnceAndCardsThatAreUpTellTheirSpeed() throws IOException {
        card("eth0", "up", "10000");
        card("eth1", "down", "-1");
        card("eth2", "up", "25000");
        card("eth3", "up", "25000");
        Files.createDirectories(root.resolve("sys/class/net/eth2/bonding_slave"));
        Files.createDirectories(root.resolve("sys/class/net/eth3/bonding_slave"));
        Files.createDirectories(root.resolve("sys/class/net/bond0/bonding"));
        file("sys/class/net/bond0/operstate", "up");
        file("sys/class/net/bond0/speed", "50000");
        traffic("lo", "eth0", "eth1", "eth2", "eth3", "bond0", "br0", "vnet3", "eth0.7");

        HostStatistics host = read();

        assertEquals(3000, host.getNetworkReceivedBytes(), "eth0, eth1, bond0");
        assertEquals(600, host.getNetworkSentBytes());
        assertEquals(60_000L * 125_000, host.getNetworkLinkBytesPerSecond());
    }

    @Test
    void nobodyKnowsWhatIsCarriedWhereOneCardDoesNotSayHowFastItIs() throws IOException {
        card("eth0", "up", "10000");
        card("eth1", "up", "-1");
        traffic("eth0", "eth1");

        assertFalse(read().hasNetworkLinkBytesPerSecond());
    }

    @Test
    void aHostWithoutCardsCountsWhatItHas() throws IOException {
        Files.createDirectories(root.resolve("sys/class/net/br0/bridge"));
        file("sys/class/net/veth1/speed", "10000");
        file("sys/class/net/veth1/operstate", "up");
        traffic("lo", "veth1", "br0", "vnet0");

        HostStatistics host = read();

        assertEquals(1000, host.getNetworkReceivedBytes());
        assertFalse(host.hasNetworkLinkBytesPerSecond(), "such speeds are invented");
    }

    @Test
    void anEmptyHostIsReadToo() {
        assertTrue(read().getMonotonicMs() != 0);
    }
}
