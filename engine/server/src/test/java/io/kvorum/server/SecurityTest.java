package io.kvorum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.agroal.api.AgroalDataSource;
import io.kvorum.server.ApiClient.Answer;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, and what stays secret. */
@QuarkusTest
@WithTestResource(value = EngineResource.class, scope = TestResourceScope.GLOBAL)
class SecurityTest {

    @Inject
    AgroalDataSource dataSource;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/session",
                "/status",
                "/overview",
                "/rehearsal-traces",
                "/tree",
                "/data-centers",
                "/clusters",
                "/hosts",
                "/vms",
                "/templates",
                "/images",
                "/storage-domains",
                "/networks",
                "/operations",
                "/events",
                "/changes",
                "/tokens",
                "/join-tokens",
                "/nothing-at-all",
                "//metrics",
                "//q/openapi",
                "//q/openapi?format=json"
            })
    void isClosedToStrangers(String path) {
        assertRefused(ApiClient.anonymous().get(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/vms", "/join-tokens", "/tokens", "/clusters", "/images?name=x"})
    void changesNothingForStrangers(String path) {
        assertRefused(ApiClient.anonymous().post(path, "{}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/api/v1", "/api", "//api//v1/hosts", "/api/v1/hosts/", "/api/v1//hosts", "/API/V1/hosts"})
    void odderPathsShowNothingEither(String path) {
        Answer answer = ApiClient.anonymous().get("//" + path.substring(1));

        assertFalse(answer.text().contains("\"items\""), answer.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"//q/health", "//q/health/live", "//q/health/ready"})
    void healthIsOpen(String path) {
        Answer answer = ApiClient.anonymous().get(path).expect(200);

        assertEquals("UP", answer.json().path("status").asText());
    }

    @Test
    void theUiItselfIsOpenAndItsDataIsNot() {
        Answer page = ApiClient.anonymous().get("//").expect(200);
        assertTrue(page.header("Content-Type").startsWith("text/html"), page.header("Content-Type"));
        Matcher script = Pattern.compile("src=\"(/assets/[^\"]+\\.js)\"").matcher(page.text());
        assertTrue(script.find(), page.text());

        Answer code = ApiClient.anonymous().get("/" + script.group(1)).expect(200);

        assertTrue(code.header("Content-Type").contains("javascript"), code.header("Content-Type"));
        assertRefused(ApiClient.anonymous().get("/tree"));
    }

    @Test
    void refusesAWrongPasswordInWords() {
        Answer answer = ApiClient.logIn("admin", "not the password").expect(401);

        assertProblem(answer);
        assertEquals("The name or the password is wrong.", answer.detail());
        assertTrue(answer.header("Set-Cookie").isEmpty());
    }

    @Test
    void makesTheGuessingOfPasswordsSlow() {
        for (int i = 0; i < 5; i++) {
            ApiClient.logIn("guessed", "wrong " + i).expect(401);
        }

        Answer answer = ApiClient.logIn("guessed", "wrong again").expect(429);

        assertProblem(answer);
        assertEquals("30", answer.header("Retry-After"));
        assertTrue(answer.detail().contains("30 s"), answer.detail());
    }

    @Test
    void keepsTheSessionFromScriptsAndOtherSites() {
        String cookie =
                ApiClient.logIn("admin", ApiClient.adminPassword()).expect(200).header("Set-Cookie");

        assertTrue(cookie.startsWith("kvorum_session="), cookie);
        assertTrue(cookie.contains("HttpOnly"), cookie);
        assertTrue(cookie.contains("SameSite=Strict"), cookie);
        assertTrue(cookie.contains("Path=/"), cookie);
    }

    @Test
    void aCookieAloneReadsButChangesNothing() {
        String cookie =
                ApiClient.logIn("admin", ApiClient.adminPassword()).expect(200).header("Set-Cookie");
        String session = cookie.substring(0, cookie.indexOf(';'));
        Map<String, String> body = Map.of("name", ApiClient.unique("forged"));

        ApiClient.with("Cookie", session).get("/session").expect(200);
        assertRefused(ApiClient.with("Cookie", session).post("/data-centers", body));
        ApiClient.with("Cookie", session, "X-Kvorum-Request", "1")
                .post("/data-centers", body)
                .expect(201);
    }

    @Test
    void aSessionEndsWithTheLogOut() {
        String cookie =
                ApiClient.logIn("admin", ApiClient.adminPassword()).expect(200).header("Set-Cookie");
        ApiClient session = ApiClient.with("Cookie", cookie.substring(0, cookie.indexOf(';')), "X-Kvorum-Request", "1");

        session.delete("/session").expect(204);

        assertRefused(session.get("/session"));
    }

    @Test
    void aTokenHoldsUntilItIsRevokedAndIsShownOnce() {
        ApiClient admin = ApiClient.admin();
        JsonNode made = admin.post("/tokens", Map.of("name", "automation", "expiresInSeconds", 3600))
                .expect(201)
                .json();
        String secret = made.path("secret").asText();
        ApiClient automation = ApiClient.with("Authorization", "Bearer " + secret);

        automation.get("/vms").expect(200);
        Answer list = admin.get("/tokens").expect(200);
        assertTrue(list.text().contains(made.path("id").asText()));
        assertFalse(list.text().contains(secret), "The list shows a secret");

        admin.delete("/tokens/" + made.path("id").asText()).expect(204);
        assertRefused(automation.get("/vms"));
    }

    @Test
    void aWrongTokenIsRefusedEvenWithAGoodCookie() {
        String cookie =
                ApiClient.logIn("admin", ApiClient.adminPassword()).expect(200).header("Set-Cookie");

        assertRefused(
                ApiClient.with("Authorization", "Bearer kv1.wrong", "Cookie", cookie.substring(0, cookie.indexOf(';')))
                        .get("/vms"));
    }

    @Test
    void storesHashesInsteadOfSecrets() throws SQLException {
        String password = ApiClient.adminPassword();
        String secret = ApiClient.admin()
                .post("/tokens", Map.of("name", "hashed"))
                .expect(201)
                .json()
                .path("secret")
                .asText();

        String accounts = rows("select a::text from account a");
        assertTrue(accounts.contains("argon2id$"), accounts);
        assertFalse(accounts.contains(password), "The password is stored");
        assertFalse(rows("select t::text from api_token t").contains(secret), "The token is stored");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1,2", "not json", "\"text\"", "[]", "{\"name\":{\"a\":1}}", "{\"name\":[1]}"})
    void refusesMalformedBodiesWithoutItsInsides(String body) {
        Answer answer = ApiClient.admin().post("/data-centers", body).expect(400);

        assertProblem(answer);
        assertFalse(answer.text().contains("java.lang"), answer.text());
        assertFalse(answer.text().contains("io.kvorum"), answer.text());
        assertFalse(answer.text().contains("\tat "), answer.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data-centers", "/clusters", "/networks", "/storage-domains", "/vms", "/templates"})
    void refusesAMissingBody(String path) {
        Answer answer = ApiClient.admin()
                .send("POST", path, BodyPublishers.noBody(), "Content-Type", "application/json")
                .expect(400);

        assertProblem(answer);
    }

    @Test
    void setsTheHeadersThatBrowsersGuardBy() {
        Answer answer = ApiClient.anonymous().get("//q/health");

        assertTrue(answer.header("Content-Security-Policy").contains("default-src 'self'"));
        assertEquals("nosniff", answer.header("X-Content-Type-Options"));
    }

    private String rows(String sql) throws SQLException {
        StringBuilder text = new StringBuilder();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                text.append(rows.getString(1)).append('\n');
            }
        }
        return text.toString();
    }

    private static void assertRefused(Answer answer) {
        answer.expect(401);
        assertProblem(answer);
    }

    private static void assertProblem(Answer answer) {
        assertTrue(answer.header("Content-Type").startsWith("application/problem+json"), answer.text());
        assertEquals(answer.status(), answer.json().path("status").asInt());
        assertTrue(answer.json().path("type").asText().startsWith("urn:kvorum:problem:"));
    }
}
