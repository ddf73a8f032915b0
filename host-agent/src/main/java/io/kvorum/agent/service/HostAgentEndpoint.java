package io.kvorum.agent.service;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.hypervisor.Hypervisor;
import io.kvorum.agent.rules.Rules;
import io.kvorum.proto.agent.v1.ConsoleRequest;
import io.kvorum.proto.agent.v1.ConsoleResponse;
import io.kvorum.proto.agent.v1.ExecuteRequest;
import io.kvorum.proto.agent.v1.ExecuteResponse;
import io.kvorum.proto.agent.v1.HelloRequest;
import io.kvorum.proto.agent.v1.HelloResponse;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc.HostAgentServiceImplBase;
import io.kvorum.proto.agent.v1.UnlockConsoleRequest;
import io.kvorum.proto.agent.v1.UnlockConsoleResponse;
import io.kvorum.proto.agent.v1.WatchRequest;
import io.kvorum.proto.agent.v1.WatchResponse;
import io.kvorum.proto.agent.v1.WriteDiskRequest;
import io.kvorum.proto.agent.v1.WriteDiskResponse;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** The gRPC service of a host agent, for one host or many. The engine's identity was checked by TLS. */
final class HostAgentEndpoint extends HostAgentServiceImplBase {
    static final int PROTOCOL = 1;

    private final ScheduledExecutorService scheduler;
    private final Executor blocking;

    HostAgentEndpoint(ScheduledExecutorService scheduler, Executor blocking) {
        this.scheduler = scheduler;
        this.blocking = blocking;
    }

    @Override
    public void hello(HelloRequest request, StreamObserver<HelloResponse> observer) {
        ManagedHost host = HostSelection.HOST.get();
        answer(observer, () -> {
            if (request.getProtocol() < PROTOCOL) {
                throw Status.FAILED_PRECONDITION
                        .withDescription("This agent speaks protocol " + PROTOCOL + ", the engine at most "
                                + request.getProtocol() + ". Upgrade the engine first")
                        .asRuntimeException();
            }
            host.epochs().admit(request.getEpoch(), request.getSession());
            return seen(host)
                    .setHostId(host.hostId())
                    .setProtocol(PROTOCOL)
                    .setEpoch(host.epochs().highest())
                    .build();
        });
    }

    /** Facts and guests, or why they cannot be told: an engine that restarts must learn that the agent is there. */
    private static HelloResponse.Builder seen(ManagedHost host) {
        Hypervisor hypervisor = host.hypervisor();
        try {
            return HelloResponse.newBuilder()
                    .setFacts(hypervisor.facts().toBuilder()
                            .setLeasing(host.leases().support()))
                    .addAllVms(hypervisor.inventory())
                    .setHypervisorConnected(true);
        } catch (CommandFailure e) {
            return HelloResponse.newBuilder()
                    .setFacts(hypervisor.lastFacts())
                    .setProblem(e.toFailure().getMessage());
        }
    }

    @Override
    public void execute(ExecuteRequest request, StreamObserver<ExecuteResponse> observer) {
        ServerCallStreamObserver<ExecuteResponse> call = (ServerCallStreamObserver<ExecuteResponse>) observer;
        // A caller that hangs up does not end the work; it asks again under the same id.
        call.setOnCancelHandler(() -> {});
        try {
            HostSelection.HOST.get().commands().execute(request).thenAccept(response -> {
                if (!call.isCancelled()) {
                    call.onNext(response);
                    call.onCompleted();
                }
            });
        } catch (StatusRuntimeException e) {
            observer.onError(e);
        }
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> observer) {
        ManagedHost host = HostSelection.HOST.get();
        try {
            host.epochs().admit(request.getEpoch());
            WatchStream stream = new WatchStream(
                    host, request.getEpoch(), (ServerCallStreamObserver<WatchResponse>) observer, blocking);
            stream.begin(
                    interval(request.getHeartbeatInterval(), 1000),
                    interval(request.getStatisticsInterval(), 10_000),
                    scheduler);
        } catch (StatusRuntimeException e) {
            observer.onError(e);
        }
    }

    @Override
    public StreamObserver<WriteDiskRequest> writeDisk(StreamObserver<WriteDiskResponse> observer) {
        return new UploadCall(HostSelection.HOST.get(), (ServerCallStreamObserver<WriteDiskResponse>) observer);
    }

    @Override
    public void unlockConsole(UnlockConsoleRequest request, StreamObserver<UnlockConsoleResponse> observer) {
        ManagedHost host = HostSelection.HOST.get();
        answer(observer, () -> {
            host.epochs().admit(request.getEpoch());
            Rules.uuid("The VM's id", request.getVmId());
            Duration valid = Duration.ofSeconds(request.getValidFor().getSeconds());
            Rules.within("The console's time in seconds", valid.toSeconds(), 1, 86_400);
            return UnlockConsoleResponse.newBuilder()
                    .setPassword(host.hypervisor().unlockConsole(request.getVmId(), valid))
                    .build();
        });
    }

    @Override
    public StreamObserver<ConsoleRequest> console(StreamObserver<ConsoleResponse> observer) {
        return new ConsoleCall(HostSelection.HOST.get(), (ServerCallStreamObserver<ConsoleResponse>) observer);
    }

    private static Duration interval(com.google.protobuf.Duration asked, long fallbackMillis) {
        long millis = Duration.ofSeconds(asked.getSeconds(), asked.getNanos()).toMillis();
        return Duration.ofMillis(millis <= 0 ? fallbackMillis : Math.clamp(millis, 50, 3_600_000));
    }

    private interface Answer<T> {
        T give();
    }

    private static <T> void answer(StreamObserver<T> observer, Answer<T> answer) {
        try {
            T response = answer.give();
            observer.onNext(response);
            observer.onCompleted();
        } catch (StatusRuntimeException e) {
            observer.onError(e);
        } catch (CommandFailure e) {
            observer.onError(status(e));
        }
    }

    /** A failure where the contract has no place for one but the status. */
    static StatusRuntimeException status(CommandFailure failure) {
        Status status = switch (failure.reason()) {
            case FAILURE_REASON_INVALID -> Status.INVALID_ARGUMENT;
            case FAILURE_REASON_NOT_FOUND -> Status.NOT_FOUND;
            case FAILURE_REASON_CONFLICT, FAILURE_REASON_LEASE_HELD -> Status.FAILED_PRECONDITION;
            case FAILURE_REASON_NO_CAPACITY -> Status.RESOURCE_EXHAUSTED;
            case FAILURE_REASON_TIMED_OUT -> Status.DEADLINE_EXCEEDED;
            case FAILURE_REASON_ABORTED, FAILURE_REASON_INTERRUPTED -> Status.ABORTED;
            case FAILURE_REASON_HYPERVISOR, FAILURE_REASON_STORAGE, FAILURE_REASON_UNREACHABLE -> Status.UNAVAILABLE;
            case FAILURE_REASON_UNSPECIFIED, UNRECOGNIZED -> Status.UNKNOWN;
        };
        return status.withDescription(failure.getMessage()).asRuntimeException();
    }
}
