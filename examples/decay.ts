/**
 * An exponential decay, and how far to trust the answer. Twenty-five noisy readings go in; three parameters with a standard error
 * each come out. Then the errors themselves are put to the test, against the scatter of a thousand repeated experiments.
 */
import { arange, fit, manualSeed, randn } from "../src/index.ts";

const truth = { height: 80, lifetime: 4, floor: 10 };
const noise = 2;

manualSeed(1);
const time = arange(25).double();
const exact = time.div(-truth.lifetime).exp().mul(truth.height).add(truth.floor);

/** One experiment: the same decay, other noise. */
function observe() {
  return { time, count: exact.add(randn([25], { dtype: "float64" }).mul(noise)) };
}

function fitted(data: ReturnType<typeof observe>) {
  return fit({
    data,
    model: "count ~ height*exp(-time/lifetime) + floor",
    params: { height: 50, lifetime: { start: 10, min: 0 }, floor: 0 },
  });
}

const one = await fitted(observe());
console.log(one.report());

// What the fit claims of itself, and what repetition shows: the standard deviation of the answers of many experiments.
const many = [];
for (let i = 0; i < 1000; i++) many.push((await fitted(observe())).params);

console.log("\n            truth   one fit   its standard error   scatter of 1000 fits   within one error");
for (const name of ["height", "lifetime", "floor"] as const) {
  const { value, standardError } = one.params[name];
  const answers = many.map((params) => params[name]);
  const scatter = Math.hypot(...answers.map(({ value }) => value - truth[name])) / Math.sqrt(many.length);
  const within = answers.filter((p) => Math.abs(p.value - truth[name]) < (p.standardError ?? 0)).length;
  console.log(
    name.padEnd(8),
    String(truth[name]).padStart(8),
    value.toFixed(3).padStart(9),
    (standardError ?? Number.NaN).toFixed(3).padStart(20),
    scatter.toFixed(3).padStart(22),
    `${((100 * within) / many.length).toFixed(0)} %`.padStart(18),
  );
}
