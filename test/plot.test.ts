import fc from "fast-check";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { fit } from "../src/index.ts";
import { logTicksOf, niceRange, type Range, rangeOf, tickLabels, ticksOf } from "../src/report/axis.ts";
import { type BraillePlotOptions, braillePlot, sideBySide } from "../src/report/braille.ts";
import { typeset } from "../src/report/figure.ts";
import { type FitPicture, fitFigure } from "../src/report/plot/fit.ts";
import { lossFigure } from "../src/report/plot/loss.ts";
import { parametersFigure } from "../src/report/plot/parameters.ts";
import { rateFigure } from "../src/report/plot/rate.ts";
import { type SurfacePicture, surfaceFigure } from "../src/report/plot/surface.ts";
import { textWidth } from "../src/report/style.ts";

/** Doubles of all kinds: plain, huge, tiny, not finite. */
const oddNumber = fc.oneof(
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.double(),
  fc.constantFrom(0, -0, 1e16, 1e16 + 2, 1e300, -1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY),
);
const oddSeries = fc
  .array(fc.tuple(oddNumber, oddNumber), { maxLength: 30 })
  .map((pairs) => ({ x: pairs.map(([x]) => x), y: pairs.map(([, y]) => y) }));
const noNumber = /NaN|Infinity|undefined|null/;

describe("axes", () => {
  test.each<[Range, number, string]>([
    [[0, 19], 8, "0 2 4 6 8 10 12 14 16 18"],
    [[-300, 100], 4, "-300 -200 -100 0 100"],
    [[0, 1], 5, "0.0 0.2 0.4 0.6 0.8 1.0"],
    [[1959, 2025], 7, "1960 1970 1980 1990 2000 2010 2020"],
    [[0, 3e7], 3, "0 1e7 2e7 3e7"],
    [[0, 2.5e-7], 5, "0 5e-8 1.0e-7 1.5e-7 2.0e-7 2.5e-7"],
    [[1e10, 1e10 + 20], 2, "1.000000000e10 1.000000001e10 1.000000002e10"],
  ])("the ticks of %j, about %i, are %s", (range, count, labels) => {
    expect(tickLabels(ticksOf(range, count)).join(" ")).toBe(labels);
  });

  test("tick labels read back as the ticks, and are all different", () => {
    fc.assert(
      fc.property(fc.array(oddNumber, { maxLength: 5 }), fc.integer({ min: 2, max: 8 }), (values, count) => {
        const ticks = ticksOf(rangeOf(values), count);
        const labels = tickLabels(ticks);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThanOrEqual(2 * count + 2);
        expect(new Set(labels).size).toBe(labels.length);
        const step = ticks[1]! - ticks[0]!;
        // Ticks are rounded to 14 digits, and labels tell steps apart.
        ticks.forEach((tick, i) => {
          expect(Math.abs(Number(labels[i]) - tick)).toBeLessThanOrEqual(
            0.01 * step + 1e-13 * Math.abs(tick),
          );
        });
      }),
    );
  });

  test("a range holds all finite values and has a width", () => {
    fc.assert(
      fc.property(fc.array(oddNumber), (values) => {
        const [low, high] = rangeOf(values);
        expect(high).toBeGreaterThan(low);
        for (const value of values) {
          if (Math.abs(value) <= 1e300) expect(value >= low && value <= high).toBe(true);
        }
      }),
    );
  });

  test("a nice range begins and ends on ticks and holds the range", () => {
    expect(niceRange([-1.2, 74.5], 5)).toEqual([-20, 80]);
    expect(niceRange([315.98, 427.35], 5)).toEqual([300, 440]);
  });

  test("logarithmic ticks are powers of ten, or finer where decades are few", () => {
    expect(logTicksOf([0.5, 2e6], 4)).toEqual([1, 100, 1e4, 1e6]);
    expect(logTicksOf([5, 300], 6)).toEqual([5, 10, 20, 50, 100, 200]);
    expect(logTicksOf([20, 60], 4)).toEqual([20, 30, 40, 50, 60]);
  });
});

