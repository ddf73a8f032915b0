package io.kvorum.agent.stub;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.kvorum.proto.agent.v1.ConsoleKind;
import io.kvorum.proto.agent.v1.ConsoleOpen;
import io.kvorum.proto.agent.v1.ConsoleRequest;
import io.kvorum.proto.agent.v1.ConsoleResponse;
import io.kvorum.proto.agent.v1.CpuMode;
import io.kvorum.proto.agent.v1.CpuSpec;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.DiskSpec;
import io.kvorum.proto.agent.v1.EnsureNetwork;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.HelloRequest;
import io.kvorum.proto.agent.v1.HelloResponse;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc.HostAgentServiceBlockingStub;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.MemorySpec;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.NetworkKind;
import io.kvorum.proto.agent.v1.NetworkRef;
import io.kvorum.proto.agent.v1.NicSpec;
import io.kvorum.proto.agent.v1.PowerAction;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;
import io.kvorum.proto.agent.v1.ShutdownVm;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.StorageDomainRef;
import io.kvorum.proto.agent.v1.StorageKind;
import io.kvorum.proto.agent.v1.SuspendVm;
import io.kvorum.proto.agent.v1.UnlockConsoleRequest;
import io.kvorum.proto.agent.v1.VmSpec;
import io.kvorum.proto.agent.v1.WatchRequest;
import io.kvorum.proto.agent.v1.WatchResponse;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import io.kvorum.proto.agent.v1.WriteDiskRequest;
import io.kvorum.proto.agent.v1.WriteDiskResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Tries real agents on the lab's real hosts, step by step; ends with an exception at the first that fails. */
public final class LabProof {
    private static final String VM = "5e1f7e57-0000-4000-8000-000000000002";
    private static final String DISK = "5e1f7e57-0000-4000-8000-00000000000d";
    private static final StorageDomainRef DOMAIN = StorageDomainRef.newBuilder()
            .setStorageDomainId("5e1f7e57-0000-4000-8000-00000000000a")
            .setKind(StorageKind.STORAGE_KIND_SHARED_FOLDER)
            .setPath("/srv/kvorum/shared")
            .build();
    private static final NetworkRef NETWORK = NetworkRef.newBuilder()
            .setNetworkId("5e1f7e57-0000-4000-8000-00000000000e")
            .setKind(NetworkKind.NETWORK_KIND_NAT)
            .setBridge("kvnat0")
            .setSubnet("192.168.77.0/24")
            .build();

    private final String lab;
    private final Path dir;
    private final EngineStub engine;

    private LabProof(String lab, Path dir, EngineStub engine) {
        this.lab = lab;
        this.dir = dir;
        this.engine = engine;
    }

    /** @param arguments the lab script, the lab's folder */
    public static void main(String[] arguments) throws Exception {
        run(arguments[0], "down");
        run("ip", "link", "add", "kvlab0", "type", "bridge");
        run("ip", "address", "add", "10.88.0.1/24", "dev", "kvlab0");
        run("ip", "link", "set", "kvlab0", "up");
        try (EngineStub engine = new EngineStub("0.0.0.0", Duration.ofDays(1))) {
            Path token = Files.writeString(Path.of("/tmp/kvorum-lab-token"), engine.tokenFor("10.88.0.1"));
            // "up" recreates the bridge under the same address, on which the stub listens.
            run(arguments[0], "up", "2", "--token-file", token.toString());
            new LabProof(arguments[0], Path.of(arguments[1]), engine).prove();
        } finally {
            if (arguments.length < 3) {
                run(arguments[0], "down");
            }
        }
        System.exit(0);
    }

