package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/** Compares the codecs with Avro's own. */
final class KeystrokePayloadProperties {

    private static final Schema SCHEMA = dev.mindfulcode.schemas.payload.KeystrokePayload.getClassSchema();

    @Property(tries = 500)
    void encodesLikeAvro(@ForAll("payloads") KeystrokePayload payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writeWithAvro(payload, EncoderFactory.get().binaryEncoder(out, null));

        assertThat(payload.encode()).isEqualTo(out.toByteArray());
    }

    @Property(tries = 300)
    void encodesBatchesLikeAvro(
            @ForAll("payloads") KeystrokePayload payload,
            @ForAll long idBits,
            @ForAll long sequence,
            @ForAll long startedAtMs,
            @ForAll boolean clamped)
            throws IOException {
        byte[] header = {0, 0, 0, 1, 2};
        UUID batchId = new UUID(idBits, sequence);
        UUID sessionId = new UUID(sequence, idBits);
        Instant receivedAt = Instant.ofEpochMilli(startedAtMs >>> 20);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header);
        writeWithAvro(
                KeystrokeBatch.class,
                new KeystrokeBatch(
                        batchId,
                        sessionId,
                        sequence,
                        Instant.ofEpochMilli(startedAtMs),
                        receivedAt,
                        clamped,
                        ByteBuffer.wrap(payload.encode()),
                        false),
                out);

        assertThat(KeystrokeBatchCodec.encode(
                        header, batchId, sessionId, sequence, startedAtMs, receivedAt.toEpochMilli(), clamped, payload))
                .isEqualTo(out.toByteArray());
    }

    @Property(tries = 300)
    void encodesSealedEventsLikeAvro(@ForAll byte[] payload, @ForAll int version) throws IOException {
        byte[] header = {0, 0, 0, 1, 2};
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header);
        writeWithAvro(SealedEvent.class, new SealedEvent(version, ByteBuffer.wrap(payload), null), out);

        assertThat(SealedEventCodec.encode(header, version, payload)).isEqualTo(out.toByteArray());
    }

    @Property(tries = 500)
    void avroDecodesItsEncoding(@ForAll("payloads") KeystrokePayload payload) throws IOException {
        GenericRecord read = new GenericDatumReader<GenericRecord>(SCHEMA)
                .read(null, DecoderFactory.get().binaryDecoder(payload.encode(), null));

        assertThat(read).isEqualTo(generic(payload));
    }

    @Property(tries = 500)
    void decodesItsEncoding(@ForAll("payloads") KeystrokePayload payload) throws MalformedPayloadException {
        assertThat(KeystrokePayload.decode(payload.encode()))
                .usingRecursiveComparison()
                .isEqualTo(payload);
    }

    @Property(tries = 300)
    void decodesArraysInSizedBlocks(
            @ForAll("payloads") KeystrokePayload payload, @ForAll @IntRange(min = 64, max = 256) int blockSizeBytes)
            throws IOException, MalformedPayloadException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writeWithAvro(
                payload, new EncoderFactory().configureBlockSize(blockSizeBytes).blockingBinaryEncoder(out, null));

        assertThat(KeystrokePayload.decode(out.toByteArray()))
                .usingRecursiveComparison()
                .isEqualTo(payload);
    }

    @Property(tries = 100)
    void rejectsTruncatedBytes(@ForAll("payloads") KeystrokePayload payload) {
        byte[] encoded = payload.encode();
        for (int length = 0; length < encoded.length; length++) {
            byte[] cut = Arrays.copyOf(encoded, length);
            assertThatThrownBy(() -> KeystrokePayload.decode(cut)).isInstanceOf(MalformedPayloadException.class);
        }
    }

    @Property(tries = 2_000)
    void decodesOrRejectsArbitraryBytes(@ForAll("payloads") KeystrokePayload payload, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] mangled = payload.encode();
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            mangled[random.nextInt(mangled.length)] = (byte) random.nextInt();
        }
        try {
            KeystrokePayload read = KeystrokePayload.decode(mangled);
            assertThat(read.keystrokes()).isLessThanOrEqualTo(KeystrokePayload.KEYSTROKES_MAX);
            assertThat(read.signals()).isLessThanOrEqualTo(KeystrokePayload.SIGNALS_MAX);
        } catch (MalformedPayloadException refused) {
            assertThat(refused).hasMessageNotContaining("null");
        }
    }

    @Provide
    Arbitrary<KeystrokePayload> payloads() {
        Arbitrary<Integer> sizes = Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.integers().between(0, 60)), Tuple.of(1, Arbitraries.just(1_000)));
        return Combinators.combine(sizes, sizes, Arbitraries.of(true, false), Arbitraries.longs())
                .as(KeystrokePayloadProperties::payload);
    }

    private static KeystrokePayload payload(int keystrokes, int signals, boolean dwells, long seed) {
        Random random = new Random(seed);
        byte[] keyClasses = new byte[keystrokes];
        random.nextBytes(keyClasses);
        byte[] kinds = new byte[signals];
        random.nextBytes(kinds);
        return new KeystrokePayload(
                ints(random, keystrokes),
                keyClasses,
                ints(random, dwells ? keystrokes : 0),
                ints(random, signals),
                kinds,
                ints(random, signals));
    }

    /** Values of all magnitudes and both signs, so that codes of each length occur. */
    private static int[] ints(Random random, int count) {
        return random.ints(count).map(value -> value >> random.nextInt(32)).toArray();
    }

    private static <V> void writeWithAvro(Class<V> type, V record, OutputStream out) throws IOException {
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new SpecificDatumWriter<>(type).write(record, encoder);
        encoder.flush();
    }

    private static void writeWithAvro(KeystrokePayload payload, BinaryEncoder encoder) throws IOException {
        new GenericDatumWriter<GenericRecord>(SCHEMA).write(generic(payload), encoder);
        encoder.flush();
    }

    private static GenericRecord generic(KeystrokePayload payload) {
        GenericRecord record = new GenericData.Record(SCHEMA);
        record.put("intervals_ms", Arrays.stream(payload.intervalsMs()).boxed().toList());
        record.put("key_classes", ByteBuffer.wrap(payload.keyClasses()));
        record.put("dwells_ms", Arrays.stream(payload.dwellsMs()).boxed().toList());
        record.put("signal_at_ms", Arrays.stream(payload.signalAtMs()).boxed().toList());
        record.put("signal_kinds", ByteBuffer.wrap(payload.signalKinds()));
        record.put(
                "signal_values", Arrays.stream(payload.signalValues()).boxed().toList());
        return record;
    }
}
