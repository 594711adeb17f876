package dev.mindfulcode.projection.loop;

/**
 * How a loop is doing.
 *
 * @param partitions how many are assigned to it
 * @param isCaughtUp whether it has applied all that was committed in them when it last looked; false before its first
 *     assignment and while anything is wrong
 * @param failures how often in a row it has failed by now; 0 when all is well
 */
public record LoopState(int partitions, boolean isCaughtUp, int failures) {

    static final LoopState INITIAL = new LoopState(0, false, 0);
}
