// What the three services have in common: type peeked before anything is parsed, one envelope, one sink.
package orders.streams;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import orders.streams.Events.Event;

/** A service hears events and answers on its own topic, on the partition it heard from. */
abstract class Service implements Processor<String, byte[], String, byte[]> {
    private static final ObjectMapper JSON = new ObjectMapper()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
    private static final ObjectWriter WRITER = JSON.writer();
    private static final byte[] BEFORE_TYPE = "{\"type\":\"".getBytes(StandardCharsets.UTF_8);

    private final String name;
    private ProcessorContext<String, byte[]> context;

    Service(String name) {
        this.name = name;
    }

    /** Takes one record of this type. */
    abstract void take(String type, Record<String, byte[]> record);

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
    }

    @Override
    public void process(Record<String, byte[]> record) {
        take(typeOf(record.value()), record);
    }

    /** Answers an event with another about the same order. */
    void answer(Record<String, byte[]> record, Event<?> cause, String type, Object data) {
        var id = UUID.nameUUIDFromBytes((name + cause.id() + type).getBytes(StandardCharsets.UTF_8)).toString();
        var event = new Event<>(type, "1.0", id, name, record.key(), now(), cause.id(), data);
        context.forward(record.withValue(write(event)));
    }

    /** This instant, as it is written. */
    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS).toString();
    }

    /** A reader of one kind of value. */
    static ObjectReader reader(TypeReference<?> kind) {
        return JSON.readerFor(kind);
    }

    static <T> T read(ObjectReader reader, byte[] value) {
        try {
            return reader.readValue(value);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    static byte[] write(Object value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static String typeOf(byte[] value) {
        if (value == null || value.length < BEFORE_TYPE.length) {
            return "";
        }
        int end = BEFORE_TYPE.length;
        while (end < value.length && value[end] != '"') {
            end++;
        }
        return new String(value, BEFORE_TYPE.length, end - BEFORE_TYPE.length, StandardCharsets.ISO_8859_1);
    }
}
