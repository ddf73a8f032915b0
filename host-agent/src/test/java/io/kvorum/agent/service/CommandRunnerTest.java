package io.kvorum.agent.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.StatusRuntimeException;
import io.kvorum.agent.fencing.PowerController;
import io.kvorum.agent.hypervisor.simulated.SimulatedCapacity;
import io.kvorum.agent.hypervisor.simulated.SimulatedDisks;
import io.kvorum.agent.hypervisor.simulated.SimulatedHypervisor;
import io.kvorum.agent.hypervisor.simulated.SimulatedUpgrade;
import io.kvorum.agent.hypervisor.simulated.SimulatedWorld;
import io.kvorum.agent.lease.NoLeases;
import io.kvorum.agent.stub.Samples;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.FailureReason;
import io.kvorum.proto.agent.v1.PowerAction;
import io.kvorum.proto.agent.v1.PowerAgent;
import io.kvorum.proto.agent.v1.PowerControl;
import io.kvorum.proto.agent.v1.PowerState;
import io.kvorum.proto.agent.v1.ProbeAnswer;
import io.kvorum.proto.agent.v1.StartVm;
import io.kvorum.proto.agent.v1.StopVm;
import io.kvorum.proto.agent.v1.VmRunState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandRunnerTest {
    private static final String PASSWORD = "correct-horse-battery";

    @TempDir
    Path dir;

    final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    final SimulatedWorld world = new SimulatedWorld(1000);
    final SimulatedHypervisor hypervisor =
            new SimulatedHypervisor("host-1", "sim", new SimulatedCapacity(8, 16L << 30), world);
    final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void givesRecordedOutcomeAfterRestartWithoutDoingTheWorkAgain() throws Exception {
        ExecuteRequest request = power();
        ExecuteResponse first = run(request, this::counted);

        ExecuteResponse second = run(request, this::counted);

        assertFalse(first.getReplayed());
        assertEquals(first.toBuilder().setReplayed(true).build(), second);
        assertEquals(1, calls.get());
    }

    @Test
    void attachesSecondCallToWorkUnderWay() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (FileJournal journal = journal()) {
            CommandRunner runner = runner(journal, (command, context) -> {
                calls.incrementAndGet();
                begun.countDown();
                await(go);
                return PowerState.POWER_STATE_ON;
            });
            ExecuteRequest request = power();
            CompletableFuture<ExecuteResponse> first = runner.execute(request);
            assertTrue(begun.await(10, TimeUnit.SECONDS));
            CompletableFuture<ExecuteResponse> second = runner.execute(request);
            assertFalse(second.isDone());

            go.countDown();

            assertEquals(first.get(10, TimeUnit.SECONDS), second.get(10, TimeUnit.SECONDS));
            assertEquals(1, calls.get());
        }
    }

    @Test
    void tellsThatWorkWasInterruptedByDeathOfTheAgent() throws Exception {
        ExecuteRequest request = power();
        try (FileJournal journal = journal()) {
            journal.begin(request.getCommandId(), new CommandJournal.Subject(50, "bmc", "", ""));
        }

        ExecuteResponse response = run(request, this::counted);

        assertEquals(
                FailureReason.FAILURE_REASON_INTERRUPTED, response.getFailure().getReason());
        assertEquals(0, calls.get());
        assertTrue(run(request, this::counted).getReplayed());
    }

    @Test
    void findsThatInterruptedStartHadSucceeded() throws Exception {
        ExecuteRequest start = start();
        run(start, this::counted);
        ExecuteRequest again =
                start.toBuilder().setCommandId(UUID.randomUUID().toString()).build();
        try (FileJournal journal = journal()) {
            journal.begin(again.getCommandId(), new CommandJournal.Subject(10, Samples.VM, "", ""));
        }

        ExecuteResponse response = run(again, this::counted);

        assertEquals(
                VmRunState.VM_RUN_STATE_RUNNING, response.getSuccess().getVm().getState());
    }

    @Test
    void findsThatInterruptedStopHadSucceeded() throws Exception {
        ExecuteRequest stop =
                request().setStopVm(StopVm.newBuilder().setVmId(Samples.VM)).build();
        try (FileJournal journal = journal()) {
            journal.begin(stop.getCommandId(), new CommandJournal.Subject(11, Samples.VM, "", ""));
        }

        assertEquals(
                VmRunState.VM_RUN_STATE_OFF,
                run(stop, this::counted).getSuccess().getVm().getState());
    }

    @Test
    void neverRecordsPasswords() throws Exception {
        run(power(), this::counted);

        String journal = Files.readString(dir.resolve("journal"), StandardCharsets.ISO_8859_1);

        assertTrue(journal.contains("10.0.0.9"));
        assertFalse(journal.contains(PASSWORD));
    }

    @Test
    void leavesNothingBehindOfMalformedCommand() throws Exception {
        ExecuteRequest wrong =
                request().setStopVm(StopVm.newBuilder().setVmId("../../etc")).build();
        long before;
        try (FileJournal journal = journal()) {
            before = Files.size(dir.resolve("journal"));
            ExecuteResponse response =
                    runner(journal, this::counted).execute(wrong).get(10, TimeUnit.SECONDS);
            assertEquals(
                    FailureReason.FAILURE_REASON_INVALID, response.getFailure().getReason());
            assertEquals(before, Files.size(dir.resolve("journal")));
        }
    }

    @Test
    void refusesStaleEpochBeforeAnythingElse() throws Exception {
        try (FileJournal journal = journal()) {
            EpochGuard epochs = EpochGuard.inMemory();
            epochs.admit(5);
            CommandRunner runner =
                    new CommandRunner(epochs, journal, dispatch(this::counted), executor, progress -> {});

            assertThrows(StatusRuntimeException.class, () -> runner.execute(power()));
            assertEquals(0, calls.get());
        }
    }

    @Test
    void answersUnexpectedErrorAsFailure() throws Exception {
        ExecuteResponse response = run(power(), (command, context) -> {
            throw new IllegalStateException("boom");
        });

        assertEquals(
                FailureReason.FAILURE_REASON_HYPERVISOR, response.getFailure().getReason());
        assertTrue(response.getFailure().getMessage().contains("boom"));
    }

    private PowerState counted(PowerControl command, io.kvorum.agent.hypervisor.CommandContext context) {
        calls.incrementAndGet();
        return PowerState.POWER_STATE_ON;
    }

    /** A whole life of an agent: opens its journal, runs the command, ends. */
    private ExecuteResponse run(ExecuteRequest request, PowerController power) throws Exception {
        try (FileJournal journal = journal()) {
            return runner(journal, power).execute(request).get(10, TimeUnit.SECONDS);
        }
    }

    private FileJournal journal() throws IOException {
        return FileJournal.open(dir.resolve("journal"), InstantSource.system());
    }

    private CommandRunner runner(FileJournal journal, PowerController power) {
        return new CommandRunner(EpochGuard.inMemory(), journal, dispatch(power), executor, progress -> {});
    }

    private CommandDispatch dispatch(PowerController power) {
        return new CommandDispatch(new HostParts(
                hypervisor,
                new SimulatedDisks(world),
                new NoLeases(),
                power,
                (probe, context) -> ProbeAnswer.PROBE_ANSWER_NO_ANSWER,
                new SimulatedUpgrade(world)));
    }

    private static ExecuteRequest start() {
        return request()
                .setStartVm(StartVm.newBuilder().setVm(Samples.smallest()))
                .build();
    }

    private static ExecuteRequest power() {
        return request()
                .setPowerControl(PowerControl.newBuilder()
                        .setAction(PowerAction.POWER_ACTION_STATUS)
                        .setAgent(PowerAgent.newBuilder()
                                .setType("ipmilan")
                                .setAddress("10.0.0.9")
                                .setUsername("admin")
                                .setPassword(PASSWORD)))
                .build();
    }

    private static ExecuteRequest.Builder request() {
        return ExecuteRequest.newBuilder()
                .setEpoch(1)
                .setCommandId(UUID.randomUUID().toString())
                .setTimeLimit(com.google.protobuf.Duration.newBuilder().setSeconds(10));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
