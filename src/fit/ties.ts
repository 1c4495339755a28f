/** Tied parameters: what a person says of them comes in, such as `k2: { tie: "2*k1" }`; a model that works them out from the others comes out. */
import { hint } from "../data/names.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { asTensor, tensors } from "./algebra.ts";
import { evaluate } from "./formula/evaluate.ts";
import { type Expression, namesIn } from "./formula/expression.ts";
import { knownNames, parseExpression } from "./formula/parse.ts";
import type { ModelFunction } from "./options.ts";
import type { Named } from "./start.ts";

/** What parameters are tied to, by name, in an order in which each comes after those it needs. */
export type Ties = ReadonlyMap<string, Expression>;

/** Reads the ties among the parameters `names`. Errors: a name that is no parameter, ties in a circle. */
export function tiesOf(sources: ReadonlyMap<string, string>, names: readonly string[]): Ties {
  const read = new Map([...sources].map(([name, source]) => [name, tieOf(name, source, names)] as const));
  const ordered = new Map<string, Expression>();
  const place = (name: string, path: readonly string[]): void => {
    if (path.includes(name))
      throw new Error(`ties expect no circle, got ${[...path.slice(path.indexOf(name)), name].join(" -> ")}`);
    const tie = read.get(name);
    if (!tie || ordered.has(name)) return;
    for (const other of namesIn(tie)) place(other, [...path, name]);
    ordered.set(name, tie);
  };
  for (const name of read.keys()) place(name, []);
  return ordered;
}

function tieOf(name: string, source: string, names: readonly string[]): Expression {
  const tie = parseExpression(source, knownNames(names));
  const stranger = namesIn(tie).find((other) => !names.includes(other));
  if (stranger !== undefined)
    throw new Error(`parameter ${name} is tied to an unknown parameter: ${stranger}${hint(stranger, names)}`);
  return tie;
}

/** The parameters with each tied one worked out from the others, whatever was said of it. */
export function withTies(ties: Ties, params: Named): Named {
  if (ties.size === 0) return params;
  const all: Record<string, Tensor> = { ...params };
  for (const [name, tie] of ties)
    all[name] = asTensor(
      evaluate(tie, tensors, (other) => all[other]!),
      params[name]!.dtype,
    );
  return all;
}

/** A model that sees the tied parameters as they follow from the others. */
export function tied(model: ModelFunction, ties: Ties): ModelFunction {
  return ties.size === 0 ? model : (row, params) => model(row, withTies(ties, params));
}
