/** W3: logistic regression on five million rows of twenty features in memory, minibatches of 1,024 in a shuffled order, SGD. */
import type { Tensor } from "../../src/index.ts";
import { coaster, lastOf } from "../coaster.ts";
import { classes, filled, shuffled } from "../data.ts";
import { plain } from "../harness.ts";
import { c, type Engine, type Job, python, rate, scipy, type Work } from "../job.ts";
import { type JaxArray, jax } from "../others/jax.ts";
import { numberOf, type TfTensor, tfjs } from "../others/tfjs.ts";

/** What is shuffled: minibatches of adjacent rows, or every row, so that a batch is gathered from all over the memory. */
type Shuffle = "batches" | "rows";

export const w3: readonly Job[] = [
  {
    key: "W3-batches",
    title:
      "logistic regression, 5 M rows of 20 features, an epoch of SGD, minibatches of 1,024 in a shuffled order",
    unit: rate("M rows/s", 1e-6),
    aim: 30,
    engines: enginesFor("batches"),
  },
  {
    key: "W3-rows",
    title: "the same with each row drawn from anywhere",
    unit: rate("M rows/s", 1e-6),
    engines: enginesFor("rows"),
  },
];

function enginesFor(shuffle: Shuffle): Engine[] {
  const gradients = { c: "logistic.c", flags: ["-ffast-math", "-DNO_LOSS"], args: [shuffle] };
  return [
    { name: "Coaster", prepare: () => coasterEpoch(shuffle) },
    { name: plain, prepare: () => plainEpoch(shuffle) },
    ...c("logistic.c", shuffle),
    { name: "C -ffast-math, no loss", ...gradients },
    { name: "jax-js", isOther: true, prepare: () => jaxEpoch(shuffle) },
    { name: "tfjs-wasm", isOther: true, prepare: () => tfjsEpoch(shuffle) },
    ...python("logistic.py", shuffle),
    scipy("logistic.py", shuffle),
  ];
}

const { batch, features } = classes;

/** An epoch goes in ten parts, a part at a time: short enough to fall between two disturbances of a busy machine. Full batches only. */
const parts = 10;
const batches = Math.floor(classes.rows / batch / parts);

/** After so many steps engines are compared. */
const answerSteps = 200;

interface Rows {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The rows of each batch, one batch after the other. */
  readonly order: Int32Array;
}

function rows(shuffle: Shuffle): Rows {
  const x = filled(new Float32Array(classes.rows * features), classes.feature);
  const y = filled(new Float32Array(classes.rows), (row) => {
    let logit = 0;
    for (let k = 0; k < features; k++) logit += classes.feature(row * features + k) * classes.weight(k);
    return classes.classAt(logit, row);
  });
  return { x, y, order: shuffle === "rows" ? shuffled(4, classes.rows) : adjacent() };
}

/** The rows of batches that are drawn as a whole. */
function adjacent(): Int32Array {
  const drawn = shuffled(4, batches * parts);
  return filled(
    new Int32Array(drawn.length * batch),
    (i) => drawn[Math.floor(i / batch)]! * batch + (i % batch),
  );
}

/** Steps batch by batch, from the first again after the last; gives the last loss. */
function walker(stepOn: (start: number) => number): (steps: number) => number {
  let next = 0;
  return (steps) => {
    let loss = Number.NaN;
    for (let i = 0; i < steps; i++) {
      loss = stepOn(next * batch);
      next = (next + 1) % (batches * parts);
    }
    return loss;
  };
}

/** A part in one call: the rows of each batch are chosen inside. */
async function coasterEpoch(shuffle: Shuffle): Promise<Work> {
  const { tensor, zeros, losses, valueAndGrad, scan } = await coaster();
  const data = rows(shuffle);
  const x = tensor(data.x, { shape: [classes.rows, features] });
  const y = tensor(data.y);
  type Params = { readonly w: Tensor; readonly b: Tensor };
  const lossOf = valueAndGrad(({ w, b }: Params, inputs: Tensor, targets: Tensor) =>
    losses.binaryCrossEntropyWithLogits(inputs.matmul(w).add(b), targets),
  );
  const descent = ({ w, b }: Params, rows: Tensor): [Params, Tensor] => {
    const [loss, by] = lossOf({ w, b }, x.indexSelect(0, rows), y.indexSelect(0, rows));
    return [{ w: w.sub(by.w.mul(classes.rate)), b: b.sub(by.b.mul(classes.rate)) }, loss];
  };
  let params: Params = { w: zeros([features]), b: zeros([]) };
  const run = (order: Tensor): number => {
    const [next, lossesOfSteps] = scan(descent, params, order);
    params = next;
    return lastOf(lossesOfSteps);
  };
  const orderOf = (start: number, steps: number): Tensor =>
    tensor(data.order.subarray(start * batch, (start + steps) * batch), { shape: [steps, batch] });
  const orders = Array.from({ length: parts }, (_, i) => orderOf(i * batches, batches));
  let next = 0;
  const step = (): number => run(orders[next++ % parts]!);
  return { count: batches * batch, step, answer: () => run(orderOf(0, answerSteps)) };
}

async function plainEpoch(shuffle: Shuffle): Promise<Work> {
  const data = rows(shuffle);
  const params = new Float64Array(features + 1);
  const run = walker((start) => plainStep(data, params, start));
  return { count: batches * batch, step: () => run(batches), answer: () => run(answerSteps) };
}

