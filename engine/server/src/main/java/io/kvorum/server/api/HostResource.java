package io.kvorum.server.api;

import io.kvorum.core.inventory.Host;
import io.kvorum.core.inventory.Host.AgentUse;
import io.kvorum.core.inventory.Host.HostSpec;
import io.kvorum.core.inventory.Host.PowerAgent;
import io.kvorum.core.inventory.Host.PowerManagement;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.PowerTask;
import io.kvorum.server.metrics.StatisticsStore;
import io.kvorum.server.persistence.HostRow;
import io.kvorum.server.security.SecretBox;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Hosts. They register themselves; here they are looked at, maintained and switched. */
@Path("/api/v1/hosts")
@Tag(name = "Hosts")
@RunOnVirtualThread
public class HostResource {

    private final Answers answers;
    private final Views views;
    private final StatisticsStore statistics;
    private final SecretBox secrets;

    HostResource(Answers answers, Views views, StatisticsStore statistics, SecretBox secrets) {
        this.answers = answers;
        this.views = views;
        this.statistics = statistics;
        this.secrets = secrets;
    }

    /** What may be given; what is left out stays. */
    public record HostChange(
            @Nullable String name,
            @Nullable UUID clusterId,

            @Schema(description = "What fails as one with it, such as a rack; empty for a host that fails alone.")
            @Nullable
            String faultDomain) {}

    /** {@code use} left out stays as it was. */
    public record PowerManagementChange(
            boolean enabled,

            @Schema(enumeration = {"one_of", "together"}) @Nullable
            String use,

            @Nullable List<PowerAgentChange> agents) {}

    /** A password that is left out stays as it was for a BMC of the same type at the same address. */
    public record PowerAgentChange(
            @Nullable String type,
            @Nullable String address,
            @Nullable Integer port,
            @Nullable String username,
            @Nullable String password,
            @Nullable Map<String, String> options) {}

    public record FenceRequest(
            @Schema(enumeration = {"status", "off", "on", "restart"}) @Nullable
            String action) {}

    /** The host's name, typed by the one who confirms. */
    public record ConfirmDownRequest(@Nullable String hostName) {}

    @GET
    @AnsweredByLeader
    public Page<HostView> list(
            @BeanParam PageRequest page,
            @QueryParam("clusterId") @Nullable UUID clusterId,
            @QueryParam("state") @Nullable String state) {
        return views.hosts(new Listing<>(HostRow.class, page)
                .where("clusterId", clusterId)
                .where("state", state == null ? null : state.toUpperCase(Locale.ROOT)));
    }

