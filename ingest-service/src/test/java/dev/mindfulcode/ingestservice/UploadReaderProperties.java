package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import dev.mindfulcode.schemas.upload.UploadedBatch;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;

/** Tests both formats against independent writers: text built by hand, and Avro's encoder. */
class UploadReaderProperties {

    record Sent(UUID batchId, UUID sessionId, long sequence, long startedAtMs, KeystrokePayload payload) {}

    @Property(tries = 300)
    void readsJsonAsSent(@ForAll("uploads") List<Sent> sent, @ForAll boolean names) throws MalformedPayloadException {
        byte[] body = json(sent, names);
        assertSame(new JsonUploadReader().read(body, body.length), sent);
    }

    @Property(tries = 300)
    void readsAvroAsSent(@ForAll("uploads") List<Sent> sent, @ForAll boolean inBlocks)
            throws MalformedPayloadException {
        byte[] body = avro(sent, inBlocks);
        assertSame(new AvroUploadReader().read(body, body.length), sent);
    }

    @Property(tries = 2_000)
    void readsOrRejectsMutatedJson(
            @ForAll("uploads") List<Sent> sent,
            @ForAll @IntRange(max = 1_000_000) int at,
            @ForAll byte replacement,
            @ForAll("mutations") Mutation mutation) {
        readOrReject(new JsonUploadReader(), mutation.apply(json(sent, false), at, replacement));
    }

    @Property(tries = 2_000)
    void readsOrRejectsMutatedAvro(
            @ForAll("uploads") List<Sent> sent,
            @ForAll boolean inBlocks,
            @ForAll @IntRange(max = 1_000_000) int at,
            @ForAll byte replacement,
            @ForAll("mutations") Mutation mutation) {
        readOrReject(new AvroUploadReader(), mutation.apply(avro(sent, inBlocks), at, replacement));
    }

    @Property(tries = 1_000)
    void readsOrRejectsAnyBytes(@ForAll byte[] body) {
        readOrReject(new JsonUploadReader(), body);
        readOrReject(new AvroUploadReader(), body);
    }

    /** Asserts that an upload is rejected with a 4xx problem or obeys all rules. */
    private static void readOrReject(UploadReader reader, byte[] body) {
        Upload upload;
        try {
            upload = reader.read(body, body.length);
        } catch (ProblemException problem) {
            assertThat(problem.type().status()).isBetween(400, 499);
            assertThat(problem.document()).isNotEmpty();
            return;
        }
        UploadAssertions.assertValid(upload);
    }

    enum Mutation {
        REPLACE {
            @Override
            byte[] apply(byte[] body, int at, byte replacement) {
                byte[] mutated = body.clone();
                mutated[at % body.length] = replacement;
                return mutated;
            }
        },
        INSERT {
            @Override
            byte[] apply(byte[] body, int at, byte replacement) {
                int where = at % body.length;
                byte[] mutated = new byte[body.length + 1];
                System.arraycopy(body, 0, mutated, 0, where);
                mutated[where] = replacement;
                System.arraycopy(body, where, mutated, where + 1, body.length - where);
                return mutated;
            }
        },
        CUT {
            @Override
            byte[] apply(byte[] body, int at, byte replacement) {
                return Arrays.copyOf(body, at % body.length);
            }
        },
        REPEAT {
            @Override
            byte[] apply(byte[] body, int at, byte replacement) {
                int from = at % body.length;
                byte[] mutated = Arrays.copyOf(body, 2 * body.length - from);
                System.arraycopy(body, from, mutated, body.length, body.length - from);
                return mutated;
            }
        };

        abstract byte[] apply(byte[] body, int at, byte replacement);
    }

    @Provide
    Arbitrary<Mutation> mutations() {
        return Arbitraries.of(Mutation.class);
    }

