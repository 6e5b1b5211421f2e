// Runs one or more of the three services, each a Kafka Streams application of one thread, until it is asked to end.
package orders.streams;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/** Arguments: brokers, prefix, folder for state, store (memory or rocksdb), services by comma, settings a=b. */
public final class Saga {
    private record Wiring(
            ProcessorSupplier<String, byte[], String, byte[]> service, String[] hears, String says, String[] stores) {}

    private static final Map<String, Wiring> SERVICES = Map.of(
            "order", new Wiring(OrderService::new, names("checkout", "catalog", "inventory", "payments"), "orders",
                    names("orders", "prices")),
            "inventory", new Wiring(InventoryService::new, names("catalog", "orders"), "inventory",
                    names("stock", "reservations")),
            "payment", new Wiring(PaymentService::new, names("inventory", "payments"), "payments",
                    names("payments")));

    private Saga() {}

    public static void main(String[] args) throws InterruptedException {
        var running = new ArrayList<KafkaStreams>();
        var ready = new CountDownLatch(args[4].split(",").length);
        for (String name : args[4].split(",")) {
            var streams = new KafkaStreams(topology(SERVICES.get(name), args[1], args[3]), settings(name, args));
            streams.setStateListener((now, before) -> {
                if (now == KafkaStreams.State.RUNNING) {
                    ready.countDown();
                }
            });
            streams.setUncaughtExceptionHandler(error -> {
                error.printStackTrace();
                Runtime.getRuntime().halt(1);
                return StreamThreadExceptionResponse.SHUTDOWN_APPLICATION;
            });
            running.add(streams);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(running)));
        running.forEach(KafkaStreams::start);
        ready.await();
        System.out.println("ready");
    }

    /** Closes them all. Without the last word Java's exit code would be that of the signal. */
    private static void end(List<KafkaStreams> running) {
        running.forEach(KafkaStreams::close);
        Runtime.getRuntime().halt(0);
    }

    private static Topology topology(Wiring wiring, String prefix, String store) {
        var topology = new Topology();
        var text = Serdes.String();
        var bytes = Serdes.ByteArray();
        var hears = Arrays.stream(wiring.hears()).map(topic -> prefix + topic).toArray(String[]::new);
        topology.addSource("hears", text.deserializer(), bytes.deserializer(), hears);
        topology.addProcessor("service", wiring.service(), "hears");
        topology.addSink("says", prefix + wiring.says(), text.serializer(), bytes.serializer(), "service");
        for (String name : wiring.stores()) {
            KeyValueBytesStoreSupplier kind =
                    store.equals("memory") ? Stores.inMemoryKeyValueStore(name) : Stores.persistentKeyValueStore(name);
            topology.addStateStore(Stores.keyValueStoreBuilder(kind, text, bytes)
                    .withCachingEnabled().withLoggingEnabled(Map.of()), "service");
        }
        return topology;
    }

    private static Properties settings(String name, String[] args) {
        var settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1] + "streams-" + name);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, args[2]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.producerPrefix("compression.type"), "lz4");
        for (int at = 5; at < args.length; at++) {
            String[] pair = args[at].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        return settings;
    }

    private static String[] names(String... names) {
        return names;
    }
}
