package dev.mindfulcode.ingestservice;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One upload as it was read: batches that keep every rule, and a rejection for each of the others.
 *
 * @param isSingleBatch whether it is one batch by itself. It has no rejections: a batch alone that is not accepted is a
 *     {@link UploadException}
 * @param sentAtMs when the client sent it by the client's clock, epoch milliseconds; null where it does not say so
 * @param batches at most {@link UploadLimits#BATCHES_PER_REQUEST_MAX} together with the rejected, in the order sent
 * @param rejected in the order sent
 */
record Upload(boolean isSingleBatch, @Nullable Long sentAtMs, List<ParsedBatch> batches, List<Rejection> rejected) {

    int keystrokes() {
        int keystrokes = 0;
        for (int i = 0; i < batches.size(); i++) {
            keystrokes += batches.get(i).keystrokes();
        }
        return keystrokes;
    }

    int size() {
        return batches.size() + rejected.size();
    }

    /**
     * Returns this upload without some of its batches.
     *
     * @throws UploadException where it is one batch by itself, and that one is rejected
     */
    Upload without(List<Rejection> more) {
        if (more.isEmpty()) {
            return this;
        }
        if (isSingleBatch) {
            Rejection only = more.getFirst();
            throw new UploadException(only.type(), only.detail(), only.field());
        }
        List<Rejection> all = new ArrayList<>(rejected);
        all.addAll(more);
        all.sort(Comparator.comparingInt(Rejection::index));
        List<ParsedBatch> others = new ArrayList<>(batches.size());
        for (ParsedBatch batch : batches) {
            if (more.stream().noneMatch(rejection -> rejection.index() == batch.index())) {
                others.add(batch);
            }
        }
        return new Upload(false, sentAtMs, others, all);
    }
}
