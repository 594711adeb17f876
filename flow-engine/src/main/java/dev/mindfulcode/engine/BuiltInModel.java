package dev.mindfulcode.engine;

/** The model that judges where no other is given: the winner of docs/evaluation.md. */
final class BuiltInModel {
    static final FlowModel INSTANCE = FormulaModel.INSTANCE;

    private BuiltInModel() {}
}
