package dev.mindfulcode.flowengine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * The binary form in which a model is published: little-endian, with a format version and a checksum.
 *
 * <pre>"MFLM", format u16, kind u8, id length u8, id UTF-8,
 * [feature version u8]  in format 3,
 * [means n × f32, deviations n × f32, calibration, weight count u16, weights f32…]  not for the formula,
 * thresholds 3 × f32, CRC-32 of all before u32
 *
 * calibration in format 1: temperature f32
 * calibration in format 2 and 3: knot count u8, then for each knot raw output f32 and chance f32; in format 3 the count
 *     may be 0, followed by temperature f32</pre>
 *
 * Formats 1 and 2 are of feature version 1, with n = 5 scores. A model is written in the oldest format that can hold
 * it, for engines without isotonic calibration.
 */
public final class ModelArtefact {
    /** Longest id in bytes. */
    public static final int ID_BYTES_MAX = 64;

    private static final int MAGIC = 'M' | 'F' << 8 | 'L' << 16 | 'M' << 24;
    private static final short WITH_TEMPERATURE = 1;
    private static final short WITH_ISOTONIC = 2;
    private static final short WITH_FEATURE_VERSION = 3;
    private static final byte FORMULA = 0;
    private static final byte LOGISTIC = 1;
    private static final byte NETWORK = 2;
    private static final int THRESHOLDS = 3;
    private static final int AT_KIND = Integer.BYTES + Short.BYTES;

    /** After the kind and the length of the id. */
    private static final int AT_ID = AT_KIND + 2;

    private ModelArtefact() {}

    /** The bytes are not a model, or were damaged. */
    public static final class MalformedModelException extends RuntimeException {
        MalformedModelException(String message) {
            super(message);
        }
    }

    /** Returns a logistic model that gives the same intensity for all readings: all weights but the bias are 0. */
    public static FlowModel constant(
            ModelInputs inputs, String id, float bias, Calibration calibration, Thresholds thresholds) {
        float[] deviations = new float[inputs.count()];
        Arrays.fill(deviations, 1);
        float[] weights = new float[inputs.count() + 1];
        weights[inputs.count()] = bias;
        return logistic(inputs, id, new float[inputs.count()], deviations, weights, calibration, thresholds);
    }

    public static FlowModel logistic(
            ModelInputs inputs,
            String id,
            float[] means,
            float[] deviations,
            float[] weights,
            Calibration calibration,
            Thresholds thresholds) {
        return new LogisticModel(
                requireId(id), new FeatureScale(inputs, means, deviations), weights, calibration, thresholds);
    }

    /** Returns a network of the five scores. */
    public static FlowModel network(
            String id, float[] means, float[] deviations, float[] weights, float temperature, Thresholds thresholds) {
        return network(
                ModelInputs.SCORES,
                id,
                means,
                deviations,
                weights,
                new Calibration.Temperature(temperature),
                thresholds);
    }

    public static FlowModel network(
            ModelInputs inputs,
            String id,
            float[] means,
            float[] deviations,
            float[] weights,
            Calibration calibration,
            Thresholds thresholds) {
        return new NetworkModel(
                requireId(id), new FeatureScale(inputs, means, deviations), weights, calibration, thresholds);
    }

    public static byte[] encode(FlowModel model) {
        ByteBuffer to = ByteBuffer.allocate(3_072).order(ByteOrder.LITTLE_ENDIAN);
        byte[] id = model.id().getBytes(StandardCharsets.UTF_8);
        to.putInt(MAGIC).putShort(formatOf(model));
        switch (model) {
            case FormulaBaseline formula ->
                to.put(FORMULA).put((byte) id.length).put(id);
            case LogisticModel logistic -> {
                to.put(LOGISTIC).put((byte) id.length).put(id);
                putVersion(to, model);
                put(to, logistic.scale(), logistic.calibration(), logistic.weights());
            }
            case NetworkModel network -> {
                to.put(NETWORK).put((byte) id.length).put(id);
                putVersion(to, model);
                put(to, network.scale(), network.calibration(), network.weights());
            }
        }
        Thresholds thresholds = model.thresholds();
        to.putFloat(thresholds.enterAtZero()).putFloat(thresholds.enterAtOne()).putFloat(thresholds.hysteresis());
        to.putInt(checksum(to.array(), to.position()));
        byte[] bytes = new byte[to.position()];
        to.flip().get(bytes);
        return bytes;
    }

