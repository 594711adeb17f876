package dev.mindfulcode.benchmarks.aalto;

/**
 * Counts of the rows of files.
 *
 * @param rows below the header, empty lines aside
 * @param malformed rows left out: not nine columns, or a time or key code that is no number or out of any range
 * @param outOfOrder rows pressed before a row above them: put where their time belongs
 * @param dwellsMended rows released before they were pressed, or held beyond the limit: used, with the dwell brought
 *     into range
 */
public record ReadCounts(long rows, long malformed, long outOfOrder, long dwellsMended) {

    public static final ReadCounts NONE = new ReadCounts(0, 0, 0, 0);

    public ReadCounts plus(ReadCounts other) {
        return new ReadCounts(
                rows + other.rows,
                malformed + other.malformed,
                outOfOrder + other.outOfOrder,
                dwellsMended + other.dwellsMended);
    }
}
