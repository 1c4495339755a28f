/**
 * Prints how right every lowered function is: the worst error in each lane, where, and the length of the program.
 * The rows are the arrays that files named `math-rows-*.ts` export.
 * `node --import tsx test/ulps.ts [points in f32] [points in f64] [name ...]`
 */
import { readdirSync } from "node:fs";
import type { Lane } from "../src/ir/scalar.ts";
import { type MathRow, measure } from "./reference.ts";

const [floats = "200000", doubles = "4000", ...names] = process.argv.slice(2);
const counts: Record<Lane, number> = { f32: Number(floats), f64: Number(doubles) };

for (const row of await everyRow()) {
  if (names.length > 0 && !names.includes(row.name)) continue;
  for (const lane of ["f32", "f64"] as const) console.log(line(row, lane));
}

async function everyRow(): Promise<MathRow[]> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.startsWith("math-rows-"));
  const modules: Record<string, readonly MathRow[]>[] = await Promise.all(files.map((f) => import(`./${f}`)));
  return modules.flatMap((exported) => Object.values(exported).flat());
}

function line(row: MathRow, lane: Lane): string {
  const { worst, at, lines } = measure(row, lane, counts[lane]);
  return `${row.name.padEnd(12)}${lane}  ${worst.toFixed(3).padStart(7)} ulp  ${String(lines).padStart(4)} lines  at ${at.join(", ")}`;
}
