package io.kvorum.agent.service;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.kvorum.agent.hypervisor.CommandFailure;
import io.kvorum.agent.hypervisor.Hypervisor.ConsoleOutput;
import io.kvorum.agent.hypervisor.Hypervisor.ConsoleSession;
import io.kvorum.agent.rules.Rules;
import io.kvorum.proto.agent.v1.ConsoleOpen;
import io.kvorum.proto.agent.v1.ConsoleRequest;
import io.kvorum.proto.agent.v1.ConsoleResponse;
import java.util.Optional;

/** One Console call. The guest's side is read only as fast as the viewer takes it. */
final class ConsoleCall implements StreamObserver<ConsoleRequest>, ConsoleOutput {
    private static final int MAX_INPUT = 64 << 10;

    private final ManagedHost host;
    private final ServerCallStreamObserver<ConsoleResponse> observer;
    private final Object ready = new Object();
    private Optional<ConsoleSession> session = Optional.empty();
    private volatile boolean ended;

    ConsoleCall(ManagedHost host, ServerCallStreamObserver<ConsoleResponse> observer) {
        this.host = host;
        this.observer = observer;
        observer.setOnCancelHandler(this::close);
        observer.setOnReadyHandler(this::wake);
    }

    @Override
    public void onNext(ConsoleRequest request) {
        if (ended) {
            return;
        }
        try {
            switch (request.getPartCase()) {
                case OPEN -> open(request.getOpen());
                case DATA -> {
                    if (request.getData().size() > MAX_INPUT) {
                        throw CommandFailure.invalid(
                                "Console input of " + request.getData().size() + " bytes; send at most " + MAX_INPUT);
                    }
                    session.orElseThrow(() -> CommandFailure.invalid("The first message of a console must open it"))
                            .send(request.getData().toByteArray());
                }
                case PART_NOT_SET -> throw CommandFailure.invalid("A console message is empty");
            }
        } catch (CommandFailure e) {
            fail(HostAgentEndpoint.status(e));
        } catch (StatusRuntimeException e) {
            fail(e);
        }
    }

    private void open(ConsoleOpen open) {
        if (session.isPresent()) {
            throw CommandFailure.invalid("This console is open already");
        }
        host.epochs().admit(open.getEpoch());
        Rules.uuid("The VM's id", open.getVmId());
        session = Optional.of(host.hypervisor().openConsole(open.getVmId(), open.getKind(), this));
    }

    @Override
    public void receive(byte[] data) {
        synchronized (ready) {
            while (!ended && !observer.isReady()) {
                try {
                    ready.wait(1000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
        synchronized (observer) {
            if (!ended) {
                observer.onNext(ConsoleResponse.newBuilder()
                        .setData(ByteString.copyFrom(data))
                        .build());
            }
        }
    }

    @Override
    public void ended(String reason) {
        fail(Status.UNAVAILABLE.withDescription(reason).asRuntimeException());
    }

    @Override
    public void onError(Throwable error) {
        close();
    }

    @Override
    public void onCompleted() {
        synchronized (observer) {
            if (!ended) {
                close();
                observer.onCompleted();
            }
        }
    }

    private void fail(StatusRuntimeException status) {
        synchronized (observer) {
            if (!ended) {
                close();
                observer.onError(status);
            }
        }
    }

    private void wake() {
        synchronized (ready) {
            ready.notifyAll();
        }
    }

    private void close() {
        ended = true;
        session.ifPresent(ConsoleSession::close);
        wake();
    }
}
