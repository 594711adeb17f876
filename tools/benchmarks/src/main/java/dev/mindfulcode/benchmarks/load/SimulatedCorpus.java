package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.typing.Corpus;
import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;

/** People made up by the {@link TypingModel}: the same seed gives the same recordings. Thread-safe. */
public record SimulatedCorpus(TypingModel model, long seed, int people, int keystrokesEach) implements Corpus {

    @Override
    public String name() {
        return "simulated" + Long.toUnsignedString(seed);
    }

    @Override
    public String nameOf(int person) {
        return Integer.toString(person);
    }

    @Override
    public Recording read(int person) {
        return new Typist(model, Seeds.ofPerson(seed, person)).record(nameOf(person), keystrokesEach);
    }
}
