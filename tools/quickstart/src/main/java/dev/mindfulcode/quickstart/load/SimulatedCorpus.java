package dev.mindfulcode.quickstart.load;

import dev.mindfulcode.quickstart.load.typing.Corpus;
import dev.mindfulcode.quickstart.load.typing.Recording;
import dev.mindfulcode.quickstart.load.typing.TypingModel;
import dev.mindfulcode.quickstart.load.typing.Typist;

/** People made up by the {@link TypingModel}: the same seed gives the same recordings. Thread-safe. */
record SimulatedCorpus(TypingModel model, long seed, int people, int keystrokesEach) implements Corpus {

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