function plainStep({ x, y, order }: Rows, params: Float64Array, start: number): number {
  const gradient = new Float64Array(features + 1);
  let loss = 0;
  for (let i = 0; i < batch; i++) {
    const row = order[start + i]!;
    const first = row * features;
    let logit = params[features]!;
    for (let k = 0; k < features; k++) logit += x[first + k]! * params[k]!;
    const odds = Math.exp(-Math.abs(logit));
    loss += Math.max(logit, 0) + Math.log1p(odds) - logit * y[row]!;
    const miss = (logit >= 0 ? 1 : odds) / (1 + odds) - y[row]!;
    for (let k = 0; k < features; k++) gradient[k]! += miss * x[first + k]!;
    gradient[features]! += miss;
  }
  for (let k = 0; k <= features; k++) params[k]! -= (classes.rate / batch) * gradient[k]!;
  return loss / batch;
}

/** Batches that are drawn as a whole lie ready one by one; rows are taken within the jitted step. */
async function jaxEpoch(shuffle: Shuffle): Promise<Work> {
  const { numpy: np, nn, valueAndGrad, jit } = await jax();
  const data = rows(shuffle);
  type Params = { readonly w: JaxArray; readonly b: JaxArray };
  const lossOf = valueAndGrad(({ w, b }: Params, inputs: JaxArray, targets: JaxArray) => {
    const logits = np.matmul(inputs, w).add(b);
    return np.mean(nn.softplus(logits.ref).sub(logits.mul(targets)));
  });
  const descent = ({ w, b }: Params, inputs: JaxArray, targets: JaxArray): [Params, JaxArray] => {
    const [loss, by] = lossOf({ w: w.ref, b: b.ref }, inputs, targets);
    return [{ w: w.sub(by.w.mul(classes.rate)), b: b.sub(by.b.mul(classes.rate)) }, loss];
  };
  const arrayOf = ({ x, y }: Batch): [JaxArray, JaxArray] => [
    np.array(x, { shape: [y.length, features] }),
    np.array(y),
  ];
  let params: Params = { w: np.array(new Float32Array(features)), b: np.array(0) };
  const finish = ([next, loss]: [Params, JaxArray]): number => {
    params = next;
    return loss.item();
  };
  const byBatches = (): ((start: number) => number) => {
    const ready = eachBatch(data, arrayOf);
    const step = jit(descent);
    return (start) => {
      const [inputs, targets] = ready[start / batch]!;
      return finish(step(params, inputs.ref, targets.ref));
    };
  };
  const byRows = (): ((start: number) => number) => {
    const [x, y] = arrayOf(data);
    const step = jit((params: Params, x: JaxArray, y: JaxArray, rows: JaxArray) =>
      descent(params, np.take(x, rows.ref, 0), np.take(y, rows, 0)),
    );
    return (start) => finish(step(params, x.ref, y.ref, np.array(data.order.slice(start, start + batch))));
  };
  const run = walker(shuffle === "batches" ? byBatches() : byRows());
  return { count: batches * batch, step: () => run(batches), answer: () => run(answerSteps) };
}

type Batch = Pick<Rows, "x" | "y">;

/** Something made of each batch of adjacent rows, in the order in which they come. */
function eachBatch<T>({ x, y, order }: Rows, make: (batch: Batch) => T): T[] {
  return Array.from({ length: batches * parts }, (_, i) => {
    const first = order[i * batch]!;
    const end = first + batch;
    return make({ x: x.slice(first * features, end * features), y: y.slice(first, end) });
  });
}

async function tfjsEpoch(shuffle: Shuffle): Promise<Work> {
  const tf = await tfjs();
  const data = rows(shuffle);
  const w = tf.variable(tf.tensor(new Float32Array(features), [features, 1]));
  const b = tf.variable(tf.scalar(0));
  const sgd = tf.train.sgd(classes.rate);
  const tensorsOf = ({ x, y }: Batch): [TfTensor, TfTensor] => [
    tf.tensor(x, [y.length, features]),
    tf.tensor(y, [y.length, 1]),
  ];
  const descend = ([inputs, targets]: [TfTensor, TfTensor]): number => {
    const lossOf = (): TfTensor => tf.losses.sigmoidCrossEntropy(targets, tf.add(tf.matMul(inputs, w), b));
    return numberOf(sgd.minimize(lossOf, true));
  };
  const byBatches = (): ((start: number) => number) => {
    const ready = eachBatch(data, tensorsOf);
    return (start) => descend(ready[start / batch]!);
  };
  const byRows = (): ((start: number) => number) => {
    const [x, y] = tensorsOf(data);
    return (start) => {
      const rows = tf.tensor(data.order.slice(start, start + batch), [batch], "int32");
      // Chosen outside, because rows chosen within what is differentiated cost as much as all rows.
      const chosen: [TfTensor, TfTensor] = [tf.gather(x, rows), tf.gather(y, rows)];
      const loss = descend(chosen);
      for (const tensor of [rows, ...chosen]) tensor.dispose();
      return loss;
    };
  };
  const run = walker(shuffle === "batches" ? byBatches() : byRows());
  return { count: batches * batch, step: () => run(batches), answer: () => run(answerSteps) };
}
