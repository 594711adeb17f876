package dev.mindfulcode.benchmarks.typing;

import java.io.IOException;

/** Recordings of people, read one at a time so that any number of them fits in memory. Thread-safe. */
public interface Corpus {

    /** Lower-case letters and digits: becomes part of e-mail addresses. */
    String name();

    int people();

    /** Identifies a person within the corpus: becomes part of an e-mail address as well. */
    String nameOf(int person);

    /**
     * Reads one person's recording.
     *
     * @param person from 0 to {@link #people()} − 1
     */
    Recording read(int person) throws IOException;
}
