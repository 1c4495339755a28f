/** W4g: the product of two matrices of 512 x 512, in float32 and in float64. */
import { coaster } from "../coaster.ts";
import { type Floats, filled, makers, type Precision, uniform } from "../data.ts";
import { plain } from "../harness.ts";
import { c, type Engine, type Job, python, rate, type Work } from "../job.ts";
import { jax } from "../others/jax.ts";
import { tfjs } from "../others/tfjs.ts";

const n = 512;
const shape = [n, n] as const;

const gigaflops = rate("GFLOP/s", (2 * n ** 3) / 1e9);

export const w4g: readonly Job[] = [
  {
    key: "W4g-f32",
    title: "a product of two 512 x 512 matrices in float32",
    unit: gigaflops,
    aim: 24,
    engines: enginesFor("float32", "-DREAL=float", [
      { name: "tfjs-wasm", isOther: true, prepare: tfjsProduct },
    ]),
  },
  {
    key: "W4g-f64",
    title: "the same in float64",
    unit: gigaflops,
    aim: 11,
    engines: enginesFor("float64", "-DREAL=double", []),
  },
];

function enginesFor(dtype: Precision, define: string, more: readonly Engine[]): Engine[] {
  return [
    { name: "Coaster", prepare: () => coasterProduct(dtype) },
    { name: plain, prepare: () => plainProduct(dtype) },
    ...c("product.c", define),
    { name: "jax-js", isOther: true, prepare: () => jaxProduct(dtype) },
    ...more,
    ...python("product.py", dtype),
  ];
}

function matrices(dtype: Precision): [Floats, Floats] {
  const matrix = (stream: number): Floats => filled(makers[dtype](n * n), (i) => uniform(stream, i));
  return [matrix(1), matrix(2)];
}

function total(elements: ArrayLike<number>): number {
  return Array.from(elements).reduce((sum, x) => sum + x, 0);
}

async function coasterProduct(dtype: Precision): Promise<Work> {
  const { tensor, compile } = await coaster();
  const [a, b] = matrices(dtype).map((elements) => tensor(elements, { shape }));
  const product = compile((x: typeof a, y: typeof b) => x!.matmul(y!));
  return { step: () => product(a, b).realize(), answer: () => total(product(a, b).toTypedArray()) };
}

async function plainProduct(dtype: Precision): Promise<Work> {
  const [a, b] = matrices(dtype);
  const out = makers[dtype](n * n);
  const multiply = (): void => {
    out.fill(0);
    for (let i = 0; i < n; i++)
      for (let k = 0; k < n; k++) {
        const value = a[i * n + k]!;
        for (let j = 0; j < n; j++) out[i * n + j]! += value * b[k * n + j]!;
      }
  };
  const answer = (): number => {
    multiply();
    return total(out);
  };
  return { step: multiply, answer };
}

async function jaxProduct(dtype: Precision): Promise<Work> {
  const { numpy: np, jit } = await jax();
  const [a, b] = matrices(dtype).map((elements) => np.array(elements, { shape, dtype }));
  const product = jit(np.matmul);
  const run = async () => (await product(a!.ref, b!.ref).blockUntilReady()).dispose();
  return { step: run, answer: () => product(a!.ref, b!.ref).sum().item() };
}

async function tfjsProduct(): Promise<Work> {
  const tf = await tfjs();
  const [a, b] = matrices("float32").map((elements) => tf.tensor(elements, shape));
  const answer = (): number => {
    const product = tf.matMul(a!, b!);
    const sum = total(product.dataSync());
    product.dispose();
    return sum;
  };
  return { step: () => tf.matMul(a!, b!).dispose(), answer };
}
