// The payment service: says that it starts a payment, asks the provider once that is committed, says what came of it.
package orders.streams;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.List;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import orders.streams.Events.*;

/**
 * It hears its own PaymentStarted, read committed, before it asks: so nobody is charged for a payment that was undone.
 * The provider answers at once. Its store: where each payment stands.
 */
final class PaymentService extends Service {
    private static final ObjectReader RESERVED = reader(new TypeReference<Event<Reserved>>() {});
    private static final ObjectReader STARTED = reader(new TypeReference<Event<Started>>() {});
    private static final Risk NO_RISK = new Risk(0, List.of());

    private KeyValueStore<String, byte[]> payments;

    PaymentService() {
        super("payment");
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        super.init(context);
        payments = context.getStateStore("payments");
    }

    @Override
    void take(String type, Record<String, byte[]> record) {
        switch (type) {
            case "StockReserved" -> start(record);
            case "PaymentStarted" -> capture(record);
            default -> { }
        }
    }

    private void start(Record<String, byte[]> record) {
        if (payments.get(record.key()) != null) {
            return;
        }
        Event<Reserved> event = read(RESERVED, record.value());
        Reserved order = event.data();
        payments.put(record.key(), new byte[] {'S'});
        answer(record, event, "PaymentStarted",
                new Started(order.total(), order.payment().method(), NO_RISK, order.payment().token()));
    }

    private void capture(Record<String, byte[]> record) {
        byte[] stands = payments.get(record.key());
        if (stands == null || stands[0] != 'S') {
            return;
        }
        Event<Started> event = read(STARTED, record.value());
        payments.put(record.key(), write(event.data().amount()));
        answer(record, event, "PaymentCaptured",
                new Captured(event.data().amount(), "charge-" + record.key(), false));
    }
}
