package io.kvorum.core.inventory;

import java.util.Arrays;

/**
 * A set of slots of {@link HostColumns}, a bit a slot. Filters narrow one; features of hosts are kept as such sets, so
 * that asking for a feature is an AND of words.
 */
public final class SlotSet {

    private static final SlotSet NONE = new SlotSet();

    private long[] words = new long[1];

    /** A set that stays empty; not to be changed. */
    public static SlotSet none() {
        return NONE;
    }

    public boolean contains(int slot) {
        int word = slot >>> 6;
        return word < words.length && (words[word] >>> slot & 1) != 0;
    }

    public boolean isEmpty() {
        for (long word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    public int size() {
        int size = 0;
        for (long word : words) {
            size += Long.bitCount(word);
        }
        return size;
    }

    /** The least slot of the set that is not less than that; -1 if there is none. */
    public int next(int from) {
        int index = from >>> 6;
        if (index >= words.length) {
            return -1;
        }
        long word = words[index] & (-1L << from);
        while (word == 0) {
            if (++index == words.length) {
                return -1;
            }
            word = words[index];
        }
        return (index << 6) + Long.numberOfTrailingZeros(word);
    }

    public void add(int slot) {
        int word = slot >>> 6;
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(word + 1, words.length * 2));
        }
        words[word] |= 1L << slot;
    }

    public void drop(int slot) {
        int word = slot >>> 6;
        if (word < words.length) {
            words[word] &= ~(1L << slot);
        }
    }

    /** Makes it the same as the other. */
    public void become(SlotSet other) {
        if (words.length < other.words.length) {
            words = new long[other.words.length];
        }
        System.arraycopy(other.words, 0, words, 0, other.words.length);
        Arrays.fill(words, other.words.length, words.length, 0);
    }

    /** Keeps what the other has too. */
    public void retain(SlotSet other) {
        int common = Math.min(words.length, other.words.length);
        for (int i = 0; i < common; i++) {
            words[i] &= other.words[i];
        }
        Arrays.fill(words, common, words.length, 0);
    }

    /** Drops what the other has. */
    public void removeAll(SlotSet other) {
        int common = Math.min(words.length, other.words.length);
        for (int i = 0; i < common; i++) {
            words[i] &= ~other.words[i];
        }
    }

    public void clear() {
        Arrays.fill(words, 0);
    }

    SlotSet copy() {
        SlotSet copy = new SlotSet();
        copy.words = words.clone();
        return copy;
    }

    void set(int slot, boolean member) {
        if (member) {
            add(slot);
        } else {
            drop(slot);
        }
    }
}
