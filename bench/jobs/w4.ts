/** W4: a multilayer perceptron 784-128-64-10 with relu, cross-entropy and SGD with momentum, at two sizes of batch. */
import type { Tensor } from "../../src/index.ts";
import { coaster, lastOf } from "../coaster.ts";
import { filled, pictures, shuffled } from "../data.ts";
import { plain } from "../harness.ts";
import { c, type Job, python, rate, type Work } from "../job.ts";
import { type JaxArray, jax } from "../others/jax.ts";
import { numberOf, type TfTensor, tfjs } from "../others/tfjs.ts";

const { layers, momentum } = pictures;
const [pixels, , , digits] = layers;

/** After so many steps engines are compared. */
const answerSteps = 10;

const parts = 8;

export const w4: readonly Job[] = [at(64, 500), at(512, 80)];

/** The job at a size of batch. An eighth of the pictures is a turn's work, short enough to fall between two disturbances of a busy machine. */
function at(batch: number, aim: number): Job {
  const count = pictures.rows / batch / parts;
  return {
    key: `W4-${batch}`,
    title: `a perceptron 784-128-64-10, steps of SGD with momentum on batches of ${batch}`,
    unit: rate("steps/s"),
    aim,
    engines: [
      { name: "Coaster", prepare: () => coasterSteps(batch, count) },
      { name: plain, prepare: () => plainSteps(batch, count) },
      ...c("perceptron.c", `${batch}`),
      { name: "jax-js", isOther: true, prepare: () => jaxSteps(batch, count) },
      { name: "tfjs-wasm", isOther: true, prepare: () => tfjsSteps(batch, count) },
      ...python("perceptron.py", `${batch}`),
    ],
  };
}

interface Pictures {
  readonly x: Float32Array;
  readonly y: Int32Array;
  readonly order: Int32Array;
}

function load(): Pictures {
  return {
    x: filled(new Float32Array(pictures.rows * pixels), pictures.pixel),
    y: filled(new Int32Array(pictures.rows), pictures.digit),
    order: shuffled(4, pictures.rows),
  };
}

/** The sizes of a layer's weights, in and out. */
const shapes = [0, 1, 2].map((layer): [number, number] => [layers[layer]!, layers[layer + 1]!]);

function startWeights(layer: number): Float32Array {
  const [n, m] = shapes[layer]!;
  return filled(new Float32Array(n * m), (i) => pictures.weight(layer, i));
}

/** Steps batch by batch in the shuffled order, again from the first after the last; gives the last loss. */
function walker(batch: number, order: Int32Array, stepOn: (rows: Int32Array) => number) {
  let next = 0;
  return (steps: number): number => {
    let loss = Number.NaN;
    for (let i = 0; i < steps; i++) {
      loss = stepOn(order.slice(next, next + batch));
      next = (next + batch) % order.length;
    }
    return loss;
  };
}

async function coasterSteps(batch: number, count: number): Promise<Work> {
  const { tensor, zeros, losses, valueAndGrad, scan } = await coaster();
  const data = load();
  const [x, y] = [tensor(data.x, { shape: [pictures.rows, pixels] }), tensor(data.y)];
  type Layer = { readonly w: Tensor; readonly b: Tensor };
  type Carry = { readonly params: readonly Layer[]; readonly speeds: readonly Layer[] };
  const scores = (params: readonly Layer[], inputs: Tensor): Tensor =>
    params.reduce((h, { w, b }, i) => (i === 0 ? h : h.relu()).matmul(w).add(b), inputs);
  const lossOf = valueAndGrad((params: readonly Layer[], inputs: Tensor, targets: Tensor) =>
    losses.crossEntropy(scores(params, inputs), targets),
  );
  const descent = ({ params, speeds }: Carry, rows: Tensor): [Carry, Tensor] => {
    const [loss, by] = lossOf(params, x.indexSelect(0, rows), y.indexSelect(0, rows));
    const faster = speeds.map(({ w, b }, i) => ({
      w: w.mul(momentum).add(by[i]!.w),
      b: b.mul(momentum).add(by[i]!.b),
    }));
    const moved = params.map(({ w, b }, i) => ({
      w: w.sub(faster[i]!.w.mul(pictures.rate)),
      b: b.sub(faster[i]!.b.mul(pictures.rate)),
    }));
    return [{ params: moved, speeds: faster }, loss];
  };
  let carry: Carry = {
    params: shapes.map((shape, i) => ({ w: tensor(startWeights(i), { shape }), b: zeros([shape[1]]) })),
    speeds: shapes.map((shape) => ({ w: zeros(shape), b: zeros([shape[1]]) })),
  };
  const run = (order: Tensor): number => {
    const [next, lossesOfSteps] = scan(descent, carry, order);
    carry = next;
    return lastOf(lossesOfSteps);
  };
  const orderOf = (start: number, steps: number): Tensor =>
    tensor(data.order.subarray(start * batch, (start + steps) * batch), { shape: [steps, batch] });
  const orders = Array.from({ length: parts }, (_, i) => orderOf(i * count, count));
  let next = 0;
  const step = (): number => run(orders[next++ % parts]!);
  return { count, step, answer: () => run(orderOf(0, answerSteps)) };
}

