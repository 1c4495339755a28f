/** The tutorial's step in every engine, for jobs that differ in rows and in how many steps they take at a time: mean squared error, its gradients, SGD. */

import type { Tensor } from "../../src/index.ts";
import { type Coaster, coaster, lastOf } from "../coaster.ts";
import { filled, hump } from "../data.ts";
import type { Work } from "../job.ts";
import { type JaxArray, jax } from "../others/jax.ts";
import { numberOf, type TfTensor, tfjs, threeOf } from "../others/tfjs.ts";

/** Columns of the tutorial's shape in float32, each made when it is asked for, so that nobody has to hold both. */
export interface Rows {
  readonly time: () => Float32Array;
  readonly speed: () => Float32Array;
}

/** The tutorial's twenty seconds. */
export const seconds: Rows = rowsAt(20, (i) => i);

/** As many rows at random times. */
export function randomRows(n: number): Rows {
  return rowsAt(n, hump.randomTime);
}

function rowsAt(n: number, timeOf: (i: number) => number): Rows {
  return {
    time: () => filled(new Float32Array(n), timeOf),
    speed: () => filled(new Float32Array(n), (i) => hump.speedAt(timeOf(i), i)),
  };
}

/** How many steps an answer takes: the loss before the last of them. */
const answerSteps = 5;

/** What engines need to know: the rows, and how many steps they take at a time. */
type Options = { readonly rows: Rows; readonly count: number };

/** Steps by `scan`, all in one call. */
export async function coasterSteps({ rows, count }: Options, threads = 1): Promise<Work> {
  const library = await coaster();
  library.setThreads(threads);
  await library.threadsReady();
  const run = coasterRun(library, rows);
  return { count, step: () => run(count), answer: () => run(answerSteps) };
}

/** Goes on from where it stands by so many steps, and gives the last loss. */
function coasterRun({ tensor, valueAndGrad, scan }: Coaster, rows: Rows): (steps: number) => number {
  const [t, y] = [tensor(rows.time()), tensor(rows.speed())];
  const lossOf = valueAndGrad(({ a, b, c }: Params, x: Tensor) =>
    a.mul(x.pow(2)).add(b.mul(x)).add(c).sub(y).pow(2).mean(),
  );
  const step = ({ a, b, c }: Params): [Params, Tensor] => {
    const [loss, by] = lossOf({ a, b, c }, t);
    const next = {
      a: a.sub(by.a.mul(hump.rate)),
      b: b.sub(by.b.mul(hump.rate)),
      c: c.sub(by.c.mul(hump.rate)),
    };
    return [next, loss];
  };
  let params: Params = { a: tensor(hump.start[0]), b: tensor(hump.start[1]), c: tensor(hump.start[2]) };
  return (steps) => {
    const [next, losses] = scan(step, params, undefined, { length: steps });
    params = next;
    return lastOf(losses);
  };
}

type Params = { readonly a: Tensor; readonly b: Tensor; readonly c: Tensor };

/** A loop as one would write it, in JavaScript's doubles. */
export async function plainSteps({ rows, count }: Options): Promise<Work> {
  const [time, speed] = [rows.time(), rows.speed()];
  const params = Float64Array.from(hump.start);
  const run = (steps: number): number => {
    let loss = Number.NaN;
    for (let i = 0; i < steps; i++) loss = plainStep(params, time, speed);
    return loss;
  };
  return { count, step: () => run(count), answer: () => run(answerSteps) };
}

function plainStep(params: Float64Array, time: Float32Array, speed: Float32Array): number {
  const [a, b, c] = [params[0]!, params[1]!, params[2]!];
  let [loss, byA, byB, byC] = [0, 0, 0, 0];
  for (let i = 0; i < time.length; i++) {
    const t = time[i]!;
    const miss = a * t * t + b * t + c - speed[i]!;
    loss += miss * miss;
    byA += miss * t * t;
    byB += miss * t;
    byC += miss;
  }
  const rate = (2 * hump.rate) / time.length;
  params[0] = a - rate * byA;
  params[1] = b - rate * byB;
  params[2] = c - rate * byC;
  return loss / time.length;
}

/** A jitted step, called again and again; without `jit` its parts are computed one by one. */
export async function jaxSteps({ rows, count }: Options, isJitted = true): Promise<Work> {
  const { numpy: np, valueAndGrad, jit } = await jax();
  const [t, y] = [np.array(rows.time()), np.array(rows.speed())];
  const lossOf = valueAndGrad(([a, b, c]: JaxParams, x: JaxArray, target: JaxArray) => {
    const preds = a.mul(np.square(x.ref)).add(b.mul(x)).add(c);
    return np.mean(np.square(preds.sub(target)));
  });
  const eager = ([a, b, c]: JaxParams, x: JaxArray, target: JaxArray): [JaxParams, JaxArray] => {
    const [loss, [byA, byB, byC]] = lossOf([a.ref, b.ref, c.ref], x, target);
    const { rate } = hump;
    return [[a.sub(byA.mul(rate)), b.sub(byB.mul(rate)), c.sub(byC.mul(rate))], loss];
  };
  const step = isJitted ? jit(eager) : eager;
  let params: JaxParams = [np.array(hump.start[0]), np.array(hump.start[1]), np.array(hump.start[2])];
  const run = (steps: number): number => {
    let last = Number.NaN;
    for (let i = 0; i < steps; i++) {
      const [next, loss] = step(params, t.ref, y.ref);
      params = next;
      // Steps that nobody looks at pile up, and then take longer than those that are looked at.
      last = loss.item();
    }
    return last;
  };
  return { count, step: () => run(count), answer: () => run(answerSteps) };
}

type JaxParams = [JaxArray, JaxArray, JaxArray];

/** The optimizer's own step, looking at the loss each time where that is asked for. */
export async function tfjsSteps({ rows, count }: Options, looksAtLosses = false): Promise<Work> {
  const tf = await tfjs();
  const [t, y] = [tf.tensor(rows.time()), tf.tensor(rows.speed())];
  const [a, b, c] = threeOf(tf, hump.start);
  const lossOf = (): TfTensor => {
    const preds = tf.add(tf.add(tf.mul(a, tf.square(t)), tf.mul(b, t)), c);
    return tf.mean(tf.square(tf.sub(preds, y)));
  };
  const sgd = tf.train.sgd(hump.rate);
  const run = (steps: number): number => {
    let last = Number.NaN;
    for (let i = 0; i < steps; i++) {
      const loss = sgd.minimize(lossOf, true);
      if (looksAtLosses || i === steps - 1) last = numberOf(loss);
      else loss.dispose();
    }
    return last;
  };
  return { count, step: () => run(count), answer: () => run(answerSteps) };
}