    @Provide
    Arbitrary<List<Sent>> uploads() {
        Arbitrary<UUID> ids = Arbitraries.create(UUID::randomUUID);
        Arbitrary<Long> sequences = Arbitraries.longs().between(0, UploadLimits.SEQUENCE_MAX);
        Arbitrary<Long> times = Arbitraries.longs().between(UploadLimits.EPOCH_MS_MIN, UploadLimits.EPOCH_MS_MAX);
        return Combinators.combine(ids, ids, sequences, times, payloads())
                .as(Sent::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    private static Arbitrary<KeystrokePayload> payloads() {
        Arbitrary<Integer> keystrokes = Arbitraries.integers().between(0, 60);
        Arbitrary<Integer> signals = Arbitraries.integers().between(0, 6);
        return Combinators.combine(keystrokes, signals, Arbitraries.of(true, false))
                .flatAs((keys, signs, dwells) -> {
                    int signalCount = keys == 0 ? Math.max(1, signs) : signs;
                    return Combinators.combine(
                                    Arbitraries.integers()
                                            .between(0, 86_400_000 / Math.max(1, keys))
                                            .array(int[].class)
                                            .ofSize(keys),
                                    Arbitraries.integers()
                                            .between(0, KeyClass.values().length - 1)
                                            .list()
                                            .ofSize(keys),
                                    Arbitraries.integers()
                                            .between(0, UploadLimits.DWELL_MS_MAX)
                                            .array(int[].class)
                                            .ofSize(dwells ? keys : 0),
                                    Arbitraries.integers()
                                            .between(0, UploadLimits.BATCH_SPAN_MS_MAX)
                                            .array(int[].class)
                                            .ofSize(signalCount),
                                    Arbitraries.of(SignalKind.class).list().ofSize(signalCount),
                                    Arbitraries.integers()
                                            .between(0, UploadLimits.DIAGNOSTICS_MAX)
                                            .list()
                                            .ofSize(signalCount))
                            .as((intervals, classes, dwellsMs, at, kinds, values) -> new KeystrokePayload(
                                    intervals,
                                    bytes(classes),
                                    dwellsMs,
                                    at,
                                    bytes(kinds.stream()
                                            .map(kind -> (int) kind.code())
                                            .toList()),
                                    values(kinds, values)));
                });
    }

    private static byte[] bytes(List<Integer> values) {
        byte[] bytes = new byte[values.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = values.get(i).byteValue();
        }
        return bytes;
    }

    private static int[] values(List<SignalKind> kinds, List<Integer> drawn) {
        int[] values = new int[kinds.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (kinds.get(i)) {
                case BUILD, TEST -> drawn.get(i) % 2;
                case DIAGNOSTICS -> drawn.get(i);
                default -> 0;
            };
        }
        return values;
    }

    private static void assertSame(Upload upload, List<Sent> sent) throws MalformedPayloadException {
        assertThat(upload.batches()).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            ParsedBatch read = upload.batches().get(i);
            Sent wanted = sent.get(i);
            assertThat(read.batchId()).isEqualTo(wanted.batchId());
            assertThat(read.sessionId()).isEqualTo(wanted.sessionId());
            assertThat(read.sequence()).isEqualTo(wanted.sequence());
            assertThat(read.startedAtMs()).isEqualTo(wanted.startedAtMs());
            assertThat(read.keystrokes()).isEqualTo(wanted.payload().keystrokes());
            assertThat(UploadAssertions.payload(read))
                    .usingRecursiveComparison()
                    .isEqualTo(wanted.payload());
        }
        UploadAssertions.assertValid(upload);
    }

    private static byte[] json(List<Sent> sent, boolean names) {
        BatchJson[] batches = sent.stream()
                .map(batch -> BatchJson.of(batch.sessionId(), batch.sequence())
                        .with("batch_id", BatchJson.quoted(batch.batchId()))
                        .with("started_at", Long.toString(batch.startedAtMs()))
                        .with("intervals_ms", Arrays.toString(batch.payload().intervalsMs()))
                        .with("dwells_ms", Arrays.toString(batch.payload().dwellsMs()))
                        .with("key_classes", classes(batch.payload().keyClasses(), names))
                        .with("signals", signals(batch.payload())))
                .toArray(BatchJson[]::new);
        return BatchJson.array(batches).getBytes(StandardCharsets.UTF_8);
    }

    private static String classes(byte[] codes, boolean names) {
        List<String> words = new ArrayList<>();
        StringBuilder letters = new StringBuilder();
        for (byte code : codes) {
            KeyClass keyClass = KeyClass.values()[code];
            words.add(BatchJson.quoted(keyClass.name()));
            letters.append(keyClass.letter());
        }
        return names ? words.toString() : BatchJson.quoted(letters);
    }

    private static String signals(KeystrokePayload payload) {
        List<String> signals = new ArrayList<>();
        for (int i = 0; i < payload.signals(); i++) {
            SignalKind kind = SignalKind.values()[payload.signalKinds()[i]];
            String value = switch (kind) {
                case BUILD, TEST -> payload.signalValues()[i] == 1 ? ",\"value\":\"ok\"" : ",\"value\":\"failed\"";
                case DIAGNOSTICS -> ",\"value\":" + payload.signalValues()[i];
                default -> "";
            };
            signals.add("{\"at_ms\":" + payload.signalAtMs()[i] + ",\"kind\":"
                    + BatchJson.quoted(kind.name().toLowerCase(Locale.ROOT)) + value + "}");
        }
        return signals.toString();
    }

    /** @param inBlocks with sizes of blocks, as some writers do */
    private static byte[] avro(List<Sent> sent, boolean inBlocks) {
        return encoded(
                new KeystrokeUpload(
                        sent.getFirst().startedAtMs(),
                        sent.stream().map(UploadReaderProperties::uploaded).toList()),
                inBlocks);
    }

    static byte[] encoded(KeystrokeUpload upload, boolean inBlocks) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = inBlocks
                ? new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(out, null)
                : EncoderFactory.get().binaryEncoder(out, null);
        try {
            new SpecificDatumWriter<>(KeystrokeUpload.class).write(upload, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    private static UploadedBatch uploaded(Sent batch) {
        KeystrokePayload payload = batch.payload();
        return new UploadedBatch(
                batch.batchId().toString(),
                batch.sessionId().toString(),
                batch.sequence(),
                batch.startedAtMs(),
                Arrays.stream(payload.intervalsMs()).boxed().toList(),
                ByteBuffer.wrap(payload.keyClasses()),
                Arrays.stream(payload.dwellsMs()).boxed().toList(),
                Arrays.stream(payload.signalAtMs()).boxed().toList(),
                ByteBuffer.wrap(payload.signalKinds()),
                Arrays.stream(payload.signalValues()).boxed().toList());
    }
}
