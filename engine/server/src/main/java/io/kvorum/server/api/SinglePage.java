package io.kvorum.server.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Pages of the UI are made in the browser: any path that is neither the API's nor a file's answers with the UI. */
@ApplicationScoped
public class SinglePage {

    private static final int BEFORE_EVERYTHING = 100;

    void register(@Observes Router router) {
        router.route().order(BEFORE_EVERYTHING).method(HttpMethod.GET).handler(SinglePage::answer);
    }

    private static void answer(RoutingContext context) {
        String path = context.normalizedPath();
        boolean start = path.equals("/") || path.equals("/index.html");
        boolean page = !path.startsWith("/api/")
                && !path.startsWith("/q/")
                && !path.equals("/metrics")
                && !path.substring(path.lastIndexOf('/')).contains(".");
        if (start) {
            // It names the other files by their content; itself it must be asked for each time.
            context.addHeadersEndHandler(done -> context.response().putHeader("Cache-Control", "no-cache"));
            context.next();
        } else if (page) {
            context.reroute("/index.html");
        } else {
            context.next();
        }
    }
}
