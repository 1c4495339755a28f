/** The functions that fold what blocks have left: so many doubles at an address, in place, to one. */
import { add, end, get, int, set, sub } from "./code.ts";
import { type InstructionName, type WasmFunction, Writer } from "./instructions.ts";

/** (address, count) -> f64: their sum, neighbours first, then sums of neighbours, to the end; 0 of none. */
export function pairs(): WasmFunction {
  const w = new Writer(["i32", "i32"]);
  const [address, count] = [0, 1];
  const [from, to, last] = [w.local("i32"), w.local("i32"), w.local("i32")];
  w.write(get(count), ["i32.eqz"], ["if"], ["f64.const", 0], ["return"], end);
  w.write(["block"], ["loop"], get(count), int(1), ["i32.le_u"], ["br_if", 1]);
  w.write(get(address), set(from), get(address), set(to));
  w.write(get(address), get(count), int(3), ["i32.shl"], add, int(8), sub, set(last));
  w.write(["block"], ["loop"], get(from), get(last), ["i32.ge_u"], ["br_if", 1]);
  w.write(get(to), get(from), ["f64.load"], get(from), ["f64.load", 8], ["f64.add"], ["f64.store"]);
  w.write(get(from), int(16), add, set(from), get(to), int(8), add, set(to), ["br", 0], end, end);
  // One without a neighbour stays as it is.
  w.write(get(from), get(last), ["i32.eq"], ["if"], get(to), get(last), ["f64.load"], ["f64.store"], end);
  w.write(get(count), int(1), add, int(1), ["i32.shr_u"], set(count), ["br", 0], end, end);
  w.write(get(address), ["f64.load"]);
  return w.finish("pairs", ["f64"]);
}

/** (address, count) -> f64: the largest or the smallest of them. */
export function extreme(name: "largest" | "smallest"): WasmFunction {
  const [choose, none]: readonly [InstructionName, number] =
    name === "largest" ? ["f64.max", Number.NEGATIVE_INFINITY] : ["f64.min", Number.POSITIVE_INFINITY];
  const w = new Writer(["i32", "i32"]);
  const [address, count] = [0, 1];
  const best = w.local("f64");
  w.write(["f64.const", none], set(best));
  w.write(["block"], ["loop"], get(count), ["i32.eqz"], ["br_if", 1]);
  w.write(get(best), get(address), ["f64.load"], [choose], set(best));
  w.write(get(address), int(8), add, set(address), get(count), int(1), sub, set(count), ["br", 0]);
  w.write(end, end, get(best));
  return w.finish(name, ["f64"]);
}
