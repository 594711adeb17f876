package dev.mindfulcode.modelevidence;

import java.util.List;
import java.util.Locale;

/** ROC curves and calibration curves as SVG text. The same scores give the same text. */
final class Charts {
    private static final int SIZE = 360;
    private static final int MARGIN = 48;
    private static final int LEGEND_LINE = 18;
    private static final String[] COLOURS = {"#0b6e99", "#b3541e", "#5b7f2b", "#7a3e9d", "#555555"};
    private static final int CURVE_POINTS_MAX = 200;

    record Curve(String name, Scores scores) {}

    private Charts() {}

    static String roc(String title, List<Curve> curves) {
        StringBuilder svg = start(title, "false positive rate", "true positive rate", curves.size());
        for (int c = 0; c < curves.size(); c++) {
            Scores scores = curves.get(c).scores();
            StringBuilder points = new StringBuilder();
            int[] order = scores.order();
            double positives = scores.prevalence() * order.length;
            double hits = 0;
            double falseAlarms = 0;
            int step = Math.max(order.length / CURVE_POINTS_MAX, 1);
            point(points, 0, 0);
            for (int i = order.length - 1; i >= 0; i--) {
                if (scores.positive()[order[i]]) {
                    hits++;
                } else {
                    falseAlarms++;
                }
                boolean tied = i > 0 && scores.scores()[order[i]] == scores.scores()[order[i - 1]];
                if (!tied && (i % step == 0 || i < step)) {
                    point(points, falseAlarms / (order.length - positives), hits / positives);
                }
            }
            point(points, 1, 1);
            line(
                    svg,
                    c,
                    points,
                    String.format(Locale.ROOT, "%s, AUROC %.3f", curves.get(c).name(), scores.pooledAuroc()));
        }
        return svg.append("</svg>\n").toString();
    }

    static String reliability(String title, List<Curve> curves) {
        StringBuilder svg = start(title, "mean predicted chance", "share that came true", curves.size());
        for (int c = 0; c < curves.size(); c++) {
            Scores scores = curves.get(c).scores();
            StringBuilder points = new StringBuilder();
            for (Scores.Bin bin : scores.calibration()) {
                if (bin.count() > 0) {
                    point(points, bin.meanScore(), bin.positiveRate());
                    svg.append(String.format(
                            Locale.ROOT,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" fill-opacity=\"0.5\"/>%n",
                            x(bin.meanScore()),
                            y(bin.positiveRate()),
                            2 + 10 * Math.sqrt((double) bin.count() / scores.scores().length),
                            COLOURS[c % COLOURS.length]));
                }
            }
            line(
                    svg,
                    c,
                    points,
                    String.format(Locale.ROOT, "%s, ECE %.3f", curves.get(c).name(), scores.calibrationError()));
        }
        return svg.append("</svg>\n").toString();
    }

    private static StringBuilder start(String title, String x, String y, int curves) {
        int width = SIZE + 2 * MARGIN;
        int height = width + curves * LEGEND_LINE;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"12\" role=\"img\">%n"
                        + "<title>%s</title>%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                width,
                height,
                width,
                title));
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"24\" font-size=\"14\">%s</text>%n", MARGIN, title));
        for (int i = 0; i <= 5; i++) {
            double at = i / 5.0;
            svg.append(String.format(
                    Locale.ROOT,
                    "<path d=\"M%1$.1f %2$.1fV%3$.1fM%4$.1f %5$.1fH%6$.1f\" stroke=\"#dddddd\" fill=\"none\"/>"
                            + "<text x=\"%1$.1f\" y=\"%7$.1f\" text-anchor=\"middle\">%8$.1f</text>"
                            + "<text x=\"%9$.1f\" y=\"%10$.1f\" text-anchor=\"end\">%8$.1f</text>%n",
                    x(at),
                    y(0),
                    y(1),
                    x(0),
                    y(at),
                    x(1),
                    y(0) + 16,
                    at,
                    x(0) - 6,
                    y(at) + 4));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#999999\" stroke-dasharray=\"4 4\"/>%n"
                        + "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>%n"
                        + "<text transform=\"translate(14 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
                x(0),
                y(0),
                x(1),
                y(1),
                x(0.5),
                y(0) + 34,
                x,
                y(0.5),
                y));
        return svg;
    }

    private static void line(StringBuilder svg, int c, CharSequence points, String legend) {
        String colour = COLOURS[c % COLOURS.length];
        int at = SIZE + 2 * MARGIN + c * LEGEND_LINE;
        svg.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n"
                        + "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/>"
                        + "<text x=\"%d\" y=\"%d\">%s</text>%n",
                points.toString().strip(),
                colour,
                MARGIN,
                at,
                colour,
                MARGIN + 20,
                at + 6,
                legend));
    }

    private static void point(StringBuilder points, double x, double y) {
        points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(x), y(y)));
    }

    private static double x(double share) {
        return MARGIN + share * SIZE;
    }

    private static double y(double share) {
        return MARGIN - 8 + (1 - share) * SIZE;
    }
}
