/** The data of the jobs, made of a hash, so that programs in every language compute on the same numbers. */

/** The i-th number of a stream, uniform in [0, 1): the finalizer of murmur3 (Appleby), over 2^32. */
export function uniform(stream: number, i: number): number {
  let h = (i + Math.imul(stream, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** A number from the normal distribution (Box and Muller, 1958), of two streams from the one given, by position. */
export function normal(stream: number, i: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(stream, i)));
  return radius * Math.cos(2 * Math.PI * uniform(stream + 1, i));
}

/** What holds numbers of a precision, and how it is made. */
export type Floats = Float32Array | Float64Array;
export type Precision = "float32" | "float64";

export const makers = {
  float32: (n: number) => new Float32Array(n),
  float64: (n: number) => new Float64Array(n),
} satisfies Record<Precision, (n: number) => Floats>;

/** An array filled by position. */
export function filled<A extends Floats | Int32Array>(out: A, f: (i: number) => number): A {
  for (let i = 0; i < out.length; i++) out[i] = f(i);
  return out;
}

/** 0 to n - 1 in a shuffled order, n up to 2^23: sorted by a hash, and by itself where hashes agree in their upper 30 bits. */
export function shuffled(stream: number, n: number): Int32Array {
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = Math.floor(uniform(stream, i) * 2 ** 30) * 2 ** 23 + i;
  keys.sort();
  return filled(new Int32Array(n), (i) => keys[i]! % 2 ** 23);
}

/** A hump over time with noise, as in the tutorial: the speed at a time, and random times from 0 to 20. */
export const hump = {
  speedAt: (time: number, i: number): number => 0.75 * (time - 9.5) ** 2 + 1 + 3 * (2 * uniform(2, i) - 1),
  randomTime: (i: number): number => 20 * uniform(1, i),
  /** Where the parameters a, b and c of a*time^2 + b*time + c start. */
  start: [-0.77, -0.75, 1.35],
  rate: 1e-5,
} as const;

/** A decay with noise, x from 0 to 4, and where the loss and the gradients of a*exp(-b*x) + c are taken. */
export const decay = {
  rows: 1_000_000,
  x: (i: number): number => 4 * uniform(1, i),
  y: (i: number): number => 2.5 * Math.exp(-1.3 * decay.x(i)) + 0.5 + 0.1 * (2 * uniform(2, i) - 1),
  at: [2, 1, 0.25],
} as const;

/** Many decays, each of rates and amplitudes of its own, with noise of about 1 %, and where fits of them start. */
export const decays = {
  groups: 10_000,
  points: 64,
  time: (i: number): number => (5 * (i % 64)) / 64,
  truth: (group: number): readonly [a: number, b: number, c: number] => [
    1 + 4 * uniform(1, group),
    0.5 + 2.5 * uniform(2, group),
    uniform(3, group),
  ],
  y: (i: number): number => {
    const [a, b, c] = decays.truth(Math.floor(i / 64));
    return a * Math.exp(-b * decays.time(i)) + c + 0.03 * (uniform(4, i) - 0.5);
  },
  start: [1, 1, 0],
} as const;

/** Rows for a logistic regression: features from -1 to 1, and classes drawn with the probability that the true weights give. */
export const classes = {
  rows: 5_000_000,
  features: 20,
  batch: 1024,
  rate: 0.1,
  feature: (i: number): number => 2 * uniform(1, i) - 1,
  weight: (i: number): number => 4 * uniform(3, i) - 2,
  classAt: (logit: number, row: number): number => (uniform(2, row) < 1 / (1 + Math.exp(-logit)) ? 1 : 0),
} as const;

/** Pictures of 28 x 28 for a perceptron, at random, and the layers of it. */
export const pictures = {
  rows: 8192,
  layers: [784, 128, 64, 10],
  rate: 0.01,
  momentum: 0.9,
  pixel: (i: number): number => uniform(1, i),
  digit: (row: number): number => Math.floor(10 * uniform(2, row)),
  /** The i-th start weight of a layer, from a range that keeps the size of what goes through. */
  weight: (layer: number, i: number): number =>
    (2 * uniform(10 + layer, i) - 1) / Math.sqrt(pictures.layers[layer]!),
} as const;
