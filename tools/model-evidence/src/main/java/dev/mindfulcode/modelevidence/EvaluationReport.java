package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelInputs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * evaluation.md and its charts: the method, the tables, the traps, and the model card. The same data give the same
 * text.
 */
final class EvaluationReport {
    private final Protocol protocol;
    private final PrintWriter console;

    EvaluationReport(Protocol protocol, PrintWriter console) {
        this.protocol = protocol;
        this.console = console;
    }

    Path write(Datasets data, Path out) throws IOException {
        Tasks tasks = new Tasks(protocol);
        List<Tasks.Section> sections = new ArrayList<>();
        if (!data.abb().isEmpty()) {
            say("ABB: forecast, developers held out …");
            sections.add(new ForecastTask(protocol).section(data));
        }
        if (!data.swell().isEmpty()) {
            say("SWELL: time pressure against interruptions, one person out …");
            sections.add(tasks.swell(data, 1));
            sections.add(tasks.swell(data, 5));
        }
        if (!data.freihaut().isEmpty()) {
            say("Freihaut: own arousal from raw keys …");
            sections.add(tasks.freihaut(data));
        }
        if (!data.aalto().isEmpty()) {
            say("Aalto: invariance …");
            sections.add(new Tasks.Section(aalto(data), Map.of()));
        }
        if (!data.aalto().isEmpty() || !data.traces().isEmpty()) {
            say("Keystroke streams: readings without labels …");
            sections.add(new Tasks.Section(streams(data), Map.of()));
        }
        StringBuilder text = new StringBuilder(resource("evaluation-head.md"));
        if (!data.missing().isEmpty()) {
            text.append("\n**Not evaluated, as the data are missing: ")
                    .append(String.join("; ", data.missing()))
                    .append(".**\n");
        }
        for (Tasks.Section section : sections) {
            text.append('\n').append(section.markdown());
            for (Map.Entry<String, String> chart : section.charts().entrySet()) {
                EvaluateCommand.writeInto(out.resolve("evaluation"), chart.getKey(), chart.getValue());
            }
        }
        text.append('\n')
                .append(resource("model-card.md")
                        .replace("BUILT_IN", FlowModel.builtIn().id()));
        EvaluateCommand.writeInto(out, "evaluation.md", text.toString());
        return out.resolve("evaluation.md");
    }

    private void say(String what) {
        console.println(what);
        console.flush();
    }

    private static List<AaltoTyping> typists(Datasets data) throws IOException {
        List<AaltoTyping> everybody = new ArrayList<>();
        for (Path folder : data.aalto()) {
            for (Path file : AaltoTyping.files(folder)) {
                everybody.add(AaltoTyping.read(file));
            }
        }
        return everybody;
    }

    /** Returns how each model reads keystrokes, which differ from the commands that it was trained on. */
    private static String streams(Datasets data) throws IOException {
        Map<String, List<KeyStream>> streams = new LinkedHashMap<>();
        KeyStream.traces(data.traces()).forEach(trace -> streams.put(trace.name(), List.of(trace)));
        List<AaltoTyping> typists = typists(data);
        if (!typists.isEmpty()) {
            streams.put(
                    "copying (" + typists.size() + " typists)",
                    typists.stream().map(KeyStream::of).toList());
        }
        StringBuilder text = new StringBuilder("## Keystroke streams\n\n"
                + "Real keystrokes without labels, read every five seconds by the models as shipped, which were trained"
                + " on commands.\nIn flow: by the engine's rules at the default sensitivity.\n\n"
                + "| stream | model | active hours | in flow | entries an hour | p5 / median / p95"
                + " | mean \\|Δ\\| between readings |\n"
                + "| --- | --- | --- | --- | --- | --- | --- |\n");
        streams.forEach((name, people) -> {
            for (FlowModel model : ShippedModels.all()) {
                KeystrokeStreams.Result result = KeystrokeStreams.read(model, people);
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %.1f | %.0f %% | %.1f | %.3f / %.3f / %.3f | %.4f |%n",
                        name,
                        model.id(),
                        result.activeHours(),
                        100 * result.shareInFlow(),
                        result.entriesAnHour(),
                        result.p5(),
                        result.median(),
                        result.p95(),
                        result.step()));
            }
        });
        return text.toString();
    }

    private String aalto(Datasets data) throws IOException {
        List<AaltoTyping> everybody = typists(data);
        StringBuilder text = new StringBuilder("## Invariance: Aalto\n\n");
        text.append(String.format(
                Locale.ROOT,
                "%d participants, %,d keystrokes, %d unreadable rows. Readings count from the hundredth keystroke."
                        + "%n%n",
                everybody.size(),
                everybody.stream()
                        .flatMap(typing -> typing.sections().stream())
                        .mapToInt(section -> section.atMs().length)
                        .sum(),
                everybody.stream().mapToInt(AaltoTyping::unreadable).sum()));
        text.append("| model | r with words per minute (rank) | test-retest r | p5 / median / p95 | lowest, highest"
                + " | saturated | mean \\|Δ\\| dropped / twice / late"
                + " | mean \\|Δ\\| speed × 0.8, × 1.25 (worst) |\n"
                + "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        StringBuilder verdicts = new StringBuilder();
        for (FlowModel model : ShippedModels.all()) {
            if (model.inputs() != ModelInputs.SCORES) {
                continue;
            }
            AaltoInvariance.Result result = new AaltoInvariance(model, protocol).evaluate(everybody);
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %+.3f (%+.3f) | %.3f | %.3f / %.3f / %.3f | %.3f, %.3f | %.1f %%"
                            + " | %.4f / %.4f / %.4f | %.4f (%.3f) |%n",
                    model.id(),
                    result.speedCorrelation(),
                    result.speedRankCorrelation(),
                    result.retestCorrelation(),
                    result.p5(),
                    result.median(),
                    result.p95(),
                    result.lowest(),
                    result.highest(),
                    100 * result.saturated(),
                    result.droppedDelta(),
                    result.duplicatedDelta(),
                    result.lateDelta(),
                    result.scalingDelta(),
                    result.scalingDeltaWorst()));
            verdicts.append("- ")
                    .append(model.id())
                    .append(": ")
                    .append(verdict(result))
                    .append('\n');
        }
        return text.append('\n').append(verdicts).toString();
    }

    private String verdict(AaltoInvariance.Result result) {
        double speed = protocol.number("aalto.speed.correlation.max");
        List<String> beyond = new ArrayList<>();
        if (Math.abs(result.speedCorrelation()) >= speed || Math.abs(result.speedRankCorrelation()) >= speed) {
            beyond.add("follows typing speed");
        }
        if (result.retestCorrelation() <= protocol.number("aalto.retest.min")) {
            beyond.add("not stable within a person");
        }
        double delta = Math.max(result.droppedDelta(), Math.max(result.duplicatedDelta(), result.lateDelta()));
        if (delta >= protocol.number("aalto.batch.delta.max")) {
            beyond.add("depends on single batches");
        }
        if (result.scalingDelta() >= protocol.number("aalto.scaling.delta.max")) {
            beyond.add("changes with the speed of a known person");
        }
        return beyond.isEmpty() ? "meets all bounds." : "**" + String.join(", ", beyond) + "**.";
    }

    private static String resource(String name) {
        try (var in = Objects.requireNonNull(EvaluationReport.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
