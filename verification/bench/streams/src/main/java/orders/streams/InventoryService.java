// The inventory service: reserves all lines of an order or none, and ships them once the order is confirmed.
package orders.streams;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import orders.streams.Events.*;

/** Its stores: free pieces of each product on this partition's shelf, and what is held for which order. */
final class InventoryService extends Service {
    private static final ObjectReader ACCEPTED = reader(new TypeReference<Event<Accepted>>() {});
    private static final ObjectReader CONFIRMED = reader(new TypeReference<Event<Nothing>>() {});
    private static final ObjectReader LINES = reader(new TypeReference<List<Line>>() {});
    private static final long PIECES = 100_000_000;

    private KeyValueStore<String, byte[]> stock;
    private KeyValueStore<String, byte[]> reservations;

    InventoryService() {
        super("inventory");
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        super.init(context);
        stock = context.getStateStore("stock");
        reservations = context.getStateStore("reservations");
    }

    @Override
    void take(String type, Record<String, byte[]> record) {
        switch (type) {
            case "ProductPublished" -> receive(record.key());
            case "OrderAccepted" -> reserve(record);
            case "OrderConfirmed" -> ship(record);
            default -> { }
        }
    }

    /** A product comes with a full shelf: goods are not moved between partitions here. */
    private void receive(String sku) {
        if (stock.get(sku) == null) {
            put(sku, PIECES);
        }
    }

    private void reserve(Record<String, byte[]> record) {
        if (reservations.get(record.key()) != null) {
            return;
        }
        Event<Accepted> event = read(ACCEPTED, record.value());
        Accepted order = event.data();
        if (order.lines().stream().anyMatch(line -> free(line.sku()) < line.quantity())) {
            throw new IllegalStateException("the happy path runs out of stock");
        }
        order.lines().forEach(line -> put(line.sku(), free(line.sku()) - line.quantity()));
        var lines = order.lines().stream().map(line -> new Line(line.sku(), line.quantity(), null)).toList();
        reservations.put(record.key(), write(lines));
        answer(record, event, "StockReserved",
                new Reserved(lines, order.customer_id(), order.total(), order.payment(), order.expires_at()));
    }

    private void ship(Record<String, byte[]> record) {
        byte[] held = reservations.delete(record.key());
        if (held == null) {
            return;
        }
        Event<Nothing> event = read(CONFIRMED, record.value());
        List<Line> lines = read(LINES, held);
        answer(record, event, "StockShipped", new Shipped(lines));
    }

    private long free(String sku) {
        byte[] pieces = stock.get(sku);
        return pieces == null ? 0 : ByteBuffer.wrap(pieces).getLong();
    }

    private void put(String sku, long pieces) {
        stock.put(sku, ByteBuffer.allocate(Long.BYTES).putLong(pieces).array());
    }
}
