package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.insight.Estimate;
import dev.mindfulcode.flowengine.insight.TeamIndicator;
import dev.mindfulcode.flowengine.team.TeamDayRelease;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.schemas.TeamAlertRule;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the alert rules of a team on each closed day. An open day is not evaluated: a day closes when all that
 * counts in it is stored, so the result does not depend on the order of arrival, and by then every member could read
 * their own figures.
 *
 * <p>A rule raises an alert when its indicator reaches the threshold and is elevated, so that the noise of the figures
 * alone rarely does, and again only after the indicator fell below {@link #CLEAR_RATIO} of it. A day without released
 * figures neither raises nor clears. Not thread-safe; one per task.
 */
final class TeamAlertEvaluator implements Processor<@Nullable UUID, @Nullable TeamWindow, UUID, TeamAlert> {

    /**
     * Part of the threshold below which a rule clears, so that a figure that swings about its threshold raises one
     * alert.
     */
    static final double CLEAR_RATIO = 0.8;

    /** The longest lookback of a rule. */
    private static final int RECENT_DAYS_MAX = 28;

    private static final int ID_BYTES = 2 * Long.BYTES;
    private static final int WINDOW_KEY_BYTES = ID_BYTES + 1 + Long.BYTES;
    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    private static final int FIGURES_BYTES_MAX = 3 * 2 * Long.BYTES;
    /** The stream does not know when the model changed, so a rule on flow may compare across a change. */
    private static final long MODEL_CHANGED_MS = 0;

    private static final byte[] RAISED = {1};
    private static final byte[] WITHHELD = {};

    private final Deserializer<TeamAlertRule> rulesDeserializer;
    private final StreamMeters meters;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    private ProcessorContext<UUID, TeamAlert> context;

    @SuppressWarnings("NullAway.Init")
    private KeyValueStore<Bytes, byte @Nullable []> windows;

    @SuppressWarnings("NullAway.Init")
    private KeyValueStore<Bytes, byte @Nullable []> states;

    @SuppressWarnings("NullAway.Init")
    private ReadOnlyKeyValueStore<Bytes, byte[]> rules;

    TeamAlertEvaluator(SchemaRegistry registry, StreamMeters meters) {
        this.rulesDeserializer = Topics.TEAM_ALERT_RULES.valueSerde(registry).deserializer();
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<UUID, TeamAlert> context) {
        this.context = context;
        this.windows = context.getStateStore(TeamAlertTopology.WINDOWS_STORE);
        this.states = context.getStateStore(TeamAlertTopology.STATES_STORE);
        this.rules = context.getStateStore(TeamAlertTopology.RULES_STORE);
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable TeamWindow> record) {
        UUID teamId = record.key();
        TeamWindow window = record.value();
        if (teamId == null || window == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        if (!window.getTeamId().equals(teamId) || window.getWindowStart().toEpochMilli() < 0) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        boolean isDay = window.getSize() == TeamWindowSize.DAY;
        if (!window.getClosed() || !isDay && window.getSize() != TeamWindowSize.HOUR) {
            return;
        }
        long startMs = window.getWindowStart().toEpochMilli();
        byte[] figures = figures(window);
        // A window is released once: a replay may write it again.
        windows.putIfAbsent(windowKey(teamId, isDay, startMs), figures == null ? WITHHELD : figures);
        if (isDay && figures != null) {
            dayClosed(teamId, startMs);
        }
    }

    private void dayClosed(UUID teamId, long startMs) {
        Bytes lastKey = Bytes.wrap(id(teamId));
        byte[] last = states.get(lastKey);
        if (last != null && ByteBuffer.wrap(last).getLong() >= startMs) {
            return;
        }
        states.put(lastKey, ByteBuffer.allocate(Long.BYTES).putLong(startMs).array());
        List<TeamAlertRule> ofTeam = rulesOf(teamId);
        deleteStatesOfRemovedRules(teamId, ofTeam);
        long endMs = startMs + DAY_MS;
        long neededFromMs = TeamIndicator.neededFromMs(endMs, RECENT_DAYS_MAX);
        deleteWindowsBefore(teamId, false, neededFromMs);
        deleteWindowsBefore(teamId, true, neededFromMs);
        if (ofTeam.isEmpty()) {
            return;
        }
        List<TeamIndicator.Hour> hours = windowsOf(teamId, false, neededFromMs, endMs, TeamAlertEvaluator::hour);
        List<TeamIndicator.Day> days = windowsOf(teamId, true, neededFromMs, endMs, TeamAlertEvaluator::day);
        for (TeamAlertRule rule : ofTeam) {
            if (rule.getCreatedAt().toEpochMilli() <= startMs) {
                evaluate(teamId, rule, hours, days, endMs);
            }
        }
    }

    private void evaluate(
            UUID teamId, TeamAlertRule rule, List<TeamIndicator.Hour> hours, List<TeamIndicator.Day> days, long endMs) {
        TeamIndicator.Kind kind = TeamIndicator.Kind.parse(rule.getIndicator());
        if (kind == null || rule.getRecentDays() < 1 || rule.getRecentDays() > RECENT_DAYS_MAX) {
            return;
        }
        ZoneId zone = ZoneId.of(rule.getTimeZone());
        TeamIndicator indicator =
                TeamIndicator.of(kind, hours, days, endMs, rule.getRecentDays(), zone, MODEL_CHANGED_MS);
        Estimate value = indicator.value();
        if (value == null) {
            return;
        }
        Bytes stateKey = Bytes.wrap(ByteBuffer.allocate(2 * ID_BYTES)
                .put(id(teamId))
                .put(id(rule.getRuleId()))
                .array());
        boolean raised = states.get(stateKey) != null;
        if (value.value() >= rule.getThreshold() && indicator.isElevated() && !raised) {
            states.put(stateKey, RAISED);
            meters.alertsPublished.increment();
            context.forward(
                    new Record<>(teamId, alert(rule, indicator, value, zone, endMs), context.currentSystemTimeMs()));
        } else if (value.value() < CLEAR_RATIO * rule.getThreshold() && raised) {
            states.delete(stateKey);
        }
    }

    private static TeamAlert alert(
            TeamAlertRule rule, TeamIndicator indicator, Estimate value, ZoneId zone, long endMs) {
        byte[] name = ByteBuffer.allocate(ID_BYTES + Long.BYTES)
                .put(id(rule.getRuleId()))
                .putLong(endMs)
                .array();
        return TeamAlert.newBuilder()
                .setAlertId(UUID.nameUUIDFromBytes(name))
                .setTeamId(rule.getTeamId())
                .setRuleId(rule.getRuleId())
                .setIndicator(rule.getIndicator())
                .setValue(value.value())
                .setLow(value.low())
                .setHigh(value.high())
                .setThreshold(rule.getThreshold())
                .setReference(indicator.reference())
                .setDataPoints(value.samples())
                .setRecentDays(rule.getRecentDays())
                .setFrom(startOf(indicator.from(), indicator.isInZone() ? zone : ZoneOffset.UTC))
                .setTo(startOf(indicator.to().plusDays(1), indicator.isInZone() ? zone : ZoneOffset.UTC))
                .build();
    }

    private static Instant startOf(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    /** Returns the valid rules of a team. */
    private List<TeamAlertRule> rulesOf(UUID teamId) {
        List<TeamAlertRule> found = new ArrayList<>();
        String prefix = teamId + ":";
        try (KeyValueIterator<Bytes, byte[]> rows =
                rules.prefixScan(prefix.getBytes(StandardCharsets.UTF_8), UserStoreKeys.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row -> {
                TeamAlertRule rule = rule(row.value);
                if (rule != null && row.key.equals(Bytes.wrap(key(rule))) && isZone(rule.getTimeZone())) {
                    found.add(rule);
                } else {
                    meters.alertRulesRejected.increment();
                }
            });
        }
        return found;
    }

    private @Nullable TeamAlertRule rule(byte[] value) {
        try {
            return rulesDeserializer.deserialize(Topics.TEAM_ALERT_RULES.name(), value);
        } catch (SerializationException e) {
            return null;
        }
    }

    private static byte[] key(TeamAlertRule rule) {
        return (rule.getTeamId() + ":" + rule.getRuleId()).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isZone(String name) {
        return TimeZones.isKnown(name);
    }

    /** Deletes the states of rules that no longer exist. */
    private void deleteStatesOfRemovedRules(UUID teamId, List<TeamAlertRule> ofTeam) {
        Set<UUID> known = new HashSet<>();
        ofTeam.forEach(rule -> known.add(rule.getRuleId()));
        for (Bytes key : UserStoreKeys.keysWith(states, id(teamId))) {
            if (key.get().length == 2 * ID_BYTES && !known.contains(UserStoreKeys.sessionIdOf(key))) {
                states.delete(key);
            }
        }
    }

    private void deleteWindowsBefore(UUID teamId, boolean isDay, long beforeMs) {
        UserStoreKeys.keys(windows.range(windowKey(teamId, isDay, 0), windowKey(teamId, isDay, beforeMs - 1)))
                .forEach(windows::delete);
    }

    private <W> List<W> windowsOf(
            UUID teamId, boolean isDay, long fromMs, long toMs, BiFunction<Long, ByteBuffer, W> decode) {
        List<W> found = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte @Nullable []> rows =
                windows.range(windowKey(teamId, isDay, fromMs), windowKey(teamId, isDay, toMs - 1))) {
            rows.forEachRemaining(row -> {
                if (row.value != null && row.value.length > 0) {
                    found.add(decode.apply(
                            ByteBuffer.wrap(row.key.get()).getLong(ID_BYTES + 1), ByteBuffer.wrap(row.value)));
                }
            });
        }
        return found;
    }

    private static TeamIndicator.Hour hour(long startMs, ByteBuffer figures) {
        return new TeamIndicator.Hour(startMs, figure(figures));
    }

    private static TeamIndicator.Day day(long startMs, ByteBuffer figures) {
        return new TeamIndicator.Day(startMs, figure(figures), figure(figures), figure(figures));
    }

    private static TeamIndicator.Figure figure(ByteBuffer figures) {
        return new TeamIndicator.Figure(figures.getLong(), figures.getLong());
    }

    /** Returns null if nothing was released, or figures of fewer members than may be released, or without noise. */
    private static byte @Nullable [] figures(TeamWindow window) {
        Integer members = window.getMembers();
        if (members == null || members >= 0 && members < TeamDayRelease.MEMBERS_MIN_LEAST) {
            return null;
        }
        if (members < 0) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        ByteBuffer figures = ByteBuffer.allocate(FIGURES_BYTES_MAX);
        boolean isComplete = put(window.getActiveSeconds(), window.getActiveSecondsMargin(), figures)
                && (window.getSize() == TeamWindowSize.HOUR
                        || put(window.getSecondsInFlow(), window.getSecondsInFlowMargin(), figures)
                                && put(window.getInterruptions(), window.getInterruptionsMargin(), figures));
        return isComplete ? Arrays.copyOf(figures.array(), figures.position()) : null;
    }

    private static boolean put(@Nullable Long value, @Nullable Long margin, ByteBuffer into) {
        if (value == null || margin == null) {
            return false;
        }
        if (margin < 0) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        into.putLong(value).putLong(margin);
        return true;
    }

    /** Ordered by time within a team and size; times are not negative. */
    private static Bytes windowKey(UUID teamId, boolean isDay, long startMs) {
        return Bytes.wrap(ByteBuffer.allocate(WINDOW_KEY_BYTES)
                .put(id(teamId))
                .put((byte) (isDay ? 1 : 0))
                .putLong(Math.max(0, startMs))
                .array());
    }

    private static byte[] id(UUID id) {
        return UserStoreKeys.prefix(id);
    }
}
