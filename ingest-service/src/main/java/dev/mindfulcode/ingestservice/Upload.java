package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parsed upload: its valid batches, and a rejection for each of the others.
 *
 * @param isSingleBatch whether it is one batch without a list: then an invalid batch is a {@link ProblemException}, not
 *     a rejection
 * @param sentAtMs when the client sent it by the client's clock, epoch milliseconds; null without {@code sent_at}
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
     * Returns this upload with more batches rejected.
     *
     * @throws ProblemException if the upload is that single batch
     */
    Upload without(List<Rejection> more) {
        if (more.isEmpty()) {
            return this;
        }
        if (isSingleBatch) {
            Rejection only = more.getFirst();
            throw only.type().forField(only.field(), only.detail());
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
