/** W3: logistic regression on five million rows of twenty features in memory, minibatches of 1,024 in a shuffled order, SGD. */
import type { Tensor } from "../../src/index.ts";
import { coaster, lastOf } from "../coaster.ts";
import { classes, filled, shuffled } from "../data.ts";
import { plain } from "../harness.ts";
import { c, type Job, python, rate, scipy, type Work } from "../job.ts";
import { type JaxArray, jax } from "../others/jax.ts";
import { numberOf, type TfTensor, tfjs } from "../others/tfjs.ts";

export const w3: Job = {
  key: "W3",
  title: "logistic regression, 5 M rows of 20 features, an epoch of SGD in shuffled minibatches of 1,024",
  unit: rate("M rows/s", 1e-6),
  aim: 30,
  engines: [
    { name: "Coaster", prepare: coasterEpoch },
    { name: plain, prepare: plainEpoch },
    ...c("logistic.c"),
    { name: "C -ffast-math, no loss", c: "logistic.c", flags: ["-ffast-math", "-DNO_LOSS"], args: [] },
    { name: "jax-js", isOther: true, prepare: jaxEpoch },
    { name: "tfjs-wasm", isOther: true, prepare: tfjsEpoch },
    ...python("logistic.py"),
    scipy("logistic.py"),
  ],
};

const { batch, features } = classes;

/** An epoch goes in ten parts, a part at a time: short enough to fall between two disturbances of a busy machine. Full batches only. */
const parts = 10;
const batches = Math.floor(classes.rows / batch / parts);

/** After so many steps engines are compared. */
const answerSteps = 200;

interface Rows {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly order: Int32Array;
}

function rows(): Rows {
  const x = filled(new Float32Array(classes.rows * features), classes.feature);
  const y = filled(new Float32Array(classes.rows), (row) => {
    let logit = 0;
    for (let k = 0; k < features; k++) logit += classes.feature(row * features + k) * classes.weight(k);
    return classes.classAt(logit, row);
  });
  return { x, y, order: shuffled(4, classes.rows) };
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
async function coasterEpoch(): Promise<Work> {
  const { tensor, zeros, losses, valueAndGrad, scan } = await coaster();
  const data = rows();
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

async function plainEpoch(): Promise<Work> {
  const data = rows();
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

async function jaxEpoch(): Promise<Work> {
  const { numpy: np, nn, valueAndGrad, jit } = await jax();
  const data = rows();
  const x = np.array(data.x, { shape: [classes.rows, features] });
  const y = np.array(data.y);
  type Params = { readonly w: JaxArray; readonly b: JaxArray };
  const lossOf = valueAndGrad(({ w, b }: Params, inputs: JaxArray, targets: JaxArray) => {
    const logits = np.matmul(inputs, w).add(b);
    return np.mean(nn.softplus(logits.ref).sub(logits.mul(targets)));
  });
  const step = jit(({ w, b }: Params, x: JaxArray, y: JaxArray, rows: JaxArray): [Params, JaxArray] => {
    const [loss, by] = lossOf({ w: w.ref, b: b.ref }, np.take(x, rows.ref, 0), np.take(y, rows, 0));
    return [{ w: w.sub(by.w.mul(classes.rate)), b: b.sub(by.b.mul(classes.rate)) }, loss];
  });
  let params: Params = { w: np.array(new Float32Array(features)), b: np.array(0) };
  const run = walker((start) => {
    const rows = np.array(data.order.slice(start, start + batch));
    const [next, loss] = step(params, x.ref, y.ref, rows);
    params = next;
    return loss.item();
  });
  return { count: batches * batch, step: () => run(batches), answer: () => run(answerSteps) };
}

async function tfjsEpoch(): Promise<Work> {
  const tf = await tfjs();
  const data = rows();
  const x = tf.tensor(data.x, [classes.rows, features]);
  const y = tf.tensor(data.y, [classes.rows, 1]);
  const w = tf.variable(tf.tensor(new Float32Array(features), [features, 1]));
  const b = tf.variable(tf.scalar(0));
  const sgd = tf.train.sgd(classes.rate);
  const run = walker((start) => {
    const rows = tf.tensor(data.order.slice(start, start + batch), [batch], "int32");
    // Chosen outside, because rows chosen within what is differentiated cost as much as all rows.
    const [inputs, targets] = [tf.gather(x, rows), tf.gather(y, rows)];
    const lossOf = (): TfTensor => tf.losses.sigmoidCrossEntropy(targets, tf.add(tf.matMul(inputs, w), b));
    const loss = numberOf(sgd.minimize(lossOf, true));
    for (const tensor of [rows, inputs, targets]) tensor.dispose();
    return loss;
  });
  return { count: batches * batch, step: () => run(batches), answer: () => run(answerSteps) };
}
