package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.Calibration;
import java.util.List;

/** Fits scale and offset of a model's output by log loss with Newton steps; the scale stays positive. */
record LogitFit(double scale, double offset) {
    static LogitFit fit(double[] sums, List<Example> examples) {
        double scale = 1;
        double offset = 0;
        for (int step = 0; step < 25; step++) {
            double gs = 0;
            double go = 0;
            double hss = 1e-6;
            double hso = 0;
            double hoo = 1e-6;
            for (int i = 0; i < sums.length; i++) {
                double logit = sums[i];
                double chance = Trainer.sigmoid(scale * logit + offset);
                double error = chance - (examples.get(i).positive() ? 1 : 0);
                double spread = chance * (1 - chance);
                gs += error * logit;
                go += error;
                hss += spread * logit * logit;
                hso += spread * logit;
                hoo += spread;
            }
            double determinant = hss * hoo - hso * hso;
            if (!(determinant > 1e-9)) {
                break;
            }
            scale = Math.clamp(scale - (hoo * gs - hso * go) / determinant, 0.05, 20);
            offset = Math.clamp(offset - (hss * go - hso * gs) / determinant, -5, 5);
        }
        return new LogitFit(scale, offset);
    }

    Calibration calibration() {
        return new Calibration.Temperature(temperature());
    }

    private float temperature() {
        return (float) Math.clamp(1 / scale, 0.02, 50);
    }

    /** Returns the change of the model's last bias that represents the offset. */
    float biasChange() {
        return (float) (offset * temperature());
    }

    double chance(double sum) {
        return Trainer.sigmoid(scale * sum + offset);
    }
}