    private void prove() throws Exception {
        await("both hosts join", 60, () -> engine.joined.size() == 2);
        say("joined " + engine.joined.keySet());
        await("host-1 serves", 60, () -> answers("host-1"));
        await("host-2 serves", 60, () -> answers("host-2"));
        HelloResponse hello = hello("host-1");
        say("facts cpu=" + hello.getFacts().getCpu().getModel() + " "
                + hello.getFacts().getVersions() + " models="
                + hello.getFacts().getCpuModelsCount() + " machine="
                + hello.getFacts().getMachineTypesList() + " bridges="
                + hello.getFacts().getBridgesList() + " boot="
                + hello.getFacts().getBootId() + " uefi="
                + hello.getFacts().getUefi() + " tpm=" + hello.getFacts().getTpm());
        BlockingQueue<WatchResponse> watch = watch("host-1");
        for (String host : List.of("host-1", "host-2")) {
            expect(
                    host,
                    request()
                            .setInspectStorage(InspectStorage.newBuilder()
                                    .setStorageDomain(DOMAIN)
                                    .setCreate(true)));
            expect(host, request().setEnsureNetwork(EnsureNetwork.newBuilder().setNetwork(NETWORK)));
        }
        say("upload " + upload());
        expect("host-1", request().setStartVm(StartVm.newBuilder().setVm(spec())));
        await("ticks on host-1", 60, () -> ticks("host-1") > 2);
        say("started, ticks on host-1");

        console();

        int before = ticks("host-2");
        ExecuteResponse moved = expect(
                "host-1",
                request().setMigrateVm(MigrateVm.newBuilder().setVmId(VM).setTargetAddress("10.88.0.12")));
        say("migrated " + moved.getSuccess().getMigration());
        await("ticks on host-2", 30, () -> ticks("host-2") > before + 1);
        require("one boot only", boots() == 1);

        expect(
                "host-2",
                request().setSuspendVm(SuspendVm.newBuilder().setVmId(VM).setStorageDomain(DOMAIN)));
        int saved = ticks("host-1");
        expect("host-1", request().setStartVm(StartVm.newBuilder().setVm(spec()).setResume(true)));
        await("ticks on host-1 after resume", 30, () -> ticks("host-1") > saved + 1);
        require("one boot only", boots() == 1);
        say("suspended on host-2, resumed on host-1");

        run(lab, "kill-agent", "host-1");
        await("agent of host-1 is back", 60, () -> answers("host-1"));
        require("VM is still known", hello("host-1").getVms(0).getManaged());
        run(lab, "kill-libvirtd", "host-1");
        await("libvirtd of host-1 is back", 60, () -> healthy("host-1"));
        int restarted = ticks("host-1");
        await("ticks go on after both restarts", 20, () -> ticks("host-1") > restarted + 1);
        require("one boot only", boots() == 1);
        say("agent and libvirtd restarted, guest undisturbed; rss_kb " + rss());

        watch.clear();
        BlockingQueue<WatchResponse> again = watch("host-1");
        TimeUnit.SECONDS.sleep(4);
        again.stream()
                .filter(WatchResponse::hasStatistics)
                .reduce((a, b) -> b)
                .ifPresent(r -> say("statistics " + r.getStatistics().toString().replace('\n', ' ')));

        expect("host-1", request().setShutdownVm(ShutdownVm.newBuilder().setVmId(VM)));
        say("shut down by ACPI; events "
                + again.stream()
                        .filter(WatchResponse::hasVmEvent)
                        .map(r -> r.getVmEvent().getCause().name())
                        .toList());

        PowerAgent bmc = PowerAgent.newBuilder()
                .setType("ipmilan")
                .setAddress("10.88.0.102")
                .setUsername("admin")
                .setPassword(Files.readString(dir.resolve("bmc-password")).strip())
                .build();
        require("status on", power(bmc, PowerAction.POWER_ACTION_STATUS) == PowerState.POWER_STATE_ON);
        require("off", power(bmc, PowerAction.POWER_ACTION_OFF) == PowerState.POWER_STATE_OFF);
        require("host-2 is dead", !answers("host-2"));
        require("on", power(bmc, PowerAction.POWER_ACTION_ON) == PowerState.POWER_STATE_ON);
        await("host-2 is back", 60, () -> answers("host-2"));
        say("fenced host-2 through host-1 and switched it on again; rss_kb " + rss());
        say("PASSED");
    }

    private String rss() throws Exception {
        return output(lab, "exec", "host-1", "sh", "-c", "ps -o rss= -p $(pgrep -f io.kvorum.agent.AgentMain)")
                .strip();
    }

    private PowerState power(PowerAgent bmc, PowerAction action) throws Exception {
        return expect(
                        "host-1",
                        request()
                                .setPowerControl(
                                        PowerControl.newBuilder().setAgent(bmc).setAction(action)))
                .getSuccess()
                .getPower()
                .getState();
    }

