package io.kvorum.core.inventory;

import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;

/** CPU sets as libvirt writes them, such as "0-3,8". */
final class CpuSet {

    private static final Pattern FORM = Pattern.compile("\\d{1,4}(-\\d{1,4})?(,\\d{1,4}(-\\d{1,4})?)*");

    private CpuSet() {}

    /** What is not of that form, or runs backwards, has no CPUs. */
    static BitSet parse(String text) {
        BitSet cpus = new BitSet();
        if (!FORM.matcher(text).matches()) {
            return cpus;
        }
        for (String range : List.of(text.split(","))) {
            int dash = range.indexOf('-');
            int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int to = dash < 0 ? from : Integer.parseInt(range.substring(dash + 1));
            if (to >= from) {
                cpus.set(from, to + 1);
            }
        }
        return cpus;
    }
}
