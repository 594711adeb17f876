package dev.mindfulcode.modelevidence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Short typing tasks by Freihaut and Göritz, key by key through the live path. Positive: arousal above the person's
 * median.
 */
final class FreihautTyping {
    static final String FILE = "Long_Keyboard_Raw_Dataset.json.gz";
    static final List<String> RAW = List.of("ln median interval", "corrections", "keys");

    private static final long SESSION_OVER_MS = 30 * 60_000;

    private record Key(long atMs, int keyClass) {}

    private record Task(List<Key> keys, double arousal) {}

    private FreihautTyping() {}

    static List<Example> examples(Path folder) throws IOException {
        List<Example> examples = new ArrayList<>();
        try (JsonParser parser =
                new JsonFactory().createParser(new GZIPInputStream(Files.newInputStream(folder.resolve(FILE))))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String person = parser.currentName();
                parser.nextToken();
                addPerson(person, tasks(parser), examples);
            }
        }
        return examples;
    }

    private static void addPerson(String person, List<Task> tasks, List<Example> into) {
        if (tasks.isEmpty()) {
            return;
        }
        tasks.sort(java.util.Comparator.comparingLong(
                task -> task.keys().getFirst().atMs()));
        double[] arousals = tasks.stream().mapToDouble(Task::arousal).sorted().toArray();
        double median = arousals[arousals.length / 2];
        SessionState session = new SessionState();
        FlowReading reading = new FlowReading();
        byte[] state = SessionState.fresh();
        long last = Long.MIN_VALUE / 2;
        for (Task task : tasks) {
            if (task.keys().getFirst().atMs() - last >= SESSION_OVER_MS) {
                state = SessionState.freshAfter(state);
            }
            session.wrap(state);
            List<Double> intervals = new ArrayList<>();
            double corrections = 0;
            long before = -1;
            for (Key key : task.keys()) {
                long interval = before < 0 ? 0 : key.atMs() - before;
                session.keystroke(key.atMs(), (int) Math.clamp(interval, 0, Integer.MAX_VALUE), key.keyClass(), -1);
                if (before >= 0) {
                    intervals.add((double) Math.max(interval, 1));
                }
                corrections += key.keyClass() == EngineCodes.DELETE ? 1 : 0;
                before = key.atMs();
            }
            last = before;
            session.read(reading);
            double[] sorted =
                    intervals.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            double middle = sorted.length == 0 ? 1 : sorted[sorted.length / 2];
            into.add(new Example(
                    person,
                    EngineCodes.features(reading),
                    new double[] {Math.log(middle), corrections, task.keys().size()},
                    task.arousal() > median));
        }
    }

    private static List<Task> tasks(JsonParser parser) throws IOException {
        List<Task> tasks = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            parser.nextToken();
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                continue;
            }
            Task task = task(parser);
            if (task != null) {
                tasks.add(task);
            }
        }
        return tasks;
    }

    private static @Nullable Task task(JsonParser parser) throws IOException {
        List<Key> keys = new ArrayList<>();
        double[] arousal = {Double.NaN};
        readEntry(parser, keys, arousal);
        keys.sort(java.util.Comparator.comparingLong(Key::atMs));
        return keys.isEmpty() || Double.isNaN(arousal[0]) ? null : new Task(keys, arousal[0]);
    }

    /** Visits all objects; an object with an event type is a key event. */
    private static void readEntry(JsonParser parser, List<Key> keys, double[] arousal) throws IOException {
        String type = "";
        long time = -1;
        int keyCode = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT) {
                readEntry(parser, keys, arousal);
            } else if (value == JsonToken.START_ARRAY) {
                parser.skipChildren();
            } else if (name.equals("eventType")) {
                type = parser.getText();
            } else if (value.isNumeric()) {
                switch (name) {
                    case "time" -> time = parser.getLongValue();
                    case "keyCode" -> keyCode = parser.getIntValue();
                    case "arousal" -> arousal[0] = parser.getDoubleValue();
                    default -> {
                        // ignored
                    }
                }
            }
        }
        if (type.equals("KeyDown") && time >= 0) {
            keys.add(new Key(time, EngineCodes.keyClassOfJavaScript(keyCode)));
        }
    }

    static int[] allRaw() {
        int[] columns = new int[RAW.size()];
        Arrays.setAll(columns, i -> i);
        return columns;
    }
}
