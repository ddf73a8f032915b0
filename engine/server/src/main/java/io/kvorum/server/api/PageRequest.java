package io.kvorum.server.api;

import jakarta.ws.rs.QueryParam;
import org.jspecify.annotations.Nullable;

/** What every list takes. */
public class PageRequest {

    /** Where the last page ended. */
    @QueryParam("cursor")
    @Nullable
    String cursor;

    /** At most this many, up to 1000. */
    @QueryParam("limit")
    @Nullable
    Integer limit;

    /** Part of the name. */
    @QueryParam("q")
    @Nullable
    String q;

    /** {@code name} or {@code createdAt}, with {@code -} for descending. */
    @QueryParam("sort")
    @Nullable
    String sort;
}
