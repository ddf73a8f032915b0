package io.kvorum.core.inventory;

import java.util.Arrays;

/** Slots of {@link HostColumns}, in the order they came. */
public final class SlotList {

    static final SlotList EMPTY = new SlotList();

    private int[] slots = new int[8];
    private int size;

    SlotList() {}

    public int size() {
        return size;
    }

    public int get(int index) {
        return slots[index];
    }

    void add(int slot) {
        if (size == slots.length) {
            slots = Arrays.copyOf(slots, size * 2);
        }
        slots[size++] = slot;
    }

    int removeLast() {
        return slots[--size];
    }

    void remove(int slot) {
        for (int i = 0; i < size; i++) {
            if (slots[i] == slot) {
                System.arraycopy(slots, i + 1, slots, i, size - i - 1);
                size--;
                return;
            }
        }
    }
}
