/** How fast random numbers are made: a hundred thousand at a time. */
import { bench, describe } from "vitest";
import { Generator } from "../src/tensor/random.ts";

const g = new Generator(42);
const floats = new Float32Array(100_000);
const doubles = new Float64Array(100_000);
const integers = new Int32Array(100_000);

describe("100,000 random numbers", () => {
  bench("uniform, float32", () => void g.uniform(floats));
  bench("uniform, float64", () => void g.uniform(doubles));
  bench("normal, float32", () => void g.normal(floats));
  bench("normal, float64", () => void g.normal(doubles));
  bench("integers", () => void g.integers(integers, 0, 10));
  bench("permutation", () => void g.permutation(100_000));
});