    private static void putVersion(ByteBuffer to, FlowModel model) {
        if (formatOf(model) == WITH_FEATURE_VERSION) {
            to.put((byte) model.inputs().featureVersion());
        }
    }

    private static short formatOf(FlowModel model) {
        if (model.inputs().featureVersion() > 1) {
            return WITH_FEATURE_VERSION;
        }
        Calibration calibration = switch (model) {
            case FormulaBaseline formula -> null;
            case LogisticModel logistic -> logistic.calibration();
            case NetworkModel network -> network.calibration();
        };
        return calibration instanceof Calibration.Isotonic ? WITH_ISOTONIC : WITH_TEMPERATURE;
    }

    private static void put(ByteBuffer to, FeatureScale scale, Calibration calibration, float[] weights) {
        for (float mean : scale.means()) {
            to.putFloat(mean);
        }
        for (float deviation : scale.deviations()) {
            to.putFloat(deviation);
        }
        switch (calibration) {
            case Calibration.Temperature(float temperature) -> {
                if (scale.inputs().featureVersion() > 1) {
                    to.put((byte) 0);
                }
                to.putFloat(temperature);
            }
            case Calibration.Isotonic isotonic -> {
                to.put((byte) isotonic.knots());
                for (int knot = 0; knot < isotonic.knots(); knot++) {
                    to.putFloat(isotonic.raw(knot)).putFloat(isotonic.chanceAt(knot));
                }
            }
        }
        to.putShort((short) weights.length);
        for (float weight : weights) {
            to.putFloat(weight);
        }
    }

    /** Returns a checksum that identifies the model; never 0. */
    public static int fingerprint(FlowModel model) {
        byte[] bytes = encode(model);
        int checksum = checksum(bytes, bytes.length - Integer.BYTES);
        return checksum == 0 ? 1 : checksum;
    }

    /**
     * Returns a checksum that identifies the model's intensities: two models that differ in their id and thresholds
     * only have the same. The formula's weights are in code, so its id is part of it. Never 0.
     */
    public static int scaleFingerprint(FlowModel model) {
        byte[] bytes = encode(model);
        int from = model instanceof FormulaBaseline ? AT_ID : AT_ID + (bytes[AT_ID - 1] & 0xFF);
        CRC32 crc = new CRC32();
        crc.update(bytes, AT_KIND, 1);
        crc.update(bytes, from, bytes.length - Integer.BYTES - THRESHOLDS * Float.BYTES - from);
        int checksum = (int) crc.getValue();
        return checksum == 0 ? 1 : checksum;
    }

    /** Returns a model with the same intensities and other thresholds. The formula's are in code. */
    public static FlowModel withThresholds(FlowModel model, Thresholds thresholds) {
        return switch (model) {
            case FormulaBaseline formula -> formula;
            case LogisticModel fitted ->
                new LogisticModel(fitted.id(), fitted.scale(), fitted.weights(), fitted.calibration(), thresholds);
            case NetworkModel fitted ->
                new NetworkModel(fitted.id(), fitted.scale(), fitted.weights(), fitted.calibration(), thresholds);
        };
    }

    /**
     * Returns the model in these bytes.
     *
     * @throws MalformedModelException if they are not a complete and valid model, or one for other features than this
     *     engine scores by
     */
    public static FlowModel decode(byte[] bytes) {
        FlowModel model = decodeAnyVersion(bytes);
        int version = model.inputs().featureVersion();
        if (version != FlowModel.FEATURE_VERSION) {
            throw new MalformedModelException("it was trained on features of version " + version
                    + ", this engine computes version " + FlowModel.FEATURE_VERSION
                    + "; of what mindful train writes, publish a model over the " + inputsInUse());
        }
        return model;
    }

    /** Returns the part of a trained model's name that says which inputs it has. */
    private static String inputsInUse() {
        for (ModelInputs inputs : ModelInputs.values()) {
            if (inputs.featureVersion() == FlowModel.FEATURE_VERSION) {
                return inputs.name().toLowerCase(Locale.ROOT);
            }
        }
        throw new IllegalStateException("no inputs of version " + FlowModel.FEATURE_VERSION);
    }

