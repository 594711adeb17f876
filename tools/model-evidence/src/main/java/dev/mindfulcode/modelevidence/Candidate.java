package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.ModelInputs;

/** A model that is trained and compared, simplest first. */
enum Candidate {
    LOGISTIC_SCORES("logistic-scores", "logistic model on the five scores", Trainer.Kind.LOGISTIC, ModelInputs.SCORES),
    LOGISTIC_HISTORY(
            "logistic-history", "logistic model on the work history", Trainer.Kind.LOGISTIC, ModelInputs.HISTORY),
    NETWORK_SCORES("network-scores", "network on the five scores", Trainer.Kind.NETWORK, ModelInputs.SCORES),
    NETWORK_HISTORY("network-history", "network on the work history", Trainer.Kind.NETWORK, ModelInputs.HISTORY);

    final String id;
    final String text;
    final Trainer.Kind kind;
    final ModelInputs inputs;

    Candidate(String id, String text, Trainer.Kind kind, ModelInputs inputs) {
        this.id = id;
        this.text = text;
        this.kind = kind;
        this.inputs = inputs;
    }

    String id(int version) {
        return id + "-" + version;
    }
}
