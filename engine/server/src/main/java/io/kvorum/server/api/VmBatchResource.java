package io.kvorum.server.api;

import io.kvorum.core.inventory.InstanceType;
import io.kvorum.core.inventory.Template;
import io.kvorum.core.inventory.Vm;
import io.kvorum.core.inventory.VmSpec;
import io.kvorum.core.operations.Request;
import io.kvorum.server.api.VmSpecs.VmCreation;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Many VMs with one request, placed together. */
@Path("/api/v1/vms")
@Tag(name = "VMs")
@RunOnVirtualThread
public class VmBatchResource {

    private static final int MAX_CREATED = 200;
    private static final int MAX_STARTED = 500;

    private final Answers answers;
    private final Views views;

    VmBatchResource(Answers answers, Views views) {
        this.answers = answers;
        this.views = views;
    }

    @Schema(name = "VmBatchCreation")
    public record BatchCreation(
            @Schema(description = "VMs of one cluster, at most " + MAX_CREATED + ".") @Nullable
            List<@Nullable VmCreation> vms,

            @Schema(
                    description =
                            "Refuse all if not all that shall start would find a host now. Hosts that sleep do not count.")
            @Nullable
            Boolean allOrNothing) {}

    @Schema(name = "VmBatchStart")
    public record BatchStart(
            @Schema(description = "VMs of one cluster, at most " + MAX_STARTED + "; those that run are left alone.")
            @Nullable
            List<@Nullable UUID> vmIds,

            @Schema(description = "Start none if not all would find a host now. Hosts that sleep do not count.")
            @Nullable
            Boolean allOrNothing) {}

    /** One operation, with one of its own for each VM below it. A wrong field of one VM refuses all. */
    @POST
    @Path("/batch-create")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response create(@Nullable BatchCreation body) {
        BatchCreation batch = Words.required("body", body);
        List<VmCreation> wanted = listed("vms", batch.vms(), MAX_CREATED);
        UUID id = answers.newId();
        Map<UUID, Template> templates = new HashMap<>();
        Map<UUID, InstanceType> types = new HashMap<>();
        List<Request.CreateVm> vms = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            try {
                vms.add(creation(part(id, i), wanted.get(i), templates, types));
            } catch (ProblemException e) {
                throw e.within("vms[" + i + "].");
            }
        }
        return answers.work(new Request.CreateVms(
                vms.getFirst().spec().clusterId(), vms, Boolean.TRUE.equals(batch.allOrNothing())));
    }

    private Request.CreateVm creation(
            UUID id, VmCreation wanted, Map<UUID, Template> templates, Map<UUID, InstanceType> types) {
        Template template =
                wanted.templateId() == null ? null : templates.computeIfAbsent(wanted.templateId(), views::template);
        UUID typeId = wanted.instanceTypeId();
        InstanceType type = typeId == null ? null : types.computeIfAbsent(typeId, views::instanceType);
        VmSpec spec = VmSpecs.create(id, wanted, template, type);
        return new Request.CreateVm(id, spec, VmSpecs.fullCopy(wanted), Boolean.TRUE.equals(wanted.start()));
    }

    /** One operation, with one of its own for each VM below it. */
    @POST
    @Path("/batch-start")
    @APIResponse(
            responseCode = "202",
            description = "Accepted",
            content = @Content(schema = @Schema(implementation = OperationView.class)))
    public Response start(@Nullable BatchStart body) {
        BatchStart batch = Words.required("body", body);
        List<UUID> ids =
                listed("vmIds", batch.vmIds(), MAX_STARTED).stream().distinct().toList();
        Vm first = views.vmRecord(ids.getFirst());
        return answers.work(
                new Request.StartVms(first.spec().clusterId(), ids, Boolean.TRUE.equals(batch.allOrNothing())));
    }

    private static <T> List<T> listed(String field, @Nullable List<@Nullable T> items, int most) {
        List<@Nullable T> given = Words.required(field, items);
        if (given.isEmpty() || given.size() > most) {
            throw ProblemException.invalid(
                    field,
                    given.size() + " items",
                    "Must have 1 to " + most + " items; send more in several requests.");
        }
        List<T> present = new ArrayList<>();
        for (T item : given) {
            present.add(Objects.requireNonNullElseGet(item, () -> {
                throw ProblemException.invalid(field, null, "Must not contain null.");
            }));
        }
        return present;
    }

    private static UUID part(UUID batch, int index) {
        return UUID.nameUUIDFromBytes((batch + "/vm/" + index).getBytes(StandardCharsets.UTF_8));
    }
}
