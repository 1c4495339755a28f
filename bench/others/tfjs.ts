/** What the jobs use of TensorFlow.js, typed here, because its packages are there only where the benchmark has installed them. */
import { createRequire } from "node:module";

export interface TfTensor {
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

export interface Tf {
  tensor(x: ArrayLike<number>, shape?: readonly number[], dtype?: string): TfTensor;
  scalar(x: number): TfTensor;
  variable(x: TfTensor): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  sub(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor): TfTensor;
  neg(a: TfTensor): TfTensor;
  exp(a: TfTensor): TfTensor;
  sin(a: TfTensor): TfTensor;
  tanh(a: TfTensor): TfTensor;
  relu(a: TfTensor): TfTensor;
  square(a: TfTensor): TfTensor;
  mean(a: TfTensor): TfTensor;
  sum(a: TfTensor): TfTensor;
  gather(x: TfTensor, indices: TfTensor): TfTensor;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  oneHot(x: TfTensor, classes: number): TfTensor;
  readonly losses: {
    sigmoidCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor;
    softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor;
  };
  tidy<T>(f: () => T): T;
  variableGrads(f: () => TfTensor): { value: TfTensor; grads: Record<string, TfTensor> };
  readonly train: {
    sgd(rate: number): TfOptimizer;
    momentum(rate: number, momentum: number): TfOptimizer;
  };
  setBackend(name: string): Promise<boolean>;
}

export interface TfOptimizer {
  minimize(f: () => TfTensor, returnCost: true): TfTensor;
}

/** TensorFlow.js on its WebAssembly backend, with SIMD and, as it does in Node, one thread. */
export async function tfjs(): Promise<Tf> {
  const load = createRequire(import.meta.url);
  const library = load("@tensorflow/tfjs-core") as Tf;
  load("@tensorflow/tfjs-backend-wasm");
  // Core leaves the derivatives to the union package, which brings what nobody needs here.
  load("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  await library.setBackend("wasm");
  return library;
}

/** One number out of a tensor, which is let go. */
export function numberOf(x: TfTensor): number {
  const [value = Number.NaN] = Array.from(x.dataSync());
  x.dispose();
  return value;
}

/** Three numbers as variables that gradients are taken for. */
export function threeOf(
  tf: Tf,
  [a, b, c]: readonly [number, number, number],
): [TfTensor, TfTensor, TfTensor] {
  const variable = (x: number): TfTensor => tf.variable(tf.scalar(x));
  return [variable(a), variable(b), variable(c)];
}
