package io.kvorum.server.persistence;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.kvorum.core.controller.AgentCommand;
import io.kvorum.core.controller.CommandOutcome;
import io.kvorum.core.inventory.ConfigObject;
import io.kvorum.core.operations.Request;
import io.kvorum.core.scheduling.Explanation;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The core's records as the JSON documents of the database. The core knows nothing of JSON; its sealed types are told
 * apart by their simple names, in a property {@code type}.
 */
@ApplicationScoped
public class Documents {

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "@type")
    private interface Typed {}

    /** Every placement has some of these: nobody reads more of them, and a hundred thousand of them are kept. */
    private abstract static class ScoreWords {
        @JsonSerialize(using = Rounded.class)
        double score;

        @JsonSerialize(using = Rounded.class)
        double factor;
    }

    private abstract static class VerdictWords {
        @JsonSerialize(using = Rounded.class)
        @Nullable
        Double total;

        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable
        List<?> further;
    }

    /** To four decimals. */
    private static final class Rounded extends StdSerializer<Double> {

        private static final double PARTS = 1e4;

        Rounded() {
            super(Double.class);
        }

        @Override
        public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeNumber(Math.rint(value * PARTS) / PARTS);
        }
    }

    private final ObjectMapper mapper = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            // Records are their components: methods such as active() or subject() are not stored.
            .visibility(com.fasterxml.jackson.annotation.PropertyAccessor.GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(com.fasterxml.jackson.annotation.PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
            .visibility(com.fasterxml.jackson.annotation.PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
            .build();

    public Documents() {
        typed(Request.class);
        typed(AgentCommand.class);
        typed(CommandOutcome.class);
        typed(CommandOutcome.Detail.class);
        typed(ConfigObject.class);
        mapper.addMixIn(Explanation.Score.class, ScoreWords.class);
        mapper.addMixIn(Explanation.HostVerdict.class, VerdictWords.class);
    }

    private void typed(Class<?> sealed) {
        mapper.addMixIn(sealed, Typed.class);
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            mapper.registerSubtypes(new NamedType(permitted, permitted.getSimpleName()));
        }
    }

    public String write(Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + value.getClass(), e);
        }
    }

    public <T> T read(String json, Class<T> type) {
        try {
            return mapper.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "Cannot read a stored " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }
}
