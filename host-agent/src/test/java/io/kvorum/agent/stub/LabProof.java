package io.kvorum.agent.stub;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.kvorum.proto.agent.v1.ConsoleKind;
import io.kvorum.proto.agent.v1.ConsoleOpen;
import io.kvorum.proto.agent.v1.ConsoleRequest;
import io.kvorum.proto.agent.v1.DiskFormat;
import io.kvorum.proto.agent.v1.EnsureNetwork;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.HelloRequest;
import io.kvorum.proto.agent.v1.HelloResponse;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc.HostAgentServiceBlockingStub;
import io.kvorum.proto.agent.v1.InspectStorage;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.PowerAction;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;
import io.kvorum.proto.agent.v1.ShutdownVm;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.SuspendVm;
import io.kvorum.proto.agent.v1.UnlockConsoleRequest;
import io.kvorum.proto.agent.v1.WatchRequest;
import io.kvorum.proto.agent.v1.WatchResponse;
import io.kvorum.proto.agent.v1.WriteDiskHeader;
import io.kvorum.proto.agent.v1.WriteDiskRequest;
import io.kvorum.proto.agent.v1.WriteDiskResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Tries real agents on the lab's real hosts, step by step; ends with an exception at the first that fails. */
public final class LabProof {
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
        ProofSteps.run(arguments[0], "down");
        ProofSteps.run("ip", "link", "add", "kvlab0", "type", "bridge");
        ProofSteps.run("ip", "address", "add", "10.88.0.1/24", "dev", "kvlab0");
        ProofSteps.run("ip", "link", "set", "kvlab0", "up");
        try (EngineStub engine = new EngineStub("0.0.0.0", Duration.ofDays(1))) {
            Path token = Files.writeString(Path.of("/tmp/kvorum-lab-token"), engine.tokenFor("10.88.0.1"));
            // "up" recreates the bridge under the same address, on which the stub listens.
            ProofSteps.run(arguments[0], "up", "2", "--token-file", token.toString());
            new LabProof(arguments[0], Path.of(arguments[1]), engine).prove();
        } finally {
            if (arguments.length < 3) {
                ProofSteps.run(arguments[0], "down");
            }
        }
        System.exit(0);
    }

    private void prove() throws Exception {
        ProofSteps.await("both hosts join", 60, () -> engine.joined.size() == 2);
        ProofSteps.say("joined " + engine.joined.keySet());
        ProofSteps.await("host-1 serves", 60, () -> answers("host-1"));
        ProofSteps.await("host-2 serves", 60, () -> answers("host-2"));
        HelloResponse hello = hello("host-1");
        ProofSteps.say("facts cpu=" + hello.getFacts().getCpu().getModel() + " "
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
                                    .setStorageDomain(ProofVm.DOMAIN)
                                    .setCreate(true)));
            expect(host, request().setEnsureNetwork(EnsureNetwork.newBuilder().setNetwork(ProofVm.NETWORK)));
        }
        ProofSteps.say("upload " + upload());
        expect("host-1", request().setStartVm(StartVm.newBuilder().setVm(ProofVm.spec())));
        ProofSteps.await("ticks on host-1", 60, () -> ticks("host-1") > 2);
        ProofSteps.say("started, ticks on host-1");

        console();

        int before = ticks("host-2");
        ExecuteResponse moved = expect(
                "host-1",
                request()
                        .setMigrateVm(MigrateVm.newBuilder().setVmId(ProofVm.VM).setTargetAddress("10.88.0.12")));
        ProofSteps.say("migrated " + moved.getSuccess().getMigration());
        ProofSteps.await("ticks on host-2", 30, () -> ticks("host-2") > before + 1);
        ProofSteps.require("one boot only", boots() == 1);

        expect(
                "host-2",
                request()
                        .setSuspendVm(SuspendVm.newBuilder().setVmId(ProofVm.VM).setStorageDomain(ProofVm.DOMAIN)));
        int saved = ticks("host-1");
        expect(
                "host-1",
                request().setStartVm(StartVm.newBuilder().setVm(ProofVm.spec()).setResume(true)));
        ProofSteps.await("ticks on host-1 after resume", 30, () -> ticks("host-1") > saved + 1);
        ProofSteps.require("one boot only", boots() == 1);
        ProofSteps.say("suspended on host-2, resumed on host-1");

        ProofSteps.run(lab, "kill-agent", "host-1");
        ProofSteps.await("agent of host-1 is back", 60, () -> answers("host-1"));
        ProofSteps.require("VM is still known", hello("host-1").getVms(0).getManaged());
        ProofSteps.run(lab, "kill-libvirtd", "host-1");
        ProofSteps.await("libvirtd of host-1 is back", 60, () -> healthy("host-1"));
        int restarted = ticks("host-1");
        ProofSteps.await("ticks go on after both restarts", 20, () -> ticks("host-1") > restarted + 1);
        ProofSteps.require("one boot only", boots() == 1);
        ProofSteps.say("agent and libvirtd restarted, guest undisturbed; rss_kb " + rss());

        watch.clear();
        BlockingQueue<WatchResponse> again = watch("host-1");
        TimeUnit.SECONDS.sleep(4);
        again.stream()
                .filter(WatchResponse::hasStatistics)
                .reduce((a, b) -> b)
                .ifPresent(r -> ProofSteps.say(
                        "statistics " + r.getStatistics().toString().replace('\n', ' ')));

        expect("host-1", request().setShutdownVm(ShutdownVm.newBuilder().setVmId(ProofVm.VM)));
        ProofSteps.say("shut down by ACPI; events "
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
        ProofSteps.require("status on", power(bmc, PowerAction.POWER_ACTION_STATUS) == PowerState.POWER_STATE_ON);
        ProofSteps.require("off", power(bmc, PowerAction.POWER_ACTION_OFF) == PowerState.POWER_STATE_OFF);
        ProofSteps.require("host-2 is dead", !answers("host-2"));
        ProofSteps.require("on", power(bmc, PowerAction.POWER_ACTION_ON) == PowerState.POWER_STATE_ON);
        ProofSteps.await("host-2 is back", 60, () -> answers("host-2"));
        ProofSteps.say("fenced host-2 through host-1 and switched it on again; rss_kb " + rss());
        ProofSteps.say("PASSED");
    }

    private String rss() throws Exception {
        return ProofSteps.output(
                        lab, "exec", "host-1", "sh", "-c", "ps -o rss= -p $(pgrep -f io.kvorum.agent.AgentMain)")
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
                        .setVmId(ProofVm.VM)
                        .setValidFor(com.google.protobuf.Duration.newBuilder().setSeconds(60))
                        .build())
                .getPassword();
        ConsoleBytes vnc = new ConsoleBytes();
        StreamObserver<ConsoleRequest> screen =
                HostAgentServiceGrpc.newStub(engine.dial("host-1")).console(vnc);
        screen.onNext(open(ConsoleKind.CONSOLE_KIND_VNC));
        ProofSteps.await("RFB banner", 10, () -> vnc.text().startsWith("RFB 003.008"));
        screen.onNext(data("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII)));
        ProofSteps.await("VNC security types", 10, () -> vnc.size() >= 14);
        ProofSteps.require("VNC authentication is asked for", vnc.at(13) == 2);
        screen.onNext(data(new byte[] {2}));
        ProofSteps.await("VNC challenge", 10, () -> vnc.size() >= 30);
        screen.onNext(data(VncAnswer.to(vnc.slice(14, 30), password)));
        ProofSteps.await("VNC result", 10, () -> vnc.size() >= 34);
        ProofSteps.require("VNC password is good", vnc.at(33) == 0);
        screen.onCompleted();
        ConsoleBytes serial = new ConsoleBytes();
        StreamObserver<ConsoleRequest> terminal =
                HostAgentServiceGrpc.newStub(engine.dial("host-1")).console(serial);
        terminal.onNext(open(ConsoleKind.CONSOLE_KIND_SERIAL));
        ProofSteps.await("serial ticks", 10, () -> serial.text().contains("tick "));
        terminal.onNext(data("burn on\nburn off\n".getBytes(StandardCharsets.US_ASCII)));
        ProofSteps.await("serial answers", 10, () -> serial.text().contains("done burn off"));
        terminal.onCompleted();
        ProofSteps.say("VNC with password and serial console work");
    }

    private static ConsoleRequest open(ConsoleKind kind) {
        return ConsoleRequest.newBuilder()
                .setOpen(
                        ConsoleOpen.newBuilder().setEpoch(1).setVmId(ProofVm.VM).setKind(kind))
                .build();
    }

    private static ConsoleRequest data(byte[] bytes) {
        return ConsoleRequest.newBuilder().setData(ByteString.copyFrom(bytes)).build();
    }

    private String upload() throws Exception {
        byte[] image =
                Files.readAllBytes(Path.of(ProofSteps.output(lab, "image").strip()));
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
                        .setDiskId(ProofVm.DISK)
                        .setStorageDomain(ProofVm.DOMAIN)
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
        ProofSteps.require("upload: " + response, response.hasDisk());
        return response.getDisk().toString().replace('\n', ' ');
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
            return hello(host).getHypervisorConnected();
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
        ProofSteps.require(request.getCommandCase() + ": " + response.getFailure(), response.hasSuccess());
        return response;
    }

    private List<String> serial(String host) {
        Path log = dir.resolve("hosts/" + host + "/fs/var/log/libvirt/kvorum-serial/" + ProofVm.VM + ".log");
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
}
