package dev.mindfulcode.projectionservice.loop;

/**
 * How a loop is doing.
 *
 * @param partitions how many are assigned to it
 * @param isFollowing whether it has been given its partitions, knows where they stand, and nothing is failing
 * @param isCaughtUp whether it follows and has applied all that was committed in them when it last looked
 * @param failures how often in a row it has failed by now; 0 when all is well
 */
public record LoopState(int partitions, boolean isFollowing, boolean isCaughtUp, int failures) {

    static final LoopState INITIAL = new LoopState(0, false, false, 0);
}
