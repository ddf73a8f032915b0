package io.kvorum.server.console;

import com.google.protobuf.util.Durations;
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
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Tickets for consoles: each is good for one connection, for a short time, for the account that asked. */
@ApplicationScoped
public class ConsoleTickets {

    private static final Duration LIFE = Duration.ofSeconds(60);
    private static final int MAX_TICKETS = 10_000;

    private final AgentChannels channels;
    private final Terms terms;
    private final Map<String, Ticket> tickets = new ConcurrentHashMap<>();

    ConsoleTickets(AgentChannels channels, Terms terms) {
        this.channels = channels;
        this.terms = terms;
    }

    public enum Kind {
        VNC,
        SERIAL
    }

    record Ticket(UUID vmId, Host host, Kind kind, String account, Instant expiresAt) {}

    /** {@code password} is VNC's own; null for a serial console. */
    @Schema(name = "ConsoleTicket")
    public record TicketView(String ticket, @Nullable String password, String websocketPath, Instant expiresAt) {}

    public TicketView issue(Vm vm, Host host, Kind kind, String account) {
        Instant now = Instant.now();
        tickets.values().removeIf(ticket -> ticket.expiresAt().isBefore(now));
        if (tickets.size() >= MAX_TICKETS) {
            throw ProblemException.conflict("Too many consoles are being opened at once; try again in a minute.");
        }
        String password = kind == Kind.VNC ? unlock(vm, host) : null;
        String secret = Secrets.random();
        Ticket ticket = new Ticket(vm.id(), host, kind, account, now.plus(LIFE));
        tickets.put(secret, ticket);
        return new TicketView(secret, password, "/api/v1/console/" + secret, ticket.expiresAt());
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

    /** Takes a ticket; the second taker gets nothing. */
    Optional<Ticket> take(String secret, String account) {
        Ticket ticket = tickets.remove(secret);
        return Optional.ofNullable(ticket)
                .filter(t -> t.account().equals(account) && t.expiresAt().isAfter(Instant.now()));
    }
}
