package io.kvorum.agent.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.DomainEventType;

class ShutdownCauseTest {

    @Test
    void readsWhatLibvirtSays() {
        assertEquals(ShutdownCause.UNKNOWN, ShutdownCause.of(new DomainEvent(DomainEventType.SHUTDOWN, 0)));
        assertEquals(ShutdownCause.GUEST, ShutdownCause.of(new DomainEvent(DomainEventType.SHUTDOWN, 1)));
        assertEquals(ShutdownCause.HOST, ShutdownCause.of(new DomainEvent(DomainEventType.SHUTDOWN, 2)));
        assertEquals(ShutdownCause.UNKNOWN, ShutdownCause.of(new DomainEvent(DomainEventType.SHUTDOWN, 99)));
    }

    @Test
    void saysNothingOfOtherEvents() {
        assertEquals(ShutdownCause.UNKNOWN, ShutdownCause.of(new DomainEvent(DomainEventType.STOPPED, 2)));
    }
}
