package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class MinuteCoverProperties {

    private record Stretch(int fromMs, int toMs) {}

    @Provide
    Arbitrary<List<Stretch>> stretches() {
        Arbitrary<Integer> instants = Arbitraries.integers().between(0, MinuteCover.MINUTE_MS);
        return Combinators.combine(instants, instants)
                .as((a, b) -> new Stretch(Math.min(a, b), Math.min(Math.max(a, b), Math.min(a, b) + 15_000)))
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 300)
    void isIndependentOfOrderAndBoundedByTheMinute(@ForAll("stretches") List<Stretch> stretches, @ForAll long seed) {
        MinuteCover cover = new MinuteCover();
        int sum = 0;
        for (Stretch stretch : stretches) {
            int added = cover.add(stretch.fromMs, stretch.toMs);
            assertThat(added).isBetween(0, stretch.toMs - stretch.fromMs);
            sum += added;
        }
        assertThat(cover.totalMs()).isEqualTo(sum).isBetween(union(stretches), MinuteCover.MINUTE_MS);
        List<Stretch> shuffled = new ArrayList<>(stretches);
        Collections.shuffle(shuffled, new Random(seed));
        MinuteCover inAnotherOrder = new MinuteCover();
        shuffled.forEach(stretch -> inAnotherOrder.add(stretch.fromMs, stretch.toMs));
        assertThat(encoded(inAnotherOrder)).isEqualTo(encoded(cover));
    }

    @Property(tries = 300)
    void isExactForStretchesThatDoNotOverlap(@ForAll("stretches") List<Stretch> stretches) {
        MinuteCover cover = new MinuteCover();
        int untilMs = 0;
        int sum = 0;
        for (Stretch stretch : stretches) {
            int lengthMs = Math.min((stretch.toMs - stretch.fromMs) / 10, MinuteCover.MINUTE_MS - untilMs);
            assertThat(cover.add(untilMs, untilMs + lengthMs)).isEqualTo(lengthMs);
            sum += lengthMs;
            untilMs = Math.min(untilMs + lengthMs + stretch.fromMs % 700, MinuteCover.MINUTE_MS);
        }
        assertThat(cover.totalMs()).isEqualTo(sum);
    }

    @Property(tries = 200)
    void overestimatesAUnionByAtMostTheEndSeconds(@ForAll("stretches") List<Stretch> stretches) {
        MinuteCover cover = new MinuteCover();
        stretches.forEach(stretch -> cover.add(stretch.fromMs, stretch.toMs));
        assertThat(cover.totalMs() - union(stretches)).isBetween(0, 2_000 * stretches.size());
    }

    @Property(tries = 200)
    void decodesItsEncoding(@ForAll("stretches") List<Stretch> stretches) {
        MinuteCover cover = new MinuteCover();
        stretches.forEach(stretch -> cover.add(stretch.fromMs, stretch.toMs));
        byte[] encoded = encoded(cover);
        assertThat(encoded.length).isEqualTo(cover.encodedBytes()).isLessThanOrEqualTo(137);
        MinuteCover read = new MinuteCover();
        read.add(0, 500);
        read.decode(ByteBuffer.wrap(encoded));
        assertThat(read.totalMs()).isEqualTo(cover.totalMs());
        assertThat(encoded(read)).isEqualTo(encoded);
    }

    @Property(tries = 200)
    void addsTheLastAdditionOfAnotherCover(
            @ForAll("stretches") List<Stretch> before, @ForAll("stretches") List<Stretch> after) {
        MinuteCover cover = new MinuteCover();
        before.forEach(stretch -> cover.add(stretch.fromMs, stretch.toMs));
        MinuteCover earlier = new MinuteCover();
        earlier.setTo(cover);
        MinuteCover news = new MinuteCover();
        for (Stretch stretch : after) {
            cover.add(stretch.fromMs, stretch.toMs);
            news.addLastAdditionOf(cover);
        }
        assertThat(news.totalMs()).isEqualTo(cover.totalMs() - earlier.totalMs());
        MinuteCover growth = new MinuteCover();
        growth.addGrowth(earlier, cover);
        assertThat(encoded(growth)).isEqualTo(encoded(news));
        assertThat(earlier.add(news)).isEqualTo(news.totalMs());
        assertThat(encoded(earlier)).isEqualTo(encoded(cover));
    }

    private static byte[] encoded(MinuteCover cover) {
        ByteBuffer buffer = ByteBuffer.allocate(cover.encodedBytes());
        cover.encode(buffer);
        return buffer.array();
    }

    private static int union(List<Stretch> stretches) {
        boolean[] covered = new boolean[MinuteCover.MINUTE_MS];
        int count = 0;
        for (Stretch stretch : stretches) {
            for (int ms = stretch.fromMs; ms < stretch.toMs; ms++) {
                if (!covered[ms]) {
                    covered[ms] = true;
                    count++;
                }
            }
        }
        return count;
    }
}
