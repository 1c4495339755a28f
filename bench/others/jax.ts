/** What the jobs use of jax-js, typed here, because its package is there only where the benchmark has installed it. */

/** An array that counts its references: each use as an argument consumes one, and `ref` adds one. */
export interface JaxArray {
  readonly ref: JaxArray;
  add(x: JaxArray | number): JaxArray;
  sub(x: JaxArray | number): JaxArray;
  mul(x: JaxArray | number): JaxArray;
  neg(): JaxArray;
  sum(axis?: number): JaxArray;
  item(): number;
  dataSync(): ArrayLike<number>;
  dispose(): void;
  blockUntilReady(): Promise<JaxArray>;
}

export type JaxTree = JaxArray | readonly JaxTree[] | { readonly [name: string]: JaxTree };

export interface Jax {
  readonly numpy: {
    array(x: number | ArrayLike<number>, options?: { shape?: readonly number[]; dtype?: string }): JaxArray;
    exp(x: JaxArray): JaxArray;
    sin(x: JaxArray): JaxArray;
    tanh(x: JaxArray): JaxArray;
    square(x: JaxArray): JaxArray;
    mean(x: JaxArray): JaxArray;
    take(x: JaxArray, indices: JaxArray, axis: number): JaxArray;
    matmul(x: JaxArray, y: JaxArray): JaxArray;
  };
  readonly nn: {
    relu(x: JaxArray): JaxArray;
    softplus(x: JaxArray): JaxArray;
    logSoftmax(x: JaxArray): JaxArray;
    oneHot(x: JaxArray, classes: number): JaxArray;
  };
  readonly tree: { ref<T extends JaxTree>(tree: T): T };
  jit<Args extends readonly JaxTree[], Out extends JaxTree>(
    f: (...args: Args) => Out,
  ): (...args: Args) => Out;
  valueAndGrad<P extends JaxTree, Args extends readonly JaxTree[]>(
    f: (params: P, ...args: Args) => JaxArray,
  ): (params: P, ...args: Args) => [JaxArray, P];
  blockUntilReady<T extends JaxTree>(tree: T): Promise<T>;
  init(device: string): Promise<readonly string[]>;
  defaultDevice(device: string): string;
}

/** jax-js on its WebAssembly backend, which takes one thread in Node: it looks for a page's workers. */
export async function jax(): Promise<Jax> {
  // It asks whether data are of this type, which Node has from 24 on.
  if (!("Float16Array" in globalThis)) Object.assign(globalThis, { Float16Array: class {} });
  const name = "@jax-js/jax";
  const library = (await import(name)) as Jax;
  await library.init("wasm");
  library.defaultDevice("wasm");
  return library;
}
