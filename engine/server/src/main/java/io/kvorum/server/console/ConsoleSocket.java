package io.kvorum.server.console;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.kvorum.proto.agent.v1.ConsoleKind;
import io.kvorum.proto.agent.v1.ConsoleOpen;
import io.kvorum.proto.agent.v1.ConsoleRequest;
import io.kvorum.proto.agent.v1.ConsoleResponse;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.server.agents.AgentChannels;
import io.kvorum.server.leadership.Terms;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.buffer.Buffer;
import java.sql.SQLException;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One viewer's bytes, passed on to the host and back as they are. */
@WebSocket(path = "/api/v1/console/{ticket}")
public class ConsoleSocket {

    private static final Logger LOG = Logger.getLogger(ConsoleSocket.class);
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private final ConsoleTickets tickets;
    private final AgentChannels channels;
    private final Terms terms;
    private final SecurityIdentity identity;
    private volatile @Nullable ClientCallStreamObserver<ConsoleRequest> toHost;

    ConsoleSocket(ConsoleTickets tickets, AgentChannels channels, Terms terms, SecurityIdentity identity) {
        this.tickets = tickets;
        this.channels = channels;
        this.terms = terms;
        this.identity = identity;
    }

    @OnOpen
    @RunOnVirtualThread
    public void open(WebSocketConnection viewer) throws SQLException {
        Optional<ConsoleTickets.Ticket> ticket =
                tickets.take(viewer.pathParam("ticket"), identity.getPrincipal().getName());
        if (ticket.isEmpty()) {
            viewer.closeAndAwait(new CloseReason(4403, "The ticket is unknown, used or expired."));
            return;
        }
        ConsoleTickets.Ticket good = ticket.get();
        HostAgentServiceGrpc.newStub(channels.to(good.hostId(), good.address(), good.port()))
                .console(new FromHost(viewer));
        ClientCallStreamObserver<ConsoleRequest> host = toHost;
        if (host != null) {
            host.onNext(ConsoleRequest.newBuilder()
                    .setOpen(ConsoleOpen.newBuilder()
                            .setEpoch(terms.currentEpoch())
                            .setVmId(good.vmId().toString())
                            .setKind(
                                    good.kind() == ConsoleTickets.Kind.VNC
                                            ? ConsoleKind.CONSOLE_KIND_VNC
                                            : ConsoleKind.CONSOLE_KIND_SERIAL))
                    .build());
            LOG.infof(
                    "%s opened the %s console of VM %s", identity.getPrincipal().getName(), good.kind(), good.vmId());
        }
    }

    @OnBinaryMessage
    @RunOnVirtualThread
    public void fromViewer(Buffer bytes) {
        ClientCallStreamObserver<ConsoleRequest> host = toHost;
        if (host != null && bytes.length() <= MAX_MESSAGE_BYTES) {
            host.onNext(ConsoleRequest.newBuilder()
                    .setData(ByteString.copyFrom(bytes.getBytes()))
                    .build());
        }
    }

    @OnClose
    public void close() {
        ClientCallStreamObserver<ConsoleRequest> host = toHost;
        if (host != null) {
            host.cancel("The viewer left.", null);
        }
    }

    /** Asks for the next piece only when the viewer has taken the last one. */
    private final class FromHost implements ClientResponseObserver<ConsoleRequest, ConsoleResponse> {

        private final WebSocketConnection viewer;

        FromHost(WebSocketConnection viewer) {
            this.viewer = viewer;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ConsoleRequest> stream) {
            stream.disableAutoRequestWithInitial(4);
            toHost = stream;
        }

        @Override
        public void onNext(ConsoleResponse response) {
            ClientCallStreamObserver<ConsoleRequest> stream = toHost;
            viewer.sendBinary(Buffer.buffer(response.getData().toByteArray()))
                    .subscribe()
                    .with(
                            sent -> {
                                if (stream != null) {
                                    stream.request(1);
                                }
                            },
                            failure -> close());
        }

        @Override
        public void onError(Throwable e) {
            end("The host ended the console.");
        }

        @Override
        public void onCompleted() {
            end("The console ended.");
        }

        private void end(String why) {
            if (viewer.isOpen()) {
                viewer.close(new CloseReason(1000, why)).subscribe().with(done -> {}, failure -> {});
            }
        }
    }
}
