package io.kvorum.server.api;

import io.kvorum.core.inventory.LogEntry.Severity;
import io.kvorum.server.persistence.LogRow;
import io.quarkus.panache.common.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The log, newest first. */
@Path("/api/v1/events")
@Tag(name = "Events")
@RunOnVirtualThread
public class EventResource {

    @Schema(name = "Event")
    public record EventView(
            long id,
            Instant time,

            @Schema(enumeration = {"info", "warning", "error"})
            String severity,

            String code,
            String message,
            @Nullable SubjectView subject,
            @Nullable UUID operationId,
            String actor) {

        static EventView of(LogRow row) {
            SubjectView subject = row.subjectKind == null || row.subjectId == null || row.subjectName == null
                    ? null
                    : new SubjectView(row.subjectKind.toLowerCase(Locale.ROOT), row.subjectId, row.subjectName);
            return new EventView(
                    row.id,
                    row.time,
                    row.severity.toLowerCase(Locale.ROOT),
                    row.code,
                    row.message,
                    subject,
                    row.operationId,
                    row.actor);
        }
    }

    @GET
    public io.kvorum.server.api.Page<EventView> list(
            @BeanParam PageRequest page,
            @QueryParam("subjectId") @Nullable UUID subjectId,
            @QueryParam("severity") @Nullable String severity,
            @QueryParam("code") @Nullable String code,
            @QueryParam("operationId") @Nullable UUID operationId) {
        int limit = page.limit == null ? Listing.DEFAULT_LIMIT : page.limit;
        if (limit < 1 || limit > Listing.MAX_LIMIT) {
            throw ProblemException.invalid("limit", limit, "Must be from 1 to " + Listing.MAX_LIMIT + ".");
        }
        List<String> conditions = new ArrayList<>();
        List<Object> parameters = new ArrayList<>();
        if (page.cursor != null) {
            try {
                parameters.add(Long.parseLong(page.cursor));
            } catch (NumberFormatException e) {
                throw ProblemException.invalid("cursor", page.cursor, "Not a cursor of this list; begin without one.");
            }
            conditions.add("id < ?" + parameters.size());
        }
        if (subjectId != null) {
            parameters.add(subjectId);
            conditions.add("subjectId = ?" + parameters.size());
        }
        if (operationId != null) {
            parameters.add(operationId);
            conditions.add("operationId = ?" + parameters.size());
        }
        if (code != null) {
            parameters.add(code);
            conditions.add("code = ?" + parameters.size());
        }
        if (severity != null) {
            parameters.add(
                    Words.read("severity", severity, Severity.class, null).name());
            conditions.add("severity = ?" + parameters.size());
        }
        String query = (conditions.isEmpty() ? "" : String.join(" and ", conditions) + " ") + "order by id desc";
        List<LogRow> rows = LogRow.<LogRow>find(query, parameters.toArray())
                .page(Page.ofSize(limit + 1))
                .list();
        boolean more = rows.size() > limit;
        List<LogRow> shown = more ? rows.subList(0, limit) : rows;
        return new io.kvorum.server.api.Page<>(
                shown.stream().map(EventView::of).toList(), more ? String.valueOf(shown.getLast().id) : null);
    }
}