    /**
     * Returns the model in these bytes, for any version of the features.
     *
     * @throws MalformedModelException if they are not a complete and valid model
     */
    public static FlowModel decodeAnyVersion(byte[] bytes) {
        if (bytes.length < 12) {
            throw new MalformedModelException(bytes.length + " bytes are too few for a model");
        }
        ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (from.getInt(bytes.length - 4) != checksum(bytes, bytes.length - 4)) {
            throw new MalformedModelException("checksum mismatch: not a model, or damaged");
        }
        int magic = from.getInt();
        short format = from.getShort();
        if (magic != MAGIC || format < WITH_TEMPERATURE || format > WITH_FEATURE_VERSION) {
            throw new MalformedModelException("format " + format + " is not supported; must be " + WITH_TEMPERATURE
                    + " to " + WITH_FEATURE_VERSION);
        }
        try {
            byte kind = from.get();
            byte[] idBytes = new byte[from.get() & 0xFF];
            from.get(idBytes);
            String id = requireId(new String(idBytes, StandardCharsets.UTF_8));
            FlowModel model = switch (kind) {
                case FORMULA -> formula(from);
                case LOGISTIC, NETWORK -> fitted(kind, id, format, from);
                default -> throw new MalformedModelException("unknown kind of model " + kind);
            };
            if (from.remaining() != Integer.BYTES) {
                throw new MalformedModelException(
                        (from.remaining() - Integer.BYTES) + " surplus bytes after the model");
            }
            if (!model.id().equals(id)) {
                throw new MalformedModelException("formula " + id + " is not this engine's formula");
            }
            return model;
        } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
            throw new MalformedModelException("a value of the model is missing or out of range: " + e.getMessage());
        }
    }

    /** The formula's thresholds are in code; those of the artefact are ignored. */
    private static FlowModel formula(ByteBuffer from) {
        from.position(from.position() + THRESHOLDS * Float.BYTES);
        return FormulaBaseline.INSTANCE;
    }

    private static FlowModel fitted(byte kind, String id, short format, ByteBuffer from) {
        ModelInputs inputs = format == WITH_FEATURE_VERSION ? inputsOf(from.get()) : ModelInputs.SCORES;
        FeatureScale scale = new FeatureScale(inputs, floats(from, inputs.count()), floats(from, inputs.count()));
        int knots = format == WITH_TEMPERATURE ? 0 : from.get() & 0xFF;
        Calibration calibration = knots == 0 && format != WITH_ISOTONIC
                ? new Calibration.Temperature(from.getFloat())
                : isotonic(knots, from);
        float[] weights = floats(from, from.getShort() & 0xFFFF);
        Thresholds thresholds = new Thresholds(from.getFloat(), from.getFloat(), from.getFloat());
        return kind == LOGISTIC
                ? new LogisticModel(id, scale, weights, calibration, thresholds)
                : new NetworkModel(id, scale, weights, calibration, thresholds);
    }

    private static ModelInputs inputsOf(byte featureVersion) {
        if (featureVersion != ModelInputs.HISTORY.featureVersion()) {
            throw new IllegalArgumentException("feature version " + featureVersion + " is unknown");
        }
        return ModelInputs.HISTORY;
    }

    private static Calibration isotonic(int knots, ByteBuffer from) {
        float[] raw = new float[knots];
        float[] chances = new float[knots];
        for (int knot = 0; knot < knots; knot++) {
            raw[knot] = from.getFloat();
            chances[knot] = from.getFloat();
        }
        return new Calibration.Isotonic(raw, chances);
    }

    private static float[] floats(ByteBuffer from, int count) {
        float[] floats = new float[Math.min(count, from.remaining() / Float.BYTES + 1)];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = from.getFloat();
        }
        return floats;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static String requireId(String id) {
        int length = id.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > ID_BYTES_MAX) {
            throw new IllegalArgumentException("the model id has " + length + " bytes; must have 1 to " + ID_BYTES_MAX);
        }
        return id;
    }

    static void requireFinite(float[] weights, int count) {
        if (weights.length != count) {
            throw new IllegalArgumentException(weights.length + " weights; must be " + count);
        }
        for (float weight : weights) {
            if (!(Math.abs(weight) <= 1_000)) {
                throw new IllegalArgumentException("a weight is " + weight + "; must be between -1000 and 1000");
            }
        }
    }
}
