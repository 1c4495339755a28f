/** Step 1 by chance: names and a seed go in, a start value for each comes out. */
import { Generator } from "../tensor/random.ts";

/**
 * Start values drawn from the standard normal distribution, as a PyTorch tutorial draws them that makes its observations first:
 * `manualSeed(seed); randn([rows]); randn([names])`, of which the latter are the starts. So the seed of such a tutorial gives its numbers.
 */
export function randomStart<Name extends string>(
  names: readonly Name[],
  rows: number,
  seed: number,
): Record<Name, number> {
  const generator = new Generator(seed);
  generator.normal(new Float32Array(rows));
  const drawn = generator.normal(new Float32Array(names.length));
  return Object.fromEntries(names.map((name, i) => [name, drawn[i]!])) as Record<Name, number>;
}
