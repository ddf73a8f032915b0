package io.kvorum.agent.hypervisor.libvirt;

import io.kvorum.agent.config.AgentConfig;
import io.kvorum.agent.config.AgentConfig.Virtualization;
import io.kvorum.agent.xml.Element;
import io.kvorum.proto.agent.v1.CpuFacts;
import io.kvorum.proto.agent.v1.HostFacts;
import io.kvorum.proto.agent.v1.HugepagePool;
import io.kvorum.proto.agent.v1.NumaNode;
import io.kvorum.proto.agent.v1.VersionFacts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;

/** What the host is, from libvirt's capabilities and the kernel. */
final class LibvirtFacts {
    static final String AGENT_VERSION = "0.1.0";

    private final AgentConfig config;

    LibvirtFacts(AgentConfig config) {
        this.config = config;
    }

    HostFacts read(Connect connection) throws LibvirtException {
        Element capabilities = Element.parse(connection.getCapabilities());
        Element host = capabilities.at("host");
        boolean tcg = config.virtualization() == Virtualization.TCG;
        HostFacts.Builder facts = HostFacts.newBuilder()
                .setHardwareId(host.at("uuid").text())
                .setHostname(connection.getHostName())
                .setCpu(cpu(connection.nodeInfo(), host.at("cpu")))
                .setMemoryBytes(connection.nodeInfo().memory << 10)
                .setVersions(versions(connection))
                .setVirtualization(
                        tcg
                                ? io.kvorum.proto.agent.v1.Virtualization.VIRTUALIZATION_TCG
                                : io.kvorum.proto.agent.v1.Virtualization.VIRTUALIZATION_KVM)
                .addAllBridges(bridges())
                .setBootId(bootId());
        for (Element cell : host.at("topology", "cells").all("cell")) {
            cell(facts, cell);
        }
        try {
            capabilities(facts, Element.parse(LibvirtExtra.domainCapabilities(connection, tcg ? "qemu" : "kvm")));
            MachineFacts.read(facts, capabilities, tcg);
        } catch (LibvirtException e) {
            // libvirt's test driver has none; a real host without them cannot run guests, which its start says.
            facts.clearMachineTypes();
        }
        return facts.build();
    }

    String bootId() {
        try {
            return Files.readString(config.bootIdFile()).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static CpuFacts cpu(NodeInfo node, Element cpu) {
        CpuFacts.Builder facts = CpuFacts.newBuilder()
                .setArchitecture(cpu.at("arch").text())
                .setModel(cpu.at("model").text())
                .setVendor(cpu.at("vendor").text())
                .setSockets(node.nodes * node.sockets)
                .setCoresPerSocket(node.cores)
                .setThreadsPerCore(node.threads)
                .setThreads(node.cpus)
                .setMegahertz(node.mhz);
        cpu.all("feature").forEach(feature -> facts.addFeatures(feature.get("name")));
        return facts.build();
    }

    private static void cell(HostFacts.Builder facts, Element cell) {
        int id = Integer.parseInt(cell.get("id"));
        List<Integer> cpus = new ArrayList<>();
        cell.at("cpus").all("cpu").forEach(cpu -> cpus.add(Integer.parseInt(cpu.get("id"))));
        facts.addNumaNodes(NumaNode.newBuilder()
                .setNode(id)
                .setMemoryBytes(number(cell.at("memory").text()) << 10)
                .setCpus(set(cpus)));
        for (Element pages : cell.all("pages")) {
            long bytes = number(pages.get("size")) << 10;
            if (bytes > 4096) {
                facts.addHugepages(HugepagePool.newBuilder()
                        .setNode(id)
                        .setPageBytes(bytes)
                        .setTotal(number(pages.text()))
                        .setFree(freeHugepages(id, bytes)));
            }
        }
    }

    private static long freeHugepages(int node, long bytes) {
        List<String> lines = HostReading.lines(Path.of("/sys/devices/system/node/node" + node + "/hugepages/hugepages-"
                + (bytes >> 10) + "kB/free_hugepages"));
        return lines.isEmpty() ? 0 : number(lines.getFirst());
    }

    private static long number(String text) {
        return text.isBlank() ? 0 : Long.parseLong(text.strip());
    }

    /** 0-3,6 */
    static String set(List<Integer> numbers) {
        Collections.sort(numbers);
        StringBuilder set = new StringBuilder();
        for (int i = 0; i < numbers.size(); ) {
            int last = i;
            while (last + 1 < numbers.size() && numbers.get(last + 1) == numbers.get(last) + 1) {
                last++;
            }
            set.append(set.isEmpty() ? "" : ",").append(numbers.get(i));
            if (last > i) {
                set.append('-').append(numbers.get(last));
            }
            i = last + 1;
        }
        return set.toString();
    }

    private static void capabilities(HostFacts.Builder facts, Element capabilities) {
        capabilities.at("cpu").all("mode").stream()
                .filter(mode -> mode.get("name").equals("custom"))
                .flatMap(mode -> mode.all("model").stream())
                .filter(model -> !model.get("usable").equals("no"))
                .forEach(model -> facts.addCpuModels(model.text()));
        facts.setUefi(capabilities.at("os").all("enum").stream()
                .filter(choice -> choice.get("name").equals("firmware"))
                .flatMap(choice -> choice.all("value").stream())
                .anyMatch(value -> value.text().equals("efi")));
        facts.setTpm(capabilities.at("devices", "tpm").get("supported").equals("yes"));
    }

    private static VersionFacts versions(Connect connection) throws LibvirtException {
        String os = HostReading.lines(Path.of("/etc/os-release")).stream()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring(12).replace("\"", ""))
                .findFirst()
                .orElse("");
        return VersionFacts.newBuilder()
                .setAgent(AGENT_VERSION)
                .setLibvirt(version(connection.getLibVersion()))
                .setQemu(version(connection.getVersion()))
                .setKernel(System.getProperty("os.version", ""))
                .setOs(os)
                .build();
    }

    private static String version(long number) {
        return number / 1_000_000 + "." + number / 1000 % 1000 + "." + number % 1000;
    }

    static List<String> bridges() {
        List<String> bridges = new ArrayList<>();
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(Path.of("/sys/class/net"))) {
            for (Path device : devices) {
                if (Files.isDirectory(device.resolve("bridge"))) {
                    bridges.add(String.valueOf(device.getFileName()));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        Collections.sort(bridges);
        return bridges;
    }
}
