package io.kvorum.agent.hypervisor.libvirt;

import java.lang.reflect.Field;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.DomainEventType;

/** Why QEMU said that it shuts down: virDomainEventShutdownDetailType, of which libvirt-java knows the first only. */
enum ShutdownCause {
    UNKNOWN,
    GUEST,
    /** A signal, from whoever may send one on the host. */
    HOST;

    private static final int CODE_GUEST = 1;
    private static final int CODE_HOST = 2;

    static ShutdownCause of(DomainEvent event) {
        if (event.getType() != DomainEventType.SHUTDOWN) {
            return UNKNOWN;
        }
        return switch (code(event)) {
            case CODE_GUEST -> GUEST;
            case CODE_HOST -> HOST;
            default -> UNKNOWN;
        };
    }

    /** The number is there, and not to be had otherwise. */
    private static int code(DomainEvent event) {
        try {
            Field detail = DomainEvent.class.getDeclaredField("detail");
            detail.setAccessible(true);
            return detail.getInt(event);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return -1;
        }
    }
}
