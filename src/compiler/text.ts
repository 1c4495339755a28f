/** Writes a module in WebAssembly's text format, for people to read: plain data goes in, lines come out. */
import {
  type Instruction,
  immediatesOf,
  type Signature,
  type WasmFunction,
  type WasmModule,
} from "./instructions.ts";

/** The text of a module. Calls name the functions; locals go by their numbers. */
export function print(module: WasmModule): string {
  const names = [...module.imports, ...module.functions].map(({ name }) => name);
  const memory = `  (import "env" "memory" (memory 1${module.isShared ? " 65536 shared" : ""}))`;
  const imports = module.imports.map((f) => `  (import "env" "${f.name}" (func $${f.name}${typeOf(f)}))`);
  const functions = module.functions.map((f) => printFunction(f, names));
  return ["(module", memory, ...imports, ...functions, ")"].join("\n");
}

/** The text of one function. */
function printFunction(f: WasmFunction, names: readonly string[]): string {
  const exported = f.isExported ? ` (export "${f.name}")` : "";
  const locals = f.locals.length > 0 ? [`    (local ${f.locals.join(" ")})`] : [];
  return [`  (func $${f.name}${exported}${typeOf(f)}`, ...locals, ...indented(f.body, names), "  )"].join(
    "\n",
  );
}

function typeOf({ params, results }: Signature): string {
  const list = (word: string, types: readonly string[]) =>
    types.length > 0 ? ` (${word} ${types.join(" ")})` : "";
  return list("param", params) + list("result", results);
}

/** What opens a block indents the lines that follow it, to its end. */
function indented(body: readonly Instruction[], names: readonly string[]): string[] {
  let depth = 2;
  return body.map((instruction) => {
    const [name] = instruction;
    if (name === "end" || name === "else") depth--;
    const line = "  ".repeat(depth) + printInstruction(instruction, names);
    if (name === "block" || name === "loop" || name === "if" || name === "else") depth++;
    return line;
  });
}

function printInstruction([name, ...immediates]: Instruction, names: readonly string[]): string {
  if (name === "call") return `call $${names[immediates[0]!]}`;
  const follows = immediatesOf(name);
  if (follows === "memory" || follows === "atomic memory")
    return immediates[0] ? `${name} offset=${immediates[0]}` : name;
  if (follows === "memory and lane") {
    const [offset, lane] = immediates;
    return `${name} ${offset ? `offset=${offset} ` : ""}${lane}`;
  }
  if (name === "v128.const")
    return `v128.const i32x4 ${immediates.map((w) => `0x${(w >>> 0).toString(16)}`).join(" ")}`;
  return [name, ...immediates.map(literal)].join(" ");
}

function literal(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