describe("plots for the terminal", () => {
  const diagonal: BraillePlotOptions = {
    width: 28,
    height: 12,
    points: [{ x: [0, 5, 10], y: [10, 5, 10] }],
    curves: [{ x: [0, 10], y: [0, 10] }],
    xLabel: "time",
    yLabel: "speed",
  };

  test("draw marks, a line of dots, axes with numbers, and a legend", () => {
    expect("\n" + braillePlot(diagonal)).toBe(`
    speed
10 ┤○                   ⢀⡠⠔●
   │                 ⣀⠤⠊⠁
   │             ⢀⡠⠔⠉
 5 ┤          ⢀⡠●⠁
   │       ⣀⠔⠊⠁
   │   ⢀⠤⠒⠉
 0 ┤⡠⠔⠊⠁
   └┬───────────┬──────────┬
    0           5         10
              time
    ○ observed   ⠤⠤ fitted   ● both`);
  });

  test("draw the same in ASCII", () => {
    expect("\n" + braillePlot({ ...diagonal, ascii: true })).toBe(`
    speed
10 +o                   ..:@
   |                 ..''
   |             ..:'
 5 +          ..@'
   |       .:''
   |   ..''
 0 +.:''
   ++-----------+----------+
    0           5         10
              time
    o observed   .. fitted   @ both`);
  });

  test("stand beside each other, whatever their heights and colours", () => {
    const small = { ...diagonal, width: 20, height: 8, legend: false as const, title: "step 1" };
    const style = (_role: string, text: string) => `\x1b[2m${text}\x1b[22m`;
    const [plain, coloured] = [{}, { style }].map((extra) =>
      sideBySide([braillePlot({ ...small, ...extra }), braillePlot({ ...diagonal, ...extra })]),
    );
    expect(coloured?.replaceAll(/\p{Cc}\[\d+m/gu, "").replaceAll(/ +$/gm, "")).toBe(plain);
    // The first is 20 wide, then comes a gap of 3, and the second's axis is at its fourth column.
    const axes = plain!.split("\n").slice(1, 8);
    expect(axes.map((line) => line[20 + 3 + 3]).join("")).toBe("┤││┤││┤");
  });

  test("show what lies in the ranges given, and cut lines at their edges", () => {
    const steep = { x: [0, 1], y: [-1e6, 1e6] };
    const plot = braillePlot({
      ...diagonal,
      points: [],
      curves: [steep],
      xRange: [0, 1.2],
      yRange: [-300, 100],
    });
    // The line is as good as upright: seven rows of dots, one above the other, between -300 and 100.
    const columns = plot
      .split("\n")
      .slice(1, 8)
      .map((line) => line.search(/[\u2801-\u28ff]/));
    expect(new Set(columns)).toEqual(new Set([columns[0]]));
    expect(columns[0]).toBeGreaterThan(6);
    expect(plot).toContain("-200 ┤");
  });

  test("break a line where the curve is not finite", () => {
    const curve = { x: [0, 1, 2, 3, 4], y: [1, 1, Number.NaN, 1, 1] };
    const plot = braillePlot({ ...diagonal, points: [], curves: [curve], legend: false, yRange: [0, 2] });
    expect(plot).toMatch(/[\u2801-\u28ff]{4,} {8,}[\u2801-\u28ff]{4,}/);
  });

  test("of very many points draw a cloud, with the curve as marks upon it", () => {
    const x = Array.from({ length: 500 }, (_, i) => i / 50);
    const cloud = { x, y: x.map((value, i) => value + Math.sin(i * i)) };
    const plot = braillePlot({ ...diagonal, points: [cloud] });
    expect(plot).toContain("⣿ observed   ● fitted");
    expect(plot).not.toContain("○");
  });

  test("take any numbers, and never write one that is not", () => {
    fc.assert(
      fc.property(
        fc.array(oddSeries, { maxLength: 2 }),
        fc.array(oddSeries, { maxLength: 2 }),
        fc.integer({ min: 0, max: 90 }),
        fc.integer({ min: 0, max: 30 }),
        fc.boolean(),
        (points, curves, width, height, ascii) => {
          const plot = braillePlot({
            points,
            curves,
            width,
            height,
            ascii,
            xLabel: "x",
            yLabel: "名前",
            legend: false,
          });
          const lines = plot.split("\n");
          expect(plot).not.toMatch(noNumber);
          expect(lines.length).toBe(Math.max(8, height));
          // Labels of very large numbers that lie close together may need more than a narrow plot has.
          expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(Math.max(width, 40));
        },
      ),
    );
  });
});

const observed = { x: Float64Array.from({ length: 20 }, (_, i) => i), y: new Float64Array(20) };
observed.x.forEach((x, i) => {
  observed.y[i] = 0.75 * x ** 2 - 14 * x + 70 + 4 * Math.sin(5 * x);
});
const curve = { x: Float64Array.from({ length: 200 }, (_, i) => (i * 19) / 199), y: new Float64Array(200) };
curve.x.forEach((x, i) => {
  curve.y[i] = 0.75 * x ** 2 - 14 * x + 70;
});
const picture: FitPicture = {
  title: "speed ~ a*time^2 + b*time + c",
  xLabel: "time",
  yLabel: "speed",
  observed,
  curve,
  residuals: observed.x.map((x) => 4 * Math.sin(5 * x)),
  caption: "a = 0.75, b = -14, c = 70",
};
const history = Array.from({ length: 50 }, (_, step) => ({
  step,
  epoch: 0,
  loss: 1000 * 0.8 ** step,
  validationLoss: null,
  learningRate: 0.1,
}));
/** A valley along the diagonal, and a walk down to it; one corner has no number. */
const axis = Float64Array.from({ length: 33 }, (_, i) => i / 8 - 2);
const losses = Float64Array.from({ length: 33 * 33 }, (_, i) => {
  const [a, b] = [axis[i % 33]!, axis[Math.floor(i / 33)]!];
  return a > 1.5 && b < -1.5 ? Number.NaN : 100 * (a - b) ** 2 + (a + b - 1) ** 2;
});
const surface: SurfacePicture = {
  title: "y ~ a*exp(-b*x)",
  xLabel: "a",
  yLabel: "b",
  loss: "mse",
  grid: { x: axis, y: axis, losses },
  levels: [1, 10, 100],
  path: { x: [-1.5, 0, 0.4], y: [1.5, 0.25, 0.4] },
  gradient: { x: -1, y: 0 },
  caption: "3 steps",
};
const walk = {
  title: "y ~ a*x + b",
  steps: [0, 1, 2, 3],
  params: { a: [0, 1, 1.5, 1.75], b: [4, 2, 1.76, 1.76] },
  caption: "sgd",
};
const lossPicture = { title: "y ~ a*x", loss: "mse", history, caption: "sgd, 50 steps" };

const allFigures = () =>
  Promise.all([
    fitFigure(picture),
    lossFigure(lossPicture),
    surfaceFigure(surface),
    parametersFigure(walk),
    rateFigure({ ...lossPicture, rates: [0.1, 1, 10], smoothed: [3, 2, 9], suggestion: 0.5 }),
  ]);

/** The coordinates in the paths of the group with a label, a list for each path. */
function pathsIn(svg: string, label: string): number[][] {
  const group = svg.split(`<g aria-label="${label}"`)[1]?.split("</g>")[0] ?? "";
  return [...group.matchAll(/ d="([^"]*)"/g)].map(([, d]) =>
    d!
      .split(/[MLZ,]+/)
      .filter(Boolean)
      .map(Number),
  );
}

