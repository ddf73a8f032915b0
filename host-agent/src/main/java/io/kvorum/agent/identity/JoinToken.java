package io.kvorum.agent.identity;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A one-time token: {@code kj1.<base64url of endpoints>.<SHA-256 of the CA certificate>.<secret>}.
 *
 * @param endpoints host:port of every engine
 * @param caFingerprint SHA-256 of the CA certificate's DER, hexadecimal in lower case
 * @param secret never logged; {@link #toString()} leaves it out
 */
public record JoinToken(List<String> endpoints, String caFingerprint, String secret) {
    private static final Pattern FORM =
            Pattern.compile("kj1\\.([A-Za-z0-9_=-]{1,4096})\\.([0-9a-f]{64})\\.([A-Za-z0-9_~-]{1,512})");
    private static final Pattern ENDPOINT = Pattern.compile("(\\[[0-9a-fA-F:]+]|[A-Za-z0-9.-]{1,253}):([0-9]{1,5})");
    private static final int MAX_ENDPOINTS = 32;

    public JoinToken {
        endpoints = List.copyOf(endpoints);
    }

    /** Throws IllegalArgumentException with a message that does not hold the secret. */
    public static JoinToken parse(String text) {
        var form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "The join token has not the form kj1.<endpoints>.<fingerprint>.<secret>; copy it whole from the engine");
        }
        String joined;
        try {
            joined = new String(Base64.getUrlDecoder().decode(form.group(1)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The endpoints of the join token are not base64url; copy it whole", e);
        }
        List<String> endpoints = new ArrayList<>();
        for (String endpoint : joined.split(",", -1)) {
            address(endpoint);
            endpoints.add(endpoint);
        }
        if (endpoints.size() > MAX_ENDPOINTS) {
            throw new IllegalArgumentException(
                    "The join token names " + endpoints.size() + " engines; at most " + MAX_ENDPOINTS);
        }
        return new JoinToken(endpoints, form.group(2), form.group(3));
    }

    /** Reads host:port; throws IllegalArgumentException. */
    public static InetSocketAddress address(String endpoint) {
        var form = ENDPOINT.matcher(endpoint);
        if (!form.matches() || Integer.parseInt(form.group(2)) > 65_535) {
            throw new IllegalArgumentException(
                    "'" + endpoint.replaceAll("\\p{Cntrl}", "?") + "' is no host:port of an engine");
        }
        return InetSocketAddress.createUnresolved(form.group(1), Integer.parseInt(form.group(2)));
    }

    @Override
    public String toString() {
        return "JoinToken[endpoints=" + endpoints + ", caFingerprint=" + caFingerprint + "]";
    }
}
