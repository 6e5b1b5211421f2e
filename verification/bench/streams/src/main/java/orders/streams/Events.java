// The events of the contract as far as a happy order needs them: what is read and what is written, as Jackson sees it.
package orders.streams;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/** Names of fields are those on the wire. */
final class Events {
    private Events() {}

    /** The envelope; the type comes first, so that a reader can pass by what it does not want. */
    @JsonPropertyOrder({"type", "specversion", "id", "source", "subject", "time", "causationid", "data"})
    record Event<T>(
            String type, String specversion, String id, String source, String subject, String time,
            String causationid, T data) {}

    /** An amount in the smallest unit of its currency. */
    record Money(long amount, String currency) {}

    /** So many pieces; the price is there once the order is accepted. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(String sku, int quantity, Money unit_price) {}

    /** How a customer pays. */
    record Payment(String method, String token) {}

    /** How far a payment is to be distrusted. */
    record Risk(int score, List<String> reasons) {}

    /** The data of OrderPlaced. */
    record Placed(String customer_id, List<Line> lines, Payment payment) {}

    /** The data of OrderAccepted. */
    record Accepted(
            String customer_id, List<Line> lines, Money subtotal, Money discount, Money tax, Money total,
            Payment payment, String expires_at) {}

    /** The data of StockReserved. */
    record Reserved(List<Line> lines, String customer_id, Money total, Payment payment, String expires_at) {}

    /** The data of PaymentStarted. */
    record Started(Money amount, String method, Risk risk, String token) {}

    /** The data of PaymentCaptured. */
    record Captured(Money amount, String provider_reference, boolean returning) {}

    /** The data of StockShipped. */
    record Shipped(List<Line> lines) {}

    /** The data of ProductPublished. */
    record Published(List<Money> prices) {}

    /** The data of an event that says everything by its type. */
    @JsonInclude
    record Nothing() {}
}
