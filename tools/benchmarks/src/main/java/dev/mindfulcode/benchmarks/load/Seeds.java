package dev.mindfulcode.benchmarks.load;

/** Seeds for many people out of one. */
final class Seeds {

    private Seeds() {}

    /**
     * Returns a seed that has nothing in common with its neighbours': the finaliser of SplitMix64 (Steele et al.,
     * 2014).
     */
    static long ofPerson(long seed, int person) {
        long z = seed + 0x9E3779B97F4A7C15L * (person + 1L);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
