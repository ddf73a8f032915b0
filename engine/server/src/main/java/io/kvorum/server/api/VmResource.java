package io.kvorum.server.api;

import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.lifecycle.VmState;
import io.kvorum.core.operations.Request;
import io.kvorum.core.operations.Request.VmControl;
import io.kvorum.core.scheduling.Explanation;
import io.kvorum.server.api.VmSpecs.VmChange;
import io.kvorum.server.api.VmSpecs.VmCreation;
import io.kvorum.server.console.ConsoleTickets;
import io.kvorum.server.controller.ControllerLoop;
import io.kvorum.server.metrics.StatisticsStore;
import io.kvorum.server.persistence.VmRow;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** VMs. */
@Path("/api/v1/vms")
@Tag(name = "VMs")
@RunOnVirtualThread
public class VmResource {

    private final Answers answers;
    private final Views views;
    private final StatisticsStore statistics;
    private final ControllerLoop loop;
    private final ConsoleTickets consoles;

    VmResource(Answers answers, Views views, StatisticsStore statistics, ControllerLoop loop, ConsoleTickets consoles) {
        this.answers = answers;
        this.views = views;
        this.statistics = statistics;
        this.loop = loop;
        this.consoles = consoles;
    }

    /** {@code hostId} null or the whole body missing: the scheduler chooses. */
    public record PlacementWish(@Nullable UUID hostId) {}

    public record MigrationWish(
            @Schema(description = "Where it goes; left out, the scheduler chooses.") @Nullable
            UUID hostId,

            @Schema(description = "The cluster of its data center to which it belongs from then on; left out, its own.")
            @Nullable
            UUID clusterId) {}

    public record ConsoleRequest(
            @Schema(enumeration = {"vnc", "serial"}) @Nullable
            String kind) {}

    @GET
    @AnsweredByLeader
    public Page<VmView> list(
            @BeanParam PageRequest page,
            @QueryParam("clusterId") @Nullable UUID clusterId,
            @QueryParam("hostId") @Nullable UUID hostId,
            @QueryParam("templateId") @Nullable UUID templateId,
            @QueryParam("instanceTypeId") @Nullable UUID instanceTypeId,
            @QueryParam("state") @Nullable String state) {
        return views.vms(new Listing<>(VmRow.class, page)
                .where("clusterId", clusterId)
                .where("hostId", hostId)
                .where("templateId", templateId)
                .where("instanceTypeId", instanceTypeId)
                .where("state", state == null ? null : state.toUpperCase(Locale.ROOT)));
    }

    @GET
    @AnsweredByLeader
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = VmView.class)))
    public Response get(@PathParam("id") UUID id) {
        VmView vm = views.vm(id);
        return Answers.one(vm, vm.revision());
    }

    @GET
    @AnsweredByLeader
    @Path("/{id}/statistics")
    public StatisticsView statistics(@PathParam("id") UUID id) {
        return StatisticsView.of(statistics.intervalSeconds(), statistics.samples(id));
    }

    /** Where it would go now, and why; nothing is done. */
    @GET
    @AnsweredByLeader
    @Path("/{id}/placement")
    public ExplanationView placement(
            @PathParam("id") UUID id,
            @Parameter(description = "As if it ran nowhere: why it is where it is, or should be elsewhere.")
                    @QueryParam("afresh")
                    boolean afresh) {
        views.vmRecord(id);
        Optional<Explanation> explanation = afresh ? loop.explainPlacementAfresh(id) : loop.explainPlacement(id);
        return ExplanationView.of(explanation.orElseThrow(ProblemException::noLeader));
    }

    @POST
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response create(@Nullable VmCreation body) {
        VmCreation creation = Words.required("body", body);
        UUID id = answers.newId();
        Template template = views.template(creation.templateId());
        VmSpec spec = VmSpecs.create(id, creation, template, views.instanceType(creation.instanceTypeId()));
        return answers.work(
                new Request.CreateVm(id, spec, VmSpecs.fullCopy(creation), Boolean.TRUE.equals(creation.start())));
    }

    @PATCH
    @Path("/{id}")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = VmView.class)))
    public Response change(@PathParam("id") UUID id, @Nullable VmChange body) {
        VmChange change = Words.required("body", body);
        Vm vm = views.vmRecord(id);
        InstanceType type = views.instanceType(VmSpecs.instanceTypeId(vm.spec(), change));
        return answers.configuration(
                new Request.ChangeVm(id, VmSpecs.change(id, vm.spec(), change, type), answers.expectedRevision()),
                200,
                () -> views.vm(id));
    }

    @DELETE
    @Path("/{id}")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response delete(@PathParam("id") UUID id) {
        return answers.work(new Request.DeleteVm(id));
    }

    @POST
    @Path("/{id}/start")
    @Consumes(MediaType.WILDCARD)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response start(@PathParam("id") UUID id, @Nullable PlacementWish wish) {
        return answers.work(new Request.StartVm(id, wish == null ? null : wish.hostId()));
    }

    @POST
    @Path("/{id}/shutdown")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response shutdown(@PathParam("id") UUID id) {
        return answers.work(new Request.StopVm(id, false));
    }

    @POST
    @Path("/{id}/force-off")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response forceOff(@PathParam("id") UUID id) {
        return answers.work(new Request.StopVm(id, true));
    }

    @POST
    @Path("/{id}/reboot")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response reboot(@PathParam("id") UUID id) {
        return answers.work(new Request.ControlVm(id, VmControl.REBOOT));
    }

    @POST
    @Path("/{id}/reset")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response reset(@PathParam("id") UUID id) {
        return answers.work(new Request.ControlVm(id, VmControl.RESET));
    }

    @POST
    @Path("/{id}/pause")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response pause(@PathParam("id") UUID id) {
        return answers.work(new Request.ControlVm(id, VmControl.PAUSE));
    }

    /** From paused, or from suspended. */
    @POST
    @Path("/{id}/resume")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response resume(@PathParam("id") UUID id) {
        boolean suspended = views.vmRecord(id).state() == VmState.SUSPENDED;
        return answers.work(suspended ? new Request.StartVm(id, null) : new Request.ControlVm(id, VmControl.RESUME));
    }

    @POST
    @Path("/{id}/suspend")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response suspend(@PathParam("id") UUID id) {
        return answers.work(new Request.SuspendVm(id));
    }

    @POST
    @Path("/{id}/migrate")
    @Consumes(MediaType.WILDCARD)
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response migrate(@PathParam("id") UUID id, @Nullable MigrationWish wish) {
        return answers.work(
                wish == null
                        ? new Request.MigrateVm(id, null)
                        : new Request.MigrateVm(id, wish.hostId(), wish.clusterId()));
    }

    /** A ticket for one connection to the console, good for a short time. */
    @POST
    @Path("/{id}/console")
    @Consumes(MediaType.WILDCARD)
    public ConsoleTickets.TicketView console(@PathParam("id") UUID id, @Nullable ConsoleRequest request)
            throws SQLException {
        ConsoleTickets.Kind kind = Words.read(
                "kind", request == null ? null : request.kind(), ConsoleTickets.Kind.class, ConsoleTickets.Kind.VNC);
        Vm vm = views.vmRecord(id);
        UUID hostId = vm.hostId();
        if (hostId == null || (vm.state() != VmState.UP && vm.state() != VmState.PAUSED)) {
            throw ProblemException.conflict("VM " + vm.name() + " is " + Words.of(vm.state()) + "; it has no console.");
        }
        return consoles.issue(vm, views.hostRecord(hostId), kind, answers.actor());
    }
}
