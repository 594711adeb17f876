package dev.mindfulcode.flowengine;

/**
 * Order statistics of {@link LogBins} counts in a byte array, one or two bytes per bin. All lengths are in
 * octaves (a doubling of the interval). Counts are assumed to be uniform within a bin, so medians move
 * smoothly.
 */
final class LogHistogram {
    private static final float OCTAVES_PER_BIN = 1f / LogBins.BINS_PER_OCTAVE;

    private LogHistogram() {}

    static int count(byte[] bytes, int at, int bytesPerBin, int bin) {
        return bytesPerBin == 1 ? bytes[at + bin] & 0xFF : StateBytes.getShort(bytes, at + 2 * bin);
    }

    /** Returns the median in octaves above {@link LogBins#LOWEST_MS}; total is the sum of all counts, at least 1. */
    static float median(byte[] bytes, int at, int bytesPerBin, int total) {
        float half = total * 0.5f;
        int below = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            int count = count(bytes, at, bytesPerBin, bin);
            if (count > 0 && below + count >= half) {
                return (bin + (half - below) / count) * OCTAVES_PER_BIN;
            }
            below += count;
        }
        return LogBins.COUNT * OCTAVES_PER_BIN;
    }

    /**
     * Returns the median absolute deviation in octaves: the half-width around the median that contains half of the
     * counts. Grows from the median outwards, bin bound by bin bound.
     */
    static float deviation(byte[] bytes, int at, int bytesPerBin, int total, float median) {
        float centre = median * LogBins.BINS_PER_OCTAVE;
        int down = Math.min((int) centre, LogBins.COUNT - 1);
        int up = down;
        float half = total * 0.5f;
        float mass = 0;
        float radius = 0;
        while (down >= 0 || up < LogBins.COUNT) {
            float toDown = down >= 0 ? centre - down - radius : Float.MAX_VALUE;
            float toUp = up < LogBins.COUNT ? up + 1 - centre - radius : Float.MAX_VALUE;
            float step = Math.max(Math.min(toDown, toUp), 0);
            float density = (down >= 0 ? count(bytes, at, bytesPerBin, down) : 0)
                    + (up < LogBins.COUNT ? count(bytes, at, bytesPerBin, up) : 0);
            float more = density * step;
            if (mass + more >= half && density > 0) {
                return (radius + (half - mass) / density) * OCTAVES_PER_BIN;
            }
            mass += more;
            radius += step;
            if (toDown <= toUp) {
                down--;
            }
            if (toUp <= toDown) {
                up++;
            }
        }
        return radius * OCTAVES_PER_BIN;
    }

    /**
     * Returns the area between two cumulative distributions in octaves (the earth mover's distance); both totals are
     * positive.
     */
    static float distance(
            byte[] bytes, int at, int bytesPerBin, int total, int otherAt, int otherBytesPerBin, int otherTotal) {
        long sum = 0;
        long difference = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            difference += (long) count(bytes, at, bytesPerBin, bin) * otherTotal
                    - (long) count(bytes, otherAt, otherBytesPerBin, bin) * total;
            sum += Math.abs(difference);
        }
        return (float) ((double) sum / ((double) total * otherTotal)) * OCTAVES_PER_BIN;
    }
}
