package io.kvorum.agent.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kvorum.agent.stub.EngineStub;
import io.kvorum.proto.agent.v1.CpuSpec;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.GrowVm;
import io.kvorum.proto.agent.v1.HelloRequest;
import io.kvorum.proto.agent.v1.HelloResponse;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc.HostAgentServiceBlockingStub;
import io.kvorum.proto.agent.v1.MemorySpec;
import io.kvorum.proto.agent.v1.MigrateVm;
import io.kvorum.proto.agent.v1.PowerAction;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.VmRunState;
import io.kvorum.proto.agent.v1.VmSpec;
import io.kvorum.proto.agent.v1.WatchRequest;
import io.kvorum.proto.agent.v1.WatchResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedFleetTest {
    @TempDir
    Path state;

    EngineStub engine;
    SimulatedFleet fleet;

    @BeforeEach
    void start() throws Exception {
        engine = new EngineStub("127.0.0.1", Duration.ofDays(1));
        fleet = SimulatedFleet.of(
                FleetPlan.of(3, state).withCapacity(4, 8L << 30).withTimeScale(100));
        fleet.join(engine.token());
        fleet.start();
    }

    @AfterEach
    void stop() {
        fleet.close();
        engine.close();
    }

    @Test
    void tellsHostsApartByNameOnOnePort() throws Exception {
        HelloResponse first = stub("sim-0001").hello(hello(1));
        HelloResponse second = stub("sim-0002").hello(hello(1));

        assertEquals(fleet.host("sim-0001").hostId(), first.getHostId());
        assertEquals(fleet.host("sim-0002").hostId(), second.getHostId());
        assertNotEquals(first.getHostId(), second.getHostId());
        assertTrue(first.getHypervisorConnected());
    }

    @Test
    void startsAndMigratesVm() throws Exception {
        String vm = UUID.randomUUID().toString();
        assertTrue(stub("sim-0001").execute(startVm(vm, 1 << 30)).hasSuccess());
        assertEquals(List.of(vm), fleet.host("sim-0001").runningVms());

        ExecuteResponse moved = stub("sim-0001")
                .execute(request()
                        .setMigrateVm(MigrateVm.newBuilder()
                                .setVmId(vm)
                                .setTargetAddress("127.0.0.1")
                                .setTargetHostId(fleet.host("sim-0002").hostId()))
                        .build());

        assertTrue(moved.hasSuccess(), moved.toString());
        assertEquals(List.of(), fleet.host("sim-0001").runningVms());
        assertEquals(List.of(vm), fleet.host("sim-0002").runningVms());
    }

    @Test
    void replaysOutcomeOfSameCommand() throws Exception {
        ExecuteRequest start = startVm(UUID.randomUUID().toString(), 1 << 30);

        assertFalse(stub("sim-0001").execute(start).getReplayed());
        assertTrue(stub("sim-0001").execute(start).getReplayed());
    }

    @Test
    void refusesVmThatDoesNotFit() throws Exception {
        ExecuteResponse response =
                stub("sim-0001").execute(startVm(UUID.randomUUID().toString(), 16L << 30));

        assertEquals(
                FailureReason.FAILURE_REASON_NO_CAPACITY, response.getFailure().getReason());
    }

    @Test
    void growsWithinItsRoomAndWhatItsHostHas() throws Exception {
        String vm = UUID.randomUUID().toString();
        ExecuteRequest.Builder start = startVm(vm, 1 << 30).toBuilder();
        VmSpec.Builder spec = start.getStartVmBuilder().getVmBuilder();
        spec.getCpuBuilder().setMaxSockets(3);
        spec.getMemoryBuilder().setMaxBytes(16L << 30);
        stub("sim-0001").execute(start.build());

        assertEquals(
                VmRunState.VM_RUN_STATE_RUNNING,
                grow(vm, 4L << 30, 0).getSuccess().getVm().getState());
        assertTrue(grow(vm, 4L << 30, 3).hasSuccess());
        assertTrue(grow(vm, 2L << 30, 1).hasSuccess(), "nothing to do");
        assertEquals(
                FailureReason.FAILURE_REASON_CONFLICT,
                grow(vm, 0, 4).getFailure().getReason());
        assertEquals(
                FailureReason.FAILURE_REASON_NO_CAPACITY,
                grow(vm, 9L << 30, 0).getFailure().getReason());
        assertEquals(
                FailureReason.FAILURE_REASON_INVALID,
                grow(vm, (1 << 20) + 1, 0).getFailure().getReason());
        fleet.host("sim-0001").faults().failNextGrowth("as asked for");
        assertEquals(
                FailureReason.FAILURE_REASON_HYPERVISOR,
                grow(vm, 5L << 30, 0).getFailure().getReason());

        ExecuteResponse beside =
                stub("sim-0001").execute(startVm(UUID.randomUUID().toString(), 4L << 30));
        assertEquals(
                FailureReason.FAILURE_REASON_NO_CAPACITY, beside.getFailure().getReason());
    }

    private ExecuteResponse grow(String vm, long memoryBytes, int vcpus) throws Exception {
        return stub("sim-0001")
                .execute(request()
                        .setGrowVm(GrowVm.newBuilder()
                                .setVmId(vm)
                                .setMemoryBytes(memoryBytes)
                                .setVcpus(vcpus))
                        .build());
    }

    @Test
    void refusesLowerEpoch() throws Exception {
        stub("sim-0001").hello(hello(7));

        StatusRuntimeException refused = assertThrows(
                StatusRuntimeException.class, () -> stub("sim-0001").hello(hello(6)));

        assertEquals(Status.Code.FAILED_PRECONDITION, refused.getStatus().getCode());
        assertTrue(String.valueOf(refused.getMessage()).contains("6"));
        assertTrue(String.valueOf(refused.getMessage()).contains("7"));
    }

    @Test
    void fencedHostIsSilentAndComesBackEmpty() throws Exception {
        String vm = UUID.randomUUID().toString();
        stub("sim-0001").execute(startVm(vm, 1 << 30));
        String boot = stub("sim-0001").hello(hello(1)).getFacts().getBootId();

        assertEquals(PowerState.POWER_STATE_OFF, power("sim-0002", "sim-0001", PowerAction.POWER_ACTION_OFF));

        assertEquals(List.of(), fleet.host("sim-0001").runningVms());
        var silent = assertThrows(
                StatusRuntimeException.class,
                () -> stub("sim-0001")
                        .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                        .hello(hello(1)));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, silent.getStatus().getCode());
        power("sim-0002", "sim-0001", PowerAction.POWER_ACTION_ON);
        HelloResponse back = stub("sim-0001").hello(hello(1));
        assertEquals(0, back.getVmsCount());
        assertNotEquals(boot, back.getFacts().getBootId());
    }

    @Test
    void cutHostKeepsItsGuestsAndItsWatchEndsWhenHealed() throws Exception {
        String vm = UUID.randomUUID().toString();
        Iterator<WatchResponse> watch = stub("sim-0001")
                .watch(WatchRequest.newBuilder()
                        .setEpoch(1)
                        .setHeartbeatInterval(
                                com.google.protobuf.Duration.newBuilder().setNanos(50_000_000))
                        .build());
        assertTrue(next(watch, WatchResponse::hasInventory).hasInventory());
        stub("sim-0001").execute(startVm(vm, 1 << 30));
        assertEquals(
                vm, next(watch, WatchResponse::hasVmEvent).getVmEvent().getVm().getVmId());
        assertTrue(next(watch, WatchResponse::hasHeartbeat).getHeartbeat().getHypervisorConnected());

        fleet.cut("sim-0001");
        fleet.heal("sim-0001");

        assertEquals(List.of(vm), fleet.host("sim-0001").runningVms());
        var ended = assertThrows(StatusRuntimeException.class, () -> next(watch, response -> false));
        assertEquals(Status.Code.UNAVAILABLE, ended.getStatus().getCode());
    }

    @Test
    void keepsIdentitiesOverRestart() throws Exception {
        String id = fleet.host("sim-0003").hostId();
        fleet.close();

        fleet = SimulatedFleet.of(FleetPlan.of(3, state));
        fleet.start();

        assertEquals(id, fleet.host("sim-0003").hostId());
    }

    private PowerState power(String by, String of, PowerAction action) throws Exception {
        return stub(by).execute(request()
                        .setPowerControl(PowerControl.newBuilder()
                                .setAction(action)
                                .setAgent(PowerAgent.newBuilder()
                                        .setType("ipmilan")
                                        .setAddress(of)))
                        .build())
                .getSuccess()
                .getPower()
                .getState();
    }

    private static WatchResponse next(
            Iterator<WatchResponse> watch, java.util.function.Predicate<WatchResponse> wanted) {
        while (true) {
            WatchResponse response = watch.next();
            if (wanted.test(response)) {
                return response;
            }
        }
    }

    private HostAgentServiceBlockingStub stub(String name) throws Exception {
        return HostAgentServiceGrpc.newBlockingStub(engine.dial(name)).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static HelloRequest hello(long epoch) {
        return HelloRequest.newBuilder().setEpoch(epoch).setProtocol(1).build();
    }

    private static ExecuteRequest.Builder request() {
        return ExecuteRequest.newBuilder()
                .setEpoch(1)
                .setCommandId(UUID.randomUUID().toString())
                .setTimeLimit(com.google.protobuf.Duration.newBuilder().setSeconds(10));
    }

    private static ExecuteRequest startVm(String id, long memory) {
        return request()
                .setStartVm(StartVm.newBuilder()
                        .setVm(VmSpec.newBuilder()
                                .setVmId(id)
                                .setName("vm")
                                .setCpu(CpuSpec.newBuilder()
                                        .setSockets(1)
                                        .setCoresPerSocket(1)
                                        .setThreadsPerCore(1))
                                .setMemory(MemorySpec.newBuilder().setSizeBytes(memory))))
                .build();
    }
}
