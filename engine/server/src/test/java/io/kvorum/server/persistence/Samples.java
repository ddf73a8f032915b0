package io.kvorum.server.persistence;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Instances of records and sealed types with something in every component, so that no subtype can be forgotten. */
final class Samples {

    private static final int MAX_DEPTH = 12;
    private int count;

    /** One instance of each record below a sealed type, or of the record itself. */
    static Stream<Object> of(Class<?> type) {
        return records(type).map(record -> new Samples().make(record, 0));
    }

    static Stream<Class<?>> records(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(Samples::records);
    }

    private Object make(Type type, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalStateException("Too deep at " + type);
        }
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return List.of(make(arguments[0], depth + 1));
            }
            if (generic.getRawType() == Set.class) {
                return Set.of(make(arguments[0], depth + 1));
            }
            if (generic.getRawType() == Map.class) {
                return Map.of(make(arguments[0], depth + 1), make(arguments[1], depth + 1));
            }
            throw new IllegalStateException("No sample of " + type);
        }
        return make((Class<?>) type, depth);
    }

    private Object make(Class<?> type, int depth) {
        count++;
        if (type == String.class) {
            return "text \"" + count + "\" äö€ \\ '";
        } else if (type == UUID.class) {
            return new UUID(7, count);
        } else if (type == int.class || type == Integer.class) {
            return count;
        } else if (type == long.class || type == Long.class) {
            return (1L << 53) + count;
        } else if (type == double.class || type == Double.class) {
            return count + 0.25;
        } else if (type == boolean.class || type == Boolean.class) {
            return true;
        } else if (type == Instant.class) {
            return Instant.parse("2026-01-02T03:04:05.678901Z").plusSeconds(count);
        } else if (type == LocalTime.class) {
            return LocalTime.of(count % 24, 30);
        } else if (type == Duration.class) {
            return Duration.ofMillis(1500 + count);
        } else if (type.isEnum()) {
            Object[] constants = type.getEnumConstants();
            return constants[constants.length - 1];
        } else if (type.isRecord()) {
            return record(type, depth);
        } else if (type.isSealed()) {
            return make(type.getPermittedSubclasses()[0], depth + 1);
        }
        throw new IllegalStateException("No sample of " + type);
    }

    private Object record(Class<?> type, int depth) {
        RecordComponent[] components = type.getRecordComponents();
        List<Object> values = new ArrayList<>();
        for (RecordComponent component : components) {
            values.add(make(component.getGenericType(), depth + 1));
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values.toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No sample of " + type, e);
        }
    }
}
