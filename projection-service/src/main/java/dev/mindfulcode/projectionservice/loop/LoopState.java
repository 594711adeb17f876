package dev.mindfulcode.projectionservice.loop;

/**
 * The state of a loop.
 *
 * @param partitions how many are assigned to it
 * @param isFollowing whether it has its partitions and their offsets, and nothing fails
 * @param isCaughtUp whether it follows and had applied all committed records when it last polled
 * @param failures in a row
 */
public record LoopState(int partitions, boolean isFollowing, boolean isCaughtUp, int failures) {

    static final LoopState INITIAL = new LoopState(0, false, false, 0);
}