/** How many elements of the drawing match; parsing also shows that the document is whole. */
function countOf(svg: string, selector: string): number {
  return parseHTML(`<html><body>${svg}</body></html>`).document.querySelectorAll(selector).length;
}

describe("figures", () => {
  test("of a fit show each observation and its residual, one curve, and every label", async () => {
    const svg = await fitFigure(picture);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*<\/svg>\n$/s);
    expect(countOf(svg, "svg")).toBe(1);
    expect(countOf(svg, "circle")).toBe(2 * 20);
    expect(countOf(svg, 'g[aria-label="line"] path')).toBe(1);
    for (const text of ["time", "speed", "residual", "observed", "fitted", picture.title, picture.caption]) {
      expect(svg).toContain(`>${text}</text>`.replace(/>(observed|fitted)<\/text>/, " $1"));
    }
  });

  test("describe themselves to those who cannot see them", async () => {
    const svg = await fitFigure(picture);
    expect(svg).toContain('role="img"');
    expect(svg).toContain("<title>speed ~ a*time^2 + b*time + c</title>");
    expect(svg).toContain("<desc>speed and residual by time. a = 0.75, b = -14, c = 70</desc>");
  });

  test("need nothing from elsewhere and run nothing", async () => {
    for (const svg of await allFigures()) {
      expect(svg).not.toMatch(/<(script|style|image|foreignObject)|href|@import|on\w+=/);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toContain("http");
    }
  });

  test("are the same bytes for the same fit", async () => {
    expect(await allFigures()).toEqual(await allFigures());
  });

  test("print names as text, whatever characters they hold", async () => {
    const name = `<script>alert("&'")</script>\u0000]]>`;
    const svg = await fitFigure({ ...picture, title: name, xLabel: name, yLabel: name, caption: name });
    expect(svg).not.toContain("<script");
    expect(
      svg.split("&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;\ufffd]]&gt;").length - 1,
    ).toBe(8);
  });

  test("of many observations draw an even share, and say so", async () => {
    const x = Float64Array.from({ length: 10_000 }, (_, i) => i);
    const svg = await fitFigure({ ...picture, observed: { x, y: x }, residuals: x.map(Math.sin) });
    expect(countOf(svg, "circle")).toBe(2 * 4000);
    expect(svg).toContain("(4000 of 10000 points drawn)");
  });

  test("cut a curve that runs away from the observations", async () => {
    const poles = { x: curve.x, y: curve.x.map((x) => 1 / (x - 9.5) ** 9) };
    const svg = await fitFigure({ ...picture, curve: poles });
    const path = svg.match(/ d="(M[^"]*L[^"]*)"/)![1]!;
    const coordinates = path.split(/[MLZ,]/).map(Number);
    // Half the height of the data above and below at the most, far from where a renderer overflows.
    expect(Math.max(...coordinates.map(Math.abs))).toBeLessThan(1000);
    expect(svg).toContain(">60</text>");
  });

  test("of the loss show training and validation on a logarithmic scale", async () => {
    const both = history.map((entry) => ({ ...entry, validationLoss: entry.loss + 1 }));
    const [one, two] = [await lossFigure(lossPicture), await lossFigure({ ...lossPicture, history: both })];
    expect(one).toContain("mse, logarithmic scale");
    expect(one).toContain(">100</text>");
    expect(one).not.toContain("validation");
    expect(two).toContain("validation");
    expect(countOf(two, 'g[aria-label="line"] path')).toBe(2);
  });

  test("of the loss join validation losses that are known at some steps only", async () => {
    const some = history.map((entry) => ({
      ...entry,
      validationLoss: entry.step % 10 === 0 ? 5 + entry.step : null,
    }));
    const svg = await lossFigure({ ...lossPicture, history: some });
    const dashed = svg.match(/stroke-dasharray[^>]*><path d="([^"]*)"/)?.[1] ?? "";
    expect(dashed).toMatch(/^M[^M]*$/);
    expect(dashed.split("L").length).toBe(5);
  });

  test("of a loss below zero are on a plain scale", async () => {
    const negative = history.map((entry) => ({ ...entry, loss: entry.loss - 500 }));
    expect(await lossFigure({ ...lossPicture, history: negative })).not.toContain("logarithmic");
  });

  test("take any numbers, and never write one that is not", async () => {
    const floats = (values: ArrayLike<number>) => Float64Array.from(values);
    await fc.assert(
      fc.asyncProperty(oddSeries, oddSeries, async (points, line) => {
        const svg = await fitFigure({
          ...picture,
          observed: { x: floats(points.x), y: floats(points.y) },
          residuals: floats(points.y),
          curve: { x: floats(line.x), y: floats(line.y) },
        });
        expect(svg).not.toMatch(noNumber);
        const entries = points.x.map((loss, step) => ({
          ...history[0]!,
          step,
          loss,
          validationLoss: points.y[step]!,
        }));
        expect(await lossFigure({ ...lossPicture, history: entries })).not.toMatch(noNumber);
        const params = { a: points.y, b: line.y };
        expect(await parametersFigure({ ...walk, steps: points.x, params })).not.toMatch(noNumber);
        const odd = Float64Array.from({ length: 4 }, (_, i) => points.y[i] ?? Number.NaN);
        const grid = { x: Float64Array.of(0, 1), y: Float64Array.of(-1e9, 1), losses: odd };
        expect(await surfaceFigure({ ...surface, grid, path: line })).not.toMatch(noNumber);
      }),
      { numRuns: 30 },
    );
  });

  test("mark observations that were held out, and say so", async () => {
    const svg = await fitFigure({ ...picture, heldOut: observed.x.map((x) => Number(x % 5 === 0)) });
    expect(countOf(svg, 'g[fill="#ffffff"] circle')).toBe(2 * 4);
    expect(countOf(svg, "circle")).toBe(2 * 20);
    expect(svg).toContain("held out");
    expect(await fitFigure(picture)).not.toContain("held out");
  });

  test("know from the fit which rows it held out", async () => {
    const [x, y] = [[...observed.x], [...observed.y]];
    const options = { data: { x, y }, model: "y ~ a*x^2 + b*x + c" } as const;
    const { heldOut } = (await fit({ ...options, validation: 0.25 })).picture();
    expect(Array.from(heldOut!).filter((mark) => mark === 1).length).toBe(5);
    expect(heldOut!.length).toBe(20);
    // The rest alone gives the same fit.
    const rest = Array.from(x.keys()).filter((row) => heldOut![row] === 0);
    const data = { x: rest.map((row) => x[row]!), y: rest.map((row) => y[row]!) };
    const [shared, alone] = [await fit({ ...options, validation: 0.25 }), await fit({ ...options, data })];
    expect(shared.params.a.value).toBe(alone.params.a.value);
    expect(alone.picture().heldOut).toBe(undefined);
  });

  test("of a surface show contours, the path with its ends, and the way downhill", async () => {
    const svg = await surfaceFigure(surface);
    const contours = pathsIn(svg, "contour");
    expect(contours.length).toBe(3);
    // Higher contours enclose lower ground: each leaves less of the drawing above it.
    expect(contours.every((path) => path.length > 20)).toBe(true);
    expect(countOf(svg, "circle")).toBe(3);
    expect(countOf(svg, 'g[fill="#ffffff"] circle')).toBe(1);
    for (const text of ["mse, darker uphill", "start", "end", "downhill"]) expect(svg).toContain(` ${text}`);
    const [[x1, y1, x2, y2] = []] = pathsIn(svg, "arrow");
    // The gradient points to smaller a: downhill is to the right, and level.
    expect(x2! - x1!).toBeCloseTo(64, 1);
    expect(y2).toBe(y1);
  });

  test("of a surface draw a bowl round on a coarse grid", async () => {
    const at = Float64Array.from({ length: 9 }, (_, i) => i - 4);
    const bowl = Float64Array.from({ length: 81 }, (_, i) => at[i % 9]! ** 2 + at[Math.floor(i / 9)]! ** 2);
    const grid = { x: at, y: at, losses: bowl };
    const { path: _, gradient: __, ...still } = surface;
    const [circle = []] = pathsIn(await surfaceFigure({ ...still, grid, levels: [6.25] }), "contour");
    // The first ring encloses all, the second is the hole: the circle of radius 2.5 around the middle, 632 and 406 units being 8.
    const ring = Array.from(
      { length: circle.length / 2 },
      (_, i) => [circle[2 * i]!, circle[2 * i + 1]!] as const,
    )
      .map(([x, y]) => Math.hypot(((x - 380) * 8) / 632, ((y - 231) * 8) / 406))
      .filter((radius) => radius < 3.5);
    expect(ring.length).toBeGreaterThan(10);
    // Straight lines through the losses themselves would be off by a sixteenth.
    for (const radius of ring) expect(Math.abs(radius - 2.5)).toBeLessThan(0.04);
  });

  test("of a surface say nothing of a path where there is none", async () => {
    const { path: _, gradient: __, ...still } = surface;
    const svg = await surfaceFigure(still);
    expect(countOf(svg, "circle")).toBe(0);
    expect(svg).not.toMatch(/> start|> end|> downhill/);
  });

  test("of parameters have a line each, and its name where it ends, apart from the others", async () => {
    const svg = await parametersFigure(walk);
    expect(countOf(svg, 'g[aria-label="line"] path')).toBe(2);
    const names = svg.split('<g aria-label="text"')[1]!;
    const heights = [...names.matchAll(/translate\([\d.]+,([\d.]+)\)" y="0.32em">(\w)</g)].map(
      ([, y, name]) => [name, Number(y)] as const,
    );
    expect(heights.map(([name]) => name).sort()).toEqual(["a", "b"]);
    expect(Math.abs(heights[0]![1] - heights[1]![1])).toBeGreaterThan(13);
  });

  test("of many parameters draw some, and say so", async () => {
    const params = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, [0, i]]));
    const svg = await parametersFigure({ ...walk, steps: [0, 1], params });
    expect(countOf(svg, 'g[aria-label="line"] path')).toBe(20);
    expect(svg).toContain("(20 of 30 parameters drawn)");
  });

  test("are XML without a fault", async () => {
    const name = "<b>\u00a0&\u0007]]>";
    const odd = await parametersFigure({ ...walk, title: name, params: { [name]: [1, 2, 3, 4] } });
    for (const svg of [...(await allFigures()), odd]) {
      expect(svg).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
      if (typeof DOMParser === "undefined") continue;
      const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml");
      expect(documentElement.querySelector("parsererror")).toBe(null);
      expect(documentElement.localName).toBe("svg");
    }
  });

  test("are the same in pages as elsewhere, but for half a unit where that is half a pixel", async () => {
    const svg = await lossFigure({ ...lossPicture, history: history.slice(0, 2) });
    const [line, dot] = svg
      .replace(/ transform="[^"]*"/g, "")
      .split("<g aria-label=")
      .slice(-2);
    expect(line).toBe(
      '"line" fill="none" stroke-linecap="round" stroke-linejoin="round" stroke-width="2" stroke="#d9480f">' +
        '<path d="M72,36L688,296"/></g>',
    );
    expect(dot).toContain('"dot" fill="#d9480f"><circle cx="688" cy="296" r="3.5"/></g></g>');
  });

  test("set numbers as print does", () => {
    expect(["-20", "1.5e6", "1e-12", "0.5"].map(typeset)).toEqual(["−20", "1.5×10⁶", "10⁻¹²", "0.5"]);
  });
});
