package dev.mindfulcode.flowengine.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeZonesTest {

    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin,Europe/Berlin",
        "europe/berlin,Europe/Berlin",
        "posix/Europe/Berlin,Europe/Berlin",
        ":Europe/Berlin,Europe/Berlin",
        "Asia/Calcutta,Asia/Calcutta",
        "EST,America/Panama",
        "EST5EDT,EST5EDT",
        "utc,UTC",
        "Z,UTC",
        "UTC+0,UTC",
        "UTC+2,Etc/GMT-2",
        "UTC+02:00,Etc/GMT-2",
        "GMT-5,Etc/GMT+5",
        "+0530,+05:30",
        "UTC-03:30,-03:30",
        "W. Europe Standard Time,Europe/Berlin",
        "pacific standard time,America/Los_Angeles",
        "UTC-11,Etc/GMT+11"
    })
    void acceptsNamesOfBrowsersAndOperatingSystems(String sent, String zone) {
        assertThat(TimeZones.find(sent)).isEqualTo(ZoneId.of(zone));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Etc/Unknown", "Mars/Olympus", "UTC+25", "UTC+2:75", "+", "CST", "undefined", "CET-1CEST,M3"
            })
    void rejectsAmbiguousNames(String sent) {
        assertThat(TimeZones.find(sent)).isNull();
        assertThat(TimeZones.isKnown(sent)).isFalse();
        assertThat(TimeZones.of(sent)).isEqualTo(TimeZones.UTC);
    }

    @Test
    void everyAliasMapsToAStorableZone() {
        assertThat(ZoneAliases.ALL).hasSizeGreaterThan(150);
        ZoneAliases.ALL
                .values()
                .forEach(name -> assertThat(TimeZones.isKnown(name)).as(name).isTrue());
        assertThat(TimeZones.isKnown("+05:30")).isTrue();
        assertThat(TimeZones.isKnown("+99:30")).isFalse();
    }

    @Test
    void spansHaveTheLocalTimeOfEveryInstant() {
        Random random = new Random(20261130);
        List<String> names = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        for (int round = 0; round < 2_000; round++) {
            ZoneId zone = ZoneId.of(names.get(random.nextInt(names.size())));
            long from = random.nextLong(1_577_836_800L, 1_893_456_000L);
            long to = from + random.nextLong(1, 500 * 86_400L);
            List<OffsetSpan> spans = OffsetSpan.of(zone, Instant.ofEpochSecond(from), Instant.ofEpochSecond(to));

            assertThat(spans.getFirst().fromSeconds()).isEqualTo(from);
            assertThat(spans.getLast().toSeconds()).isEqualTo(to);
            for (int i = 1; i < spans.size(); i++) {
                assertThat(spans.get(i).fromSeconds())
                        .isEqualTo(spans.get(i - 1).toSeconds());
            }
            long at = random.nextLong(from, to);
            OffsetSpan span = spans.stream()
                    .filter(one -> one.fromSeconds() <= at && at < one.toSeconds())
                    .findFirst()
                    .orElseThrow();
            assertThat(LocalDateTime.ofEpochSecond(at + span.offsetSeconds(), 0, ZoneOffset.UTC))
                    .isEqualTo(LocalDateTime.ofInstant(Instant.ofEpochSecond(at), zone));
        }
        assertThat(OffsetSpan.of(TimeZones.UTC, Instant.EPOCH, Instant.EPOCH)).isEmpty();
    }
}
