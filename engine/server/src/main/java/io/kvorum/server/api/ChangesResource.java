package io.kvorum.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kvorum.server.api.EventResource.EventView;
import io.kvorum.server.events.ChangeFeed;
import io.kvorum.server.events.ChangeFeed.Notice;
import io.kvorum.server.events.ChangeFeed.Subscription;
import io.kvorum.server.persistence.LogRow;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Every change, as server-sent events: {@code change} names what changed, {@code event} carries a line of the log,
 * {@code reset} says that some may have been missed and everything should be read again.
 */
@Path("/api/v1/changes")
@Tag(name = "Changes")
public class ChangesResource {

    /** A listener that falls this far behind is told to read everything again. */
    private static final int MAX_BEHIND = 10_000;

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final ChangeFeed feed;
    private final ObjectMapper mapper;

    ChangesResource(ChangeFeed feed, ObjectMapper mapper) {
        this.feed = feed;
        this.mapper = mapper;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<OutboundSseEvent> follow(@Context Sse sse) {
        return Multi.createFrom()
                .emitter(emitter -> Thread.startVirtualThread(() -> {
                    BlockingQueue<Notice> queue = new ArrayBlockingQueue<>(MAX_BEHIND);
                    AtomicBoolean overrun = new AtomicBoolean();
                    try (Subscription subscription = feed.subscribe(notice -> {
                        if (!queue.offer(notice)) {
                            overrun.set(true);
                        }
                    })) {
                        long lastEvent = lastEventId();
                        emitter.emit(event(sse, "hello", Map.of()));
                        while (!emitter.isCancelled()) {
                            Notice first = queue.poll(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
                            List<Notice> batch = new ArrayList<>();
                            queue.drainTo(batch, MAX_BEHIND);
                            if (first == null) {
                                emitter.emit(sse.newEventBuilder()
                                        .comment("still here")
                                        .build());
                                continue;
                            }
                            batch.addFirst(first);
                            if (overrun.getAndSet(false)) {
                                emitter.emit(event(sse, "reset", Map.of()));
                            }
                            boolean logged = false;
                            for (Notice notice : batch) {
                                logged |= notice instanceof Notice.Changed(String kind, String id, long revision)
                                        && kind.equals("EVENT");
                                OutboundSseEvent out = change(sse, notice);
                                if (out != null) {
                                    emitter.emit(out);
                                }
                            }
                            if (logged) {
                                for (EventView line : eventsAfter(lastEvent)) {
                                    emitter.emit(event(sse, "event", line));
                                    lastEvent = line.id();
                                }
                            }
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        emitter.complete();
                    } catch (Exception e) {
                        emitter.fail(e);
                    }
                }));
    }

    private @Nullable OutboundSseEvent change(Sse sse, Notice notice) throws JsonProcessingException {
        return switch (notice) {
            case Notice.Changed(String kind, String id, long revision) ->
                kind.equals("EVENT")
                        ? null
                        : event(
                                sse,
                                "change",
                                Map.of(
                                        "kind",
                                        kind.toLowerCase(Locale.ROOT),
                                        "id",
                                        id,
                                        "revision",
                                        revision,
                                        "deleted",
                                        revision == 0));
            case Notice.Lost lost -> event(sse, "reset", Map.of());
            case Notice.OperationQueued queued -> null;
        };
    }

    private OutboundSseEvent event(Sse sse, String name, Object data) throws JsonProcessingException {
        return sse.newEventBuilder()
                .name(name)
                .data(String.class, mapper.writeValueAsString(data))
                .build();
    }

    private static long lastEventId() {
        return QuarkusTransaction.requiringNew()
                .call(() -> LogRow.<LogRow>find("order by id desc")
                        .firstResultOptional()
                        .map(row -> row.id)
                        .orElse(0L));
    }

    private static List<EventView> eventsAfter(long id) {
        return QuarkusTransaction.requiringNew()
                .call(() -> LogRow.<LogRow>find("id > ?1 order by id", id).range(0, 999).list().stream()
                        .map(EventView::of)
                        .toList());
    }
}