    @GET
    @AnsweredByLeader
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = HostView.class)))
    public Response get(@PathParam("id") UUID id) {
        HostView host = views.host(id);
        return Answers.one(host, host.revision());
    }

    @GET
    @AnsweredByLeader
    @Path("/{id}/statistics")
    public StatisticsView statistics(@PathParam("id") UUID id) {
        return StatisticsView.of(statistics.intervalSeconds(), statistics.samples(id));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = HostView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable HostChange body) {
        HostChange change = Words.required("body", body);
        HostSpec before = views.hostRecord(id).spec();
        HostSpec after = new HostSpec(
                change.name() == null ? before.name() : change.name(),
                change.clusterId() == null ? before.clusterId() : change.clusterId(),
                before.address(),
                before.port(),
                before.powerManagement(),
                change.faultDomain() == null
                        ? before.faultDomain()
                        : change.faultDomain().isEmpty() ? null : change.faultDomain());
        return answers.configuration(
                new Request.ChangeHost(id, after, answers.expectedRevision()), 200, () -> views.host(id));
    }

    @PUT
    @Path("/{id}/power-management")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = HostView.class)))
    public Response powerManagement(@PathParam("id") UUID id, @Nullable PowerManagementChange body) {
        PowerManagementChange change = Words.required("body", body);
        Host host = views.hostRecord(id);
        HostSpec before = host.spec();
        HostSpec after = new HostSpec(
                before.name(),
                before.clusterId(),
                before.address(),
                before.port(),
                changed(before.powerManagement(), change),
                before.faultDomain());
        return answers.configuration(
                new Request.ChangeHost(id, after, answers.expectedRevision()), 200, () -> views.host(id));
    }

    /**
     * Asks every power agent for the power state through every proxy, and switches nothing. Without a body those that
     * are stored; with one, those in it, which are not stored.
     */
    @POST
    @Path("/{id}/power-management/test")
    @APIResponse(
            responseCode = "202",
            description = "Accepted; each step of the operation says what became of one agent through one proxy",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response testPowerManagement(@PathParam("id") UUID id, @Nullable PowerManagementChange body) {
        PowerManagement stored = views.hostRecord(id).spec().powerManagement();
        return answers.work(new Request.TestPowerManagement(id, body == null ? stored : changed(stored, body)));
    }

    private PowerManagement changed(PowerManagement before, PowerManagementChange change) {
        return new PowerManagement(
                change.enabled(),
                Words.read("use", change.use(), AgentUse.class, before.use()),
                agents(before, change));
    }

    private List<PowerAgent> agents(PowerManagement before, PowerManagementChange change) {
        List<PowerAgent> agents = new ArrayList<>();
        List<PowerAgentChange> wanted = change.agents() == null ? List.of() : change.agents();
        for (PowerAgentChange agent : wanted) {
            String path = "agents[" + agents.size() + "].";
            String password = agent.password();
            if (password != null && (password.length() > 128 || password.chars().anyMatch(c -> c < ' ' || c == 127))) {
                throw ProblemException.invalid(
                        path + "password", null, "At most 128 characters, no control characters.");
            }
            agents.add(new PowerAgent(
                    Words.required(path + "type", agent.type()),
                    Words.required(path + "address", agent.address()),
                    agent.port() == null ? defaultPort(agent.type()) : agent.port(),
                    agent.username() == null ? "" : agent.username(),
                    password == null ? knownPassword(before, agent, path) : secrets.seal(password),
                    agent.options() == null ? Map.of() : agent.options()));
        }
        return agents;
    }

    /** Never one that was given for another BMC: whoever answers there would be told it. */
    private static String knownPassword(PowerManagement before, PowerAgentChange agent, String path) {
        return before.agents().stream()
                .filter(known ->
                        known.type().equals(agent.type()) && known.address().equals(agent.address()))
                .findFirst()
                .map(PowerAgent::sealedPassword)
                .orElseGet(() -> {
                    if (before.agents().isEmpty()) {
                        return "";
                    }
                    throw ProblemException.invalid(
                            path + "password",
                            null,
                            "This is another BMC than before: give its password, or an empty one if it has none.");
                });
    }

    private static int defaultPort(@Nullable String type) {
        return "redfish".equals(type) ? 443 : 623;
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(responseCode = "204", description = "Removed")
    public Response remove(@PathParam("id") UUID id) {
        return answers.configuration(new Request.RemoveHost(id), 204, () -> "");
    }

    @POST
    @Path("/{id}/maintenance")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response maintenance(@PathParam("id") UUID id) {
        return answers.work(new Request.MaintainHost(id));
    }

    /** Upgrades the host's own software by its package manager; it must be in maintenance. Nothing is rebooted. */
    @POST
    @Path("/{id}/upgrade")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response upgrade(@PathParam("id") UUID id) {
        return answers.work(new Request.UpgradeHost(id));
    }

    @POST
    @Path("/{id}/activate")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response activate(@PathParam("id") UUID id) {
        return answers.work(new Request.ActivateHost(id));
    }

    @POST
    @Path("/{id}/fence")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response fence(@PathParam("id") UUID id, @Nullable FenceRequest body) {
        FenceRequest request = Words.required("body", body);
        PowerTask task = Words.read("action", Words.required("action", request.action()), PowerTask.class, null);
        if (task.ownOfEngine()) {
            throw ProblemException.invalid(
                    "action",
                    request.action(),
                    "Only the engine itself does that; ask for on, off, restart or status.");
        }
        return answers.work(new Request.PowerHost(id, task));
    }

    @POST
    @Path("/{id}/confirm-down")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response confirmDown(@PathParam("id") UUID id, @Nullable ConfirmDownRequest body) {
        ConfirmDownRequest request = Words.required("body", body);
        return answers.work(new Request.ConfirmHostDown(id, Words.required("hostName", request.hostName())));
    }
}
