package dev.mindfulcode.projectionservice.loop;

/**
 * The state of a loop.
 *
 * @param isAlive whether its thread has not ended by itself
 * @param partitions how many are assigned to it
 * @param isFollowing whether it has its partitions and their offsets, and nothing fails
 * @param isCaughtUp whether it follows and had applied all committed records when it last polled
 * @param failures in a row
 */
public record LoopState(boolean isAlive, int partitions, boolean isFollowing, boolean isCaughtUp, int failures) {

    static final LoopState INITIAL = new LoopState(true, 0, false, false, 0);

    static LoopState ended(boolean isStopped) {
        return new LoopState(isStopped, 0, false, false, 0);
    }
}
