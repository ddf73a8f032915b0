package io.kvorum.server.console;

import com.google.protobuf.util.Durations;
import io.agroal.api.AgroalDataSource;
import io.grpc.StatusRuntimeException;
import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.operations.Problem;
import io.kvorum.proto.agent.v1.HostAgentServiceGrpc;
import io.kvorum.proto.agent.v1.UnlockConsoleRequest;
import io.kvorum.server.agents.AgentChannels;
import io.kvorum.server.api.ProblemException;
import io.kvorum.server.leadership.Terms;
import io.kvorum.server.security.Secrets;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Tickets for consoles: each is good for one connection, for a short time, for the account that asked. */
@ApplicationScoped
public class ConsoleTickets {

    private static final Duration LIFE = Duration.ofSeconds(60);

    private final AgentChannels channels;
    private final Terms terms;
    private final AgroalDataSource dataSource;

    ConsoleTickets(AgentChannels channels, Terms terms, AgroalDataSource dataSource) {
        this.channels = channels;
        this.terms = terms;
        this.dataSource = dataSource;
    }

    public enum Kind {
        VNC,
        SERIAL
    }

    record Ticket(UUID vmId, UUID hostId, String address, int port, Kind kind) {}

    /** {@code password} is VNC's own; null for a serial console. */
    @Schema(name = "ConsoleTicket")
    public record TicketView(String ticket, @Nullable String password, String websocketPath, Instant expiresAt) {}

    public TicketView issue(Vm vm, Host host, Kind kind, String account) throws SQLException {
        String password = kind == Kind.VNC ? unlock(vm, host) : null;
        String secret = Secrets.random();
        Instant expires = Instant.now().plus(LIFE);
        try (Connection connection = dataSource.getConnection()) {
            try (PreparedStatement tidy =
                    connection.prepareStatement("delete from console_ticket where expires_at < now()")) {
                tidy.executeUpdate();
            }
            try (PreparedStatement insert = connection.prepareStatement("insert into console_ticket"
                    + " (secret_hash, vm_id, host_id, address, port, kind, account, expires_at)"
                    + " values (?, ?, ?, ?, ?, ?, ?, ?)")) {
                insert.setString(1, Secrets.sha256(secret));
                insert.setObject(2, vm.id());
                insert.setObject(3, host.id());
                insert.setString(4, host.spec().address());
                insert.setInt(5, host.spec().port());
                insert.setString(6, kind.name());
                insert.setString(7, account);
                insert.setTimestamp(8, Timestamp.from(expires));
                insert.executeUpdate();
            }
        }
        return new TicketView(secret, password, "/api/v1/console/" + secret, expires);
    }

    private String unlock(Vm vm, Host host) {
        try {
            return HostAgentServiceGrpc.newBlockingStub(channels.to(
                            host.id(), host.spec().address(), host.spec().port()))
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .unlockConsole(UnlockConsoleRequest.newBuilder()
                            .setEpoch(terms.currentEpoch())
                            .setVmId(vm.id().toString())
                            .setValidFor(Durations.fromSeconds(LIFE.toSeconds()))
                            .build())
                    .getPassword();
        } catch (StatusRuntimeException e) {
            throw new ProblemException(
                    Problem.of(
                            Problem.Type.HOST_FAILED,
                            "Host " + host.name() + " could not open the console of VM " + vm.name() + ": "
                                    + e.getStatus().getDescription()),
                    null);
        }
    }

    /** Takes a ticket, of whichever replica; the second taker gets nothing. */
    Optional<Ticket> take(String secret, String account) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement take = connection.prepareStatement("delete from console_ticket where secret_hash = ?"
                        + " and account = ? and expires_at > now() returning vm_id, host_id, address, port, kind")) {
            take.setString(1, Secrets.sha256(secret));
            take.setString(2, account);
            try (ResultSet row = take.executeQuery()) {
                return row.next()
                        ? Optional.of(new Ticket(
                                row.getObject(1, UUID.class),
                                row.getObject(2, UUID.class),
                                row.getString(3),
                                row.getInt(4),
                                Kind.valueOf(row.getString(5))))
                        : Optional.empty();
            }
        }
    }
}
