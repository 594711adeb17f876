package dev.mindfulcode.flowengine.team;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A person's membership in one team over time. Their typing counts on those days (UTC) on which they are a member with
 * consent, and not a viewer, from beginning to end. Changes take effect at the border of days only, so that no two
 * windows of a day differ by one person. Changes are stored with their time and applied in order of time, so arrival
 * order and repetition do not matter.
 *
 * <p>Days under consent stay counted after consent is withdrawn. Of two changes at the same instant the more
 * restrictive one wins. Immutable.
 */
public final class MembershipHistory {

    /** The kinds of changes, in the order in which changes of one instant apply. */
    public enum Change {
        JOINED,
        JOINED_AS_VIEWER,
        MADE_MEMBER,
        MADE_VIEWER,
        CONSENTED,
        WITHDREW,
        LEFT
    }

    /** Maximum number of changes; beyond it the oldest are merged, and nothing before them counts. */
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

    /** Returns the history with a change added; the same object if it is present or older than the merged changes. */
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

    /** Whether the person counted at any time. */
    public boolean hasEverCounted() {
        Standing standing = standingBefore;
        boolean counted = standing.counts();
        for (Dated dated : changes) {
            standing = standing.after(dated.change);
            counted |= standing.counts();
        }
        return counted;
    }

    /** Returns the time of the first known change; the greatest long without one. */
    public long firstChangeMs() {
        return changes.isEmpty() ? Long.MAX_VALUE : changes.getFirst().atMs;
    }

    /** Whether typing counts on the whole UTC day that begins at an instant. */
    public boolean countsOn(long dayStartMs) {
        if (dayStartMs < knownFromMs) {
            return false;
        }
        Standing standing = standingBefore;
        boolean counts = standing.counts();
        for (Dated dated : changes) {
            if (dated.atMs >= dayStartMs + WindowSize.DAY.lengthMs()) {
                break;
            }
            standing = standing.after(dated.change);
            // Typing counts only if it counted from the start of the day on.
            counts = standing.counts() && (counts || dated.atMs <= dayStartMs);
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

    /** Decodes the result of {@link #encode}. */
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

        /** Joining resets consent. */
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
