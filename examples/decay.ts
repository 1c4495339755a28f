/**
 * An exponential decay, and how far to trust the answer. Twenty-five noisy readings go in; three parameters, each with its standard
 * error, come out. Then those errors are put to the test, against the scatter of repeated experiments.
 */
import { arange, fit, manualSeed, randn } from "../src/index.ts";

const truth = { height: 80, lifetime: 4, base: 10 };

manualSeed(1);
const time = arange(25, { dtype: "float64" });
const exact = time.div(-truth.lifetime).exp().mul(truth.height).add(truth.base);

/** One experiment: the same decay, noise of its own with a standard deviation of 2. */
function experiment() {
  const noise = randn([25], { dtype: "float64" }).mul(2);
  return fit({
    data: { time, count: exact.add(noise) },
    model: "count ~ height*exp(-time/lifetime) + base",
    params: { height: 50, lifetime: { start: 10, min: 0 }, base: 0 },
  });
}

const one = await experiment();
console.log(one.report());

// What a fit claims of itself, and what repetition shows. About two answers in three should lie within one standard error.
const many = await Promise.all(Array.from({ length: 300 }, experiment));

console.log("\n            truth    fitted    its standard error   scatter of 300 fits   within one error");
for (const name of ["height", "lifetime", "base"] as const) {
  const { value, standardError } = one.params[name];
  const distances = many.map(({ params }) => Math.abs(params[name].value - truth[name]));
  const scatter = Math.hypot(...distances) / Math.sqrt(many.length);
  const within = distances.filter((distance, i) => distance < many[i].params[name].standardError!).length;
  console.log(
    [
      name.padEnd(8),
      String(truth[name]).padStart(9),
      value.toFixed(3).padStart(10),
      standardError!.toFixed(3).padStart(22),
      scatter.toFixed(3).padStart(22),
      `${((100 * within) / many.length).toFixed(0)} %`.padStart(19),
    ].join(""),
  );
}
