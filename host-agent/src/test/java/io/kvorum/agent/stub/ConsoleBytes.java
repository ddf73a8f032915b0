package io.kvorum.agent.stub;

import io.grpc.stub.StreamObserver;
import io.kvorum.proto.agent.v1.ConsoleResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What came from a console so far. */
final class ConsoleBytes implements StreamObserver<ConsoleResponse> {
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