/** A layer in plain arrays: its parameters, weights first and biases after them, their speeds and gradients, and what goes through. */
interface PlainLayer {
  readonly n: number;
  readonly m: number;
  readonly params: Float64Array;
  readonly speeds: Float64Array;
  readonly gradient: Float64Array;
  readonly out: Float64Array;
  readonly byOut: Float64Array;
}

async function plainSteps(batch: number, count: number): Promise<Work> {
  const { x, y, order } = load();
  const net = shapes.map(([n, m], i): PlainLayer => {
    const params = new Float64Array((n + 1) * m);
    params.set(startWeights(i));
    const [speeds, gradient] = [new Float64Array(params.length), new Float64Array(params.length)];
    return {
      n,
      m,
      params,
      speeds,
      gradient,
      out: new Float64Array(batch * m),
      byOut: new Float64Array(batch * m),
    };
  });
  const input = new Float64Array(batch * pixels);
  const run = walker(batch, order, (rows) => {
    for (const [i, row] of rows.entries())
      input.set(x.subarray(row * pixels, (row + 1) * pixels), i * pixels);
    for (const [i, layer] of net.entries())
      forward(layer, net[i - 1]?.out ?? input, batch, i < net.length - 1);
    const loss = crossEntropy(net[2]!, rows, y);
    for (let i = net.length - 1; i >= 0; i--)
      backward(net[i]!, net[i - 1]?.out ?? input, batch, net[i - 1]?.byOut);
    for (const layer of net) descend(layer);
    return loss;
  });
  return { count, step: () => run(count), answer: () => run(answerSteps) };
}

function forward(
  { n, m, params, out }: PlainLayer,
  input: Float64Array,
  batch: number,
  isHidden: boolean,
): void {
  for (let i = 0; i < batch; i++) {
    for (let j = 0; j < m; j++) out[i * m + j] = params[n * m + j]!;
    for (let k = 0; k < n; k++) {
      const value = input[i * n + k]!;
      for (let j = 0; j < m; j++) out[i * m + j]! += value * params[k * m + j]!;
    }
    if (isHidden) for (let j = 0; j < m; j++) out[i * m + j] = Math.max(out[i * m + j]!, 0);
  }
}

/** The loss of the scores, and its gradient for them. */
function crossEntropy({ m, out, byOut }: PlainLayer, rows: Int32Array, y: Int32Array): number {
  let loss = 0;
  for (let i = 0; i < rows.length; i++) {
    const scores = out.subarray(i * m, (i + 1) * m);
    const target = y[rows[i]!]!;
    const most = Math.max(...scores);
    let sum = 0;
    for (const score of scores) sum += Math.exp(score - most);
    loss += most + Math.log(sum) - scores[target]!;
    for (let j = 0; j < m; j++) {
      const probability = Math.exp(scores[j]! - most) / sum;
      byOut[i * m + j] = (probability - (j === target ? 1 : 0)) / rows.length;
    }
  }
  return loss / rows.length;
}

