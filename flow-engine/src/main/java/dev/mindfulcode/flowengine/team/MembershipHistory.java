package dev.mindfulcode.flowengine.team;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * When one person's typing counts in one team: while they belong to it, consent, and are more than a viewer. What
 * changed is kept with its time and read in the order of time, so that it does not matter in which order, or how often,
 * it became known.
 *
 * <p>Consent holds from when it is given to when it is withdrawn: what was typed while it held stays counted. Of two
 * changes at the same instant the one that counts less wins. Immutable.
 */
public final class MembershipHistory {

    /** What happened. The order is that in which changes of one instant apply. */
    public enum Change {
        JOINED,
        JOINED_AS_VIEWER,
        MADE_MEMBER,
        MADE_VIEWER,
        CONSENTED,
        WITHDREW,
        LEFT
    }

    /** Beyond it the oldest change is only known by what it led to, and nothing before it counts. */
    public static final int CHANGES_MAX = 1_000;

    private static final int HEADER_BYTES = Long.BYTES + 1;
    private static final int CHANGE_BYTES = Long.BYTES + 1;
    private static final Change[] CHANGES = Change.values();
    private static final Comparator<Dated> IN_TIME =
            Comparator.comparingLong(Dated::atMs).thenComparing(Dated::change);
    private static final MembershipHistory NONE = new MembershipHistory(Long.MIN_VALUE, Standing.OUTSIDE, List.of());

    private final long knownFromMs;
    private final Standing standingBefore;
    private final List<Dated> changes;

    private MembershipHistory(long knownFromMs, Standing standingBefore, List<Dated> changes) {
        this.knownFromMs = knownFromMs;
        this.standingBefore = standingBefore;
        this.changes = changes;
    }

    public static MembershipHistory none() {
        return NONE;
    }

    /** Returns this with one more change known; itself where it was known, or is older than what can be told apart. */
    public MembershipHistory with(long atMs, Change change) {
        Dated added = new Dated(atMs, change);
        if (atMs < knownFromMs || changes.contains(added)) {
            return this;
        }
        List<Dated> more = new ArrayList<>(changes);
        more.add(added);
        more.sort(IN_TIME);
        if (more.size() <= CHANGES_MAX) {
            return new MembershipHistory(knownFromMs, standingBefore, List.copyOf(more));
        }
        Dated oldest = more.removeFirst();
        return new MembershipHistory(oldest.atMs, standingBefore.after(oldest.change), List.copyOf(more));
    }

    /** Whether there is any instant from which on it counted. */
    public boolean hasEverCounted() {
        Standing standing = standingBefore;
        boolean counted = standing.counts();
        for (Dated dated : changes) {
            standing = standing.after(dated.change);
            counted |= standing.counts();
        }
        return counted;
    }

    /** Whether the typing of the whole minute that begins then counts. */
    public boolean countsIn(long minuteMs) {
        if (minuteMs < knownFromMs) {
            return false;
        }
        Standing standing = standingBefore;
        boolean counts = standing.counts();
        for (Dated dated : changes) {
            if (dated.atMs >= minuteMs + WindowSize.MINUTE_MS) {
                break;
            }
            standing = standing.after(dated.change);
            // Within the minute only what it began with can still hold.
            counts = standing.counts() && (counts || dated.atMs <= minuteMs);
        }
        return counts;
    }

    public byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + changes.size() * CHANGE_BYTES)
                .putLong(knownFromMs)
                .put(standingBefore.code());
        for (Dated dated : changes) {
            bytes.putLong(dated.atMs).put((byte) dated.change.ordinal());
        }
        return bytes.array();
    }

    /** Reads what {@link #encode} wrote. */
    public static MembershipHistory decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long knownFromMs = buffer.getLong();
        Standing standing = Standing.ofCode(buffer.get());
        List<Dated> changes = new ArrayList<>(buffer.remaining() / CHANGE_BYTES);
        while (buffer.hasRemaining()) {
            changes.add(new Dated(buffer.getLong(), CHANGES[buffer.get()]));
        }
        return new MembershipHistory(knownFromMs, standing, List.copyOf(changes));
    }

    private record Dated(long atMs, Change change) {}

    private record Standing(boolean member, boolean viewer, boolean consents) {

        static final Standing OUTSIDE = new Standing(false, false, false);

        boolean counts() {
            return member && consents && !viewer;
        }

        /** Whoever joins has consented to nothing yet. */
        Standing after(Change change) {
            return switch (change) {
                case JOINED -> new Standing(true, false, false);
                case JOINED_AS_VIEWER -> new Standing(true, true, false);
                case MADE_MEMBER -> new Standing(member, false, consents);
                case MADE_VIEWER -> new Standing(member, true, consents);
                case CONSENTED -> new Standing(member, viewer, true);
                case WITHDREW -> new Standing(member, viewer, false);
                case LEFT -> OUTSIDE;
            };
        }

        byte code() {
            return (byte) ((member ? 1 : 0) | (viewer ? 2 : 0) | (consents ? 4 : 0));
        }

        static Standing ofCode(byte code) {
            return new Standing((code & 1) != 0, (code & 2) != 0, (code & 4) != 0);
        }
    }
}
