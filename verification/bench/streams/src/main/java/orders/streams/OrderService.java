// The order service: accepts and prices an order, confirms it once it is paid, completes it once it is shipped.
package orders.streams;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import orders.streams.Events.*;

/** Its stores: where each order stands, also after its end, so that a repeated placement is known; prices by SKU. */
final class OrderService extends Service {
    private static final ObjectReader PLACED = reader(new TypeReference<Event<Placed>>() {});
    private static final ObjectReader PUBLISHED = reader(new TypeReference<Event<Published>>() {});
    private static final ObjectReader MONEY = reader(new TypeReference<Money>() {});
    private static final ObjectReader BARE = reader(new TypeReference<Event<Nothing>>() {});
    private static final long TAX_PERCENT = 19;

    private KeyValueStore<String, byte[]> orders;
    private KeyValueStore<String, byte[]> prices;

    OrderService() {
        super("order");
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        super.init(context);
        orders = context.getStateStore("orders");
        prices = context.getStateStore("prices");
    }

    @Override
    void take(String type, Record<String, byte[]> record) {
        switch (type) {
            case "ProductPublished" -> publish(record);
            case "OrderPlaced" -> accept(record);
            case "PaymentCaptured" -> advance(record, 'P', 'C', "OrderConfirmed");
            case "StockShipped" -> advance(record, 'C', 'E', "OrderCompleted");
            default -> { }
        }
    }

    private void publish(Record<String, byte[]> record) {
        Event<Published> event = read(PUBLISHED, record.value());
        prices.put(record.key(), write(event.data().prices().get(0)));
    }

    private void accept(Record<String, byte[]> record) {
        if (orders.get(record.key()) != null) {
            return;
        }
        Event<Placed> event = read(PLACED, record.value());
        Placed placed = event.data();
        List<Line> lines = new ArrayList<>(placed.lines().size());
        long subtotal = 0;
        for (Line line : placed.lines()) {
            Money price = read(MONEY, prices.get(line.sku()));
            lines.add(new Line(line.sku(), line.quantity(), price));
            subtotal = Math.addExact(subtotal, Math.multiplyExact(price.amount(), line.quantity()));
        }
        long tax = subtotal * TAX_PERCENT / 100;
        String expires = Instant.now().plus(15, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.MICROS).toString();
        orders.put(record.key(), new byte[] {'P'});
        answer(record, event, "OrderAccepted", new Accepted(placed.customer_id(), lines, euro(subtotal), euro(0),
                euro(tax), euro(subtotal + tax), placed.payment(), expires));
    }

    private void advance(Record<String, byte[]> record, char from, char to, String says) {
        byte[] stands = orders.get(record.key());
        if (stands == null || stands[0] != from) {
            return;
        }
        orders.put(record.key(), new byte[] {(byte) to});
        Event<Nothing> event = read(BARE, record.value());
        answer(record, event, says, new Nothing());
    }

    private static Money euro(long amount) {
        return new Money(amount, "EUR");
    }
}
