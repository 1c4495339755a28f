/** W2x and W2d: the loss of a*exp(-b*x) + c and its gradients on a million rows, in float32 and in float64. */
import type { Tensor } from "../../src/index.ts";
import { coaster } from "../coaster.ts";
import { decay, type Floats, filled, makers, type Precision } from "../data.ts";
import { plain } from "../harness.ts";
import { c, type Fact, type Job, milliseconds, python, told, type Work } from "../job.ts";
import { type JaxArray, jax } from "../others/jax.ts";
import { numberOf, type TfTensor, tfjs, threeOf } from "../others/tfjs.ts";

function rowsIn(precision: Precision): { x: Floats; y: Floats } {
  return {
    x: filled(makers[precision](decay.rows), decay.x),
    y: filled(makers[precision](decay.rows), decay.y),
  };
}

export const w2x: readonly Job[] = [
  {
    key: "W2x",
    title: "a*exp(-b*x) + c, 1 M rows of float32, loss and gradients",
    unit: milliseconds,
    aim: 4,
    engines: [
      { name: "Coaster", prepare: () => coasterDecay("float32") },
      { name: plain, prepare: () => plainDecay("float32") },
      ...c("decay.c", "-DREAL=float"),
      { name: "jax-js", isOther: true, prepare: () => jaxDecay("float32") },
      { name: "tfjs-wasm", isOther: true, prepare: tfjsDecay },
      ...python("decay.py", "float32"),
    ],
  },
  {
    key: "W2x-error",
    title: "the relative error of that loss, against a sum in float64 of doubles",
    unit: told(""),
    aim: 1e-7,
    isFresh: true,
    rounds: 1,
    engines: [
      { name: "Coaster", prepare: () => errorOf(coasterDecay) },
      { name: "jax-js", isOther: true, prepare: () => errorOf(jaxDecay) },
      { name: "tfjs-wasm", isOther: true, prepare: () => errorOf(tfjsDecay) },
    ],
  },
  {
    key: "W2d",
    title: "the same in float64",
    unit: milliseconds,
    aim: 9,
    engines: [
      { name: "Coaster", prepare: () => coasterDecay("float64") },
      { name: plain, prepare: () => plainDecay("float64") },
      ...c("decay.c", "-DREAL=double"),
      { name: "jax-js", isOther: true, prepare: () => jaxDecay("float64") },
      ...python("decay.py", "float64"),
    ],
  },
];

/** One compiled call; what it closes over is the data. */
export async function coasterDecay(dtype: Precision): Promise<Work> {
  const { tensor, compile, valueAndGrad } = await coaster();
  const rows = rowsIn(dtype);
  const [x, y] = [tensor(rows.x), tensor(rows.y)];
  type Params = { readonly a: Tensor; readonly b: Tensor; readonly c: Tensor };
  const lossOf = ({ a, b, c }: Params, x: Tensor, y: Tensor): Tensor =>
    a.mul(b.neg().mul(x).exp()).add(c).sub(y).square().mean();
  const both = compile(valueAndGrad(lossOf));
  const [a, b, c] = decay.at.map((value) => tensor(value, { dtype })) as [Tensor, Tensor, Tensor];
  const run = (): number => {
    const [loss, by] = both({ a, b, c }, x, y);
    return by.a.item() && loss.item();
  };
  return { step: run, answer: run };
}

async function plainDecay(precision: Precision): Promise<Work> {
  const { x, y } = rowsIn(precision);
  const gradients = new Float64Array(3);
  const run = (): number => plainLoss(x, y, gradients);
  return { step: run, answer: run };
}

/** The loss, and by the way its gradients. */
function plainLoss(x: Floats, y: Floats, gradients: Float64Array): number {
  const [a, b, c] = decay.at;
  let [loss, byA, byB, byC] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const fallen = Math.exp(-b * x[i]!);
    const miss = a * fallen + c - y[i]!;
    loss += miss * miss;
    byA += miss * fallen;
    byB -= miss * a * fallen * x[i]!;
    byC += miss;
  }
  for (const [i, sum] of [byA, byB, byC].entries()) gradients[i] = (2 * sum) / x.length;
  return loss / x.length;
}

export async function jaxDecay(dtype: Precision): Promise<Work> {
  const { numpy: np, valueAndGrad, jit } = await jax();
  const rows = rowsIn(dtype);
  const [x, y] = [np.array(rows.x, { dtype }), np.array(rows.y, { dtype })];
  type Params = [JaxArray, JaxArray, JaxArray];
  const both = jit(
    valueAndGrad(([a, b, c]: Params, x: JaxArray, y: JaxArray) =>
      np.mean(
        np.square(
          a
            .mul(np.exp(b.neg().mul(x)))
            .add(c)
            .sub(y),
        ),
      ),
    ),
  );
  const params = decay.at.map((value) => np.array(value, { dtype })) as Params;
  const run = (): number => {
    const [loss, gradients] = both(params.map((param) => param.ref) as Params, x.ref, y.ref);
    for (const gradient of gradients) gradient.dispose();
    return loss.item();
  };
  return { step: run, answer: run };
}

export async function tfjsDecay(): Promise<Work> {
  const tf = await tfjs();
  const rows = rowsIn("float32");
  const [x, y] = [tf.tensor(rows.x), tf.tensor(rows.y)];
  const [a, b, c] = threeOf(tf, decay.at);
  const lossOf = (): TfTensor =>
    tf.mean(tf.square(tf.sub(tf.add(tf.mul(a, tf.exp(tf.mul(tf.neg(b), x))), c), y)));
  const run = (): number => {
    const { value, grads } = tf.variableGrads(lossOf);
    for (const gradient of Object.values(grads)) gradient.dispose();
    return numberOf(value);
  };
  return { step: run, answer: run };
}

/** How far an engine's loss in float32 is from the same in doubles on the same rows. */
async function errorOf(prepare: (precision: Precision) => Promise<Work>): Promise<Fact> {
  const [work, reference] = [await prepare("float32"), await plainDecay("float32")];
  const [loss, exact] = [await work.answer!(), await reference.answer!()];
  return { tell: () => Math.abs(loss - exact) / exact };
}
