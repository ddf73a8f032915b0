package io.kvorum.agent.network;

import io.kvorum.agent.hypervisor.CommandFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 subnet of a NAT network. The gateway is its first address, guests get the others.
 *
 * @param base network address as a number
 * @param prefix 8 to 29
 */
public record Subnet(long base, int prefix) {
    private static final Pattern CIDR =
            Pattern.compile("([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})\\.([0-9]{1,3})/([0-9]{1,2})");

    /** Reads CIDR notation such as {@code 192.168.100.0/24}; throws CommandFailure with INVALID. */
    public static Subnet parse(String cidr) {
        Matcher matcher = CIDR.matcher(cidr);
        if (!matcher.matches()) {
            throw wrong(cidr);
        }
        long address = 0;
        for (int i = 1; i <= 4; i++) {
            int octet = Integer.parseInt(matcher.group(i));
            if (octet > 255) {
                throw wrong(cidr);
            }
            address = address << 8 | octet;
        }
        int prefix = Integer.parseInt(matcher.group(5));
        if (prefix < 8 || prefix > 29) {
            throw wrong(cidr);
        }
        return new Subnet(address & (0xffffffffL << (32 - prefix)), prefix);
    }

    public String gateway() {
        return text(base + 1);
    }

    public String firstLease() {
        return text(base + 2);
    }

    public String lastLease() {
        return text(base + (1L << (32 - prefix)) - 2);
    }

    private static String text(long address) {
        return (address >> 24 & 255) + "." + (address >> 16 & 255) + "." + (address >> 8 & 255) + "." + (address & 255);
    }

    private static CommandFailure wrong(String cidr) {
        return CommandFailure.invalid("The subnet is '" + cidr.replaceAll("\\p{Cntrl}", "?")
                + "'; it must be IPv4 CIDR with a prefix of 8 to 29, such as 192.168.100.0/24");
    }
}
