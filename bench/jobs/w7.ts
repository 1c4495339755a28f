/** W7: sin(x) + exp(-x) + tanh(x) of ten million numbers in float32. */
import type { Tensor } from "../../src/index.ts";
import { coaster } from "../coaster.ts";
import { filled, uniform } from "../data.ts";
import { plain } from "../harness.ts";
import { c, type Job, python, rate, type Work } from "../job.ts";
import { type JaxArray, jax } from "../others/jax.ts";
import { type TfTensor, tfjs } from "../others/tfjs.ts";

const n = 10_000_000;

export const w7: Job = {
  key: "W7",
  title: "sin(x) + exp(-x) + tanh(x), 10 M elements of float32",
  unit: rate("M elements/s", 1e-6),
  aim: 120,
  engines: [
    { name: "Coaster", prepare: coasterMap },
    { name: plain, prepare: plainMap },
    ...c("map.c"),
    { name: "jax-js", isOther: true, prepare: jaxMap },
    { name: "tfjs-wasm", isOther: true, prepare: tfjsMap },
    ...python("map.py"),
  ],
};

function numbers(): Float32Array {
  return filled(new Float32Array(n), (i) => 8 * uniform(1, i) - 4);
}

/** An element far in stands for all. */
const looked = 1_234_567;

async function coasterMap(): Promise<Work> {
  const { tensor, compile } = await coaster();
  const x = tensor(numbers());
  const f = compile((x: Tensor) => x.sin().add(x.neg().exp()).add(x.tanh()));
  return { count: n, step: () => f(x).realize(), answer: () => f(x).realize()[looked]! };
}

async function plainMap(): Promise<Work> {
  const x = numbers();
  const out = new Float32Array(n);
  const run = (): void => {
    for (let i = 0; i < n; i++) out[i] = Math.sin(x[i]!) + Math.exp(-x[i]!) + Math.tanh(x[i]!);
  };
  const answer = (): number => {
    run();
    return out[looked]!;
  };
  return { count: n, step: run, answer };
}

async function jaxMap(): Promise<Work> {
  const { numpy: np, jit } = await jax();
  const x = np.array(numbers());
  const f = jit((x: JaxArray) => np.sin(x.ref).add(np.exp(x.ref.neg())).add(np.tanh(x)));
  const run = async () => (await f(x.ref).blockUntilReady()).dispose();
  return { count: n, step: run, answer: () => f(x.ref).dataSync()[looked]! };
}

async function tfjsMap(): Promise<Work> {
  const tf = await tfjs();
  const x = tf.tensor(numbers());
  const f = (): TfTensor => tf.tidy(() => tf.add(tf.add(tf.sin(x), tf.exp(tf.neg(x))), tf.tanh(x)));
  const answer = (): number => {
    const out = f();
    const value = out.dataSync()[looked]!;
    out.dispose();
    return value;
  };
  return { count: n, step: () => f().dispose(), answer };
}