/** The gradient of a layer's parameters, and of its input where one is asked for, which a relu made. */
function backward(layer: PlainLayer, input: Float64Array, batch: number, byInput?: Float64Array): void {
  const { n, m, params, gradient, byOut } = layer;
  gradient.fill(0);
  for (let i = 0; i < batch; i++) {
    for (let j = 0; j < m; j++) gradient[n * m + j]! += byOut[i * m + j]!;
    for (let k = 0; k < n; k++) {
      const value = input[i * n + k]!;
      let sum = 0;
      for (let j = 0; j < m; j++) {
        gradient[k * m + j]! += value * byOut[i * m + j]!;
        sum += params[k * m + j]! * byOut[i * m + j]!;
      }
      if (byInput) byInput[i * n + k] = value > 0 ? sum : 0;
    }
  }
}

function descend({ params, speeds, gradient }: PlainLayer): void {
  for (let i = 0; i < params.length; i++) {
    speeds[i] = momentum * speeds[i]! + gradient[i]!;
    params[i]! -= pictures.rate * speeds[i]!;
  }
}

async function jaxSteps(batch: number, count: number): Promise<Work> {
  const { numpy: np, nn, tree, valueAndGrad, jit } = await jax();
  const data = load();
  const x = np.array(data.x, { shape: [pictures.rows, pixels] });
  const y = np.array(data.y);
  type Layer = { readonly w: JaxArray; readonly b: JaxArray };
  const lossOf = valueAndGrad((params: readonly Layer[], inputs: JaxArray, targets: JaxArray) => {
    const scores = params.reduce((h, { w, b }, i) => np.matmul(i === 0 ? h : nn.relu(h), w).add(b), inputs);
    const chosen = nn.oneHot(targets, digits).mul(nn.logSoftmax(scores));
    return np.mean(chosen.sum(1)).neg();
  });
  const move = (x: JaxArray, speed: JaxArray): JaxArray => x.sub(speed.mul(pictures.rate));
  type Carry = readonly [params: readonly Layer[], speeds: readonly Layer[]];
  const step = jit(([params, speeds]: Carry, x: JaxArray, y: JaxArray, rows: JaxArray): [Carry, JaxArray] => {
    const [loss, by] = lossOf(tree.ref(params), np.take(x, rows.ref, 0), np.take(y, rows, 0));
    const faster = speeds.map(({ w, b }, i) => ({
      w: w.mul(momentum).add(by[i]!.w),
      b: b.mul(momentum).add(by[i]!.b),
    }));
    const moved = params.map(({ w, b }, i) => ({
      w: move(w, faster[i]!.w.ref),
      b: move(b, faster[i]!.b.ref),
    }));
    return [[moved, faster], loss];
  });
  const zeros = ([n, m]: [number, number]): Layer => ({
    w: np.array(new Float32Array(n * m), { shape: [n, m] }),
    b: np.array(new Float32Array(m)),
  });
  const start = shapes.map((shape, i) => ({ ...zeros(shape), w: np.array(startWeights(i), { shape }) }));
  let carry: Carry = [start, shapes.map(zeros)];
  const run = walker(batch, data.order, (rows) => {
    const [next, loss] = step(carry, x.ref, y.ref, np.array(rows));
    carry = next;
    return loss.item();
  });
  return { count, step: () => run(count), answer: () => run(answerSteps) };
}

async function tfjsSteps(batch: number, count: number): Promise<Work> {
  const tf = await tfjs();
  const data = load();
  const x = tf.tensor(data.x, [pictures.rows, pixels]);
  const y = tf.tensor(data.y, [pictures.rows], "int32");
  const weights = shapes.map((shape, i) => tf.variable(tf.tensor(startWeights(i), shape)));
  const biases = shapes.map(([, m]) => tf.variable(tf.tensor(new Float32Array(m))));
  const scores = (inputs: TfTensor): TfTensor =>
    weights.reduce((h, w, i) => tf.add(tf.matMul(i === 0 ? h : tf.relu(h), w), biases[i]!), inputs);
  const method = tf.train.momentum(pictures.rate, momentum);
  const run = walker(batch, data.order, (rows) => {
    const [inputs, targets] = tf.tidy(() => {
      const chosen = tf.tensor(rows, [batch], "int32");
      return [tf.gather(x, chosen), tf.oneHot(tf.gather(y, chosen), digits)] as const;
    });
    const loss = method.minimize(() => tf.losses.softmaxCrossEntropy(targets, scores(inputs)), true);
    for (const tensor of [inputs, targets]) tensor.dispose();
    return numberOf(loss);
  });
  return { count, step: () => run(count), answer: () => run(answerSteps) };
}
