/** Random numbers, a hundred thousand at a time: PyTorch's streams here and there, and what else there is. */
import { coaster } from "../coaster.ts";
import { plain } from "../harness.ts";
import { type Job, python, rate, type Work } from "../job.ts";

const n = 100_000;

export const random: readonly Job[] = [
  job("uniform", "uniform numbers in float32", (g) => g.uniform(floats), plainUniform),
  job("normal", "normal numbers in float32", (g) => g.normal(floats), plainNormal),
  job("permutation", "numbers in a random order", (g) => g.permutation(n), plainPermutation),
];

const floats = new Float32Array(n);
const integers = new Int32Array(n);

type Generator = InstanceType<Awaited<ReturnType<typeof coaster>>["Generator"]>;

function job(what: string, title: string, draw: (g: Generator) => unknown, plainly: () => unknown): Job {
  const ours = async (): Promise<Work> => {
    const { Generator } = await coaster();
    const g = new Generator(42);
    return { count: n, step: () => draw(g) };
  };
  return {
    key: `random-${what}`,
    title,
    unit: rate("M numbers/s", 1e-6),
    engines: [
      { name: "Coaster", prepare: ours },
      { name: plain, prepare: async () => ({ count: n, step: plainly }) },
      ...python("random_numbers.py", what),
    ],
  };
}

function plainUniform(): void {
  for (let i = 0; i < n; i++) floats[i] = Math.random();
}

function plainNormal(): void {
  for (let i = 0; i < n; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    floats[i] = radius * Math.cos(angle);
    floats[i + 1] = radius * Math.sin(angle);
  }
}

function plainPermutation(): void {
  for (let i = 0; i < n; i++) {
    const j = Math.floor(Math.random() * (i + 1));
    integers[i] = integers[j]!;
    integers[j] = i;
  }
}