    private void console() throws Exception {
        String password = stub("host-1")
                .unlockConsole(UnlockConsoleRequest.newBuilder()
                        .setEpoch(1)
                        .setVmId(VM)
                        .setValidFor(com.google.protobuf.Duration.newBuilder().setSeconds(60))
                        .build())
                .getPassword();
        Bytes vnc = new Bytes();
        StreamObserver<ConsoleRequest> screen =
                HostAgentServiceGrpc.newStub(engine.dial("host-1")).console(vnc);
        screen.onNext(open(ConsoleKind.CONSOLE_KIND_VNC));
        await("RFB banner", 10, () -> vnc.text().startsWith("RFB 003.008"));
        screen.onNext(data("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII)));
        await("VNC security types", 10, () -> vnc.size() >= 14);
        require("VNC authentication is asked for", vnc.at(13) == 2);
        screen.onNext(data(new byte[] {2}));
        await("VNC challenge", 10, () -> vnc.size() >= 30);
        screen.onNext(data(VncAnswer.to(vnc.slice(14, 30), password)));
        await("VNC result", 10, () -> vnc.size() >= 34);
        require("VNC password is good", vnc.at(33) == 0);
        screen.onCompleted();
        Bytes serial = new Bytes();
        StreamObserver<ConsoleRequest> terminal =
                HostAgentServiceGrpc.newStub(engine.dial("host-1")).console(serial);
        terminal.onNext(open(ConsoleKind.CONSOLE_KIND_SERIAL));
        await("serial ticks", 10, () -> serial.text().contains("tick "));
        terminal.onNext(data("burn on\nburn off\n".getBytes(StandardCharsets.US_ASCII)));
        await("serial answers", 10, () -> serial.text().contains("done burn off"));
        terminal.onCompleted();
        say("VNC with password and serial console work");
    }

    private static ConsoleRequest open(ConsoleKind kind) {
        return ConsoleRequest.newBuilder()
                .setOpen(ConsoleOpen.newBuilder().setEpoch(1).setVmId(VM).setKind(kind))
                .build();
    }

    private static ConsoleRequest data(byte[] bytes) {
        return ConsoleRequest.newBuilder().setData(ByteString.copyFrom(bytes)).build();
    }

    private String upload() throws Exception {
        byte[] image = Files.readAllBytes(Path.of(output(lab, "image").strip()));
        CompletableFuture<WriteDiskResponse> answer = new CompletableFuture<>();
        StreamObserver<WriteDiskRequest> parts = HostAgentServiceGrpc.newStub(engine.dial("host-1"))
                .writeDisk(new StreamObserver<>() {
                    @Override
                    public void onNext(WriteDiskResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        answer.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {}
                });
        parts.onNext(WriteDiskRequest.newBuilder()
                .setHeader(WriteDiskHeader.newBuilder()
                        .setEpoch(1)
                        .setDiskId(DISK)
                        .setStorageDomain(DOMAIN)
                        .setFormat(DiskFormat.DISK_FORMAT_QCOW2)
                        .setLengthBytes(image.length))
                .build());
        for (int at = 0; at < image.length; at += 1 << 20) {
            parts.onNext(WriteDiskRequest.newBuilder()
                    .setData(ByteString.copyFrom(image, at, Math.min(1 << 20, image.length - at)))
                    .build());
        }
        parts.onCompleted();
        WriteDiskResponse response = answer.get(60, TimeUnit.SECONDS);
        require("upload: " + response, response.hasDisk());
        return response.getDisk().toString().replace('\n', ' ');
    }

    private static VmSpec spec() {
        return VmSpec.newBuilder()
                .setVmId(VM)
                .setName("lab-proof")
                .setRevision(1)
                .setCpu(CpuSpec.newBuilder()
                        .setSockets(1)
                        .setCoresPerSocket(1)
                        .setThreadsPerCore(1)
                        .setMode(CpuMode.CPU_MODE_MAXIMUM))
                .setMemory(MemorySpec.newBuilder().setSizeBytes(128 << 20))
                .addDisks(DiskSpec.newBuilder()
                        .setDiskId(DISK)
                        .setStorageDomain(DOMAIN)
                        .setFormat(DiskFormat.DISK_FORMAT_QCOW2)
                        .setBootOrder(1))
                .addNics(NicSpec.newBuilder()
                        .setNicId("5e1f7e57-0000-4000-8000-00000000000f")
                        .setMac("52:54:00:aa:bb:01")
                        .setNetwork(NETWORK)
                        .setLinkUp(true))
                .setRng(true)
                .setGraphics(true)
                .setGuestAgent(true)
                .build();
    }

    private BlockingQueue<WatchResponse> watch(String host) throws Exception {
        BlockingQueue<WatchResponse> queue = new LinkedBlockingQueue<>();
        HostAgentServiceGrpc.newStub(engine.dial(host))
                .watch(
                        WatchRequest.newBuilder()
                                .setEpoch(1)
                                .setHeartbeatInterval(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(1))
                                .setStatisticsInterval(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(2))
                                .build(),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(WatchResponse response) {
                                queue.add(response);
                            }

                            @Override
                            public void onError(Throwable error) {}

                            @Override
                            public void onCompleted() {}
                        });
        return queue;
    }

    private boolean answers(String host) {
        try {
            return hello(host).getFacts().getMemoryBytes() > 0;
        } catch (Exception e) {
            return false;
        }
    }

    private boolean healthy(String host) {
        try {
            return hello(host).getVmsCount() == 1;
        } catch (Exception e) {
            return false;
        }
    }

    private HelloResponse hello(String host) throws Exception {
        return stub(host)
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .hello(HelloRequest.newBuilder().setEpoch(1).setProtocol(1).build());
    }

    private HostAgentServiceBlockingStub stub(String host) throws Exception {
        Channel channel = engine.dial(host);
        return HostAgentServiceGrpc.newBlockingStub(channel);
    }

    private static ExecuteRequest.Builder request() {
        return ExecuteRequest.newBuilder()
                .setEpoch(1)
                .setCommandId(UUID.randomUUID().toString())
                .setTimeLimit(com.google.protobuf.Duration.newBuilder().setSeconds(60));
    }

    private ExecuteResponse expect(String host, ExecuteRequest.Builder request) throws Exception {
        ExecuteResponse response = stub(host).execute(request.build());
        require(request.getCommandCase() + ": " + response.getFailure(), response.hasSuccess());
        return response;
    }

    private List<String> serial(String host) {
        Path log = dir.resolve("hosts/" + host + "/fs/var/log/libvirt/kvorum-serial/" + VM + ".log");
        try {
            return Files.exists(log)
                    ? Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList()
                    : List.of();
        } catch (java.io.IOException e) {
            return List.of();
        }
    }

    private int ticks(String host) {
        return (int)
                serial(host).stream().filter(line -> line.startsWith("tick ")).count();
    }

    private long boots() {
        return List.of("host-1", "host-2").stream()
                .flatMap(host -> serial(host).stream())
                .filter(line -> line.startsWith("tick "))
                .map(line -> line.split(" "))
                .filter(words -> words.length == 4)
                .map(words -> words[1])
                .distinct()
                .count();
    }

    private static void await(String what, int seconds, BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            require(what + " within " + seconds + " s", System.nanoTime() < end);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static void require(String what, boolean holds) {
        if (!holds) {
            throw new IllegalStateException("lab proof failed: " + what);
        }
    }

    private static void say(String what) {
        System.out.println("lab proof: " + what);
    }

    private static void run(String... command) throws Exception {
        new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** What came so far. */
    private static final class Bytes implements StreamObserver<ConsoleResponse> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public synchronized void onNext(ConsoleResponse response) {
            bytes.writeBytes(response.getData().toByteArray());
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}

        synchronized String text() {
            return bytes.toString(StandardCharsets.ISO_8859_1);
        }

        synchronized int size() {
            return bytes.size();
        }

        synchronized int at(int index) {
            return bytes.toByteArray()[index];
        }

        synchronized byte[] slice(int from, int to) {
            return Objects.requireNonNull(java.util.Arrays.copyOfRange(bytes.toByteArray(), from, to));
        }
    }
}
