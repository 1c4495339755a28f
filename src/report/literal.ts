/** Values as TypeScript: numbers, texts, lists and records come in, code that gives the same values goes out. */
import { kindOf } from "../data/cells.ts";
import { lazy } from "../data/patterns.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A value as code; `what` it is, for errors: functions, and whatever else is more than its parts. */
export function literal(value: unknown, what = "it"): string {
  if (typeof value === "string") return textCode(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "boolean" || value === undefined) return String(value);
  if (value instanceof Tensor && value.size === 1) return literal(value.item());
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, what)).join(", ")}]`;
  if (!isRecord(value))
    throw new TypeError(`code expects what can be written down as ${what}, got ${kindOf(value)}`);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return entries.length === 0
    ? "{}"
    : `{ ${entries.map(([name, part]) => `${keyOf(name)}: ${literal(part, name)}`).join(", ")} }`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  return [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** A name before a colon. Between brackets `__proto__` is a name like any other. */
export function keyOf(name: string): string {
  if (name === "__proto__") return `[${textCode(name)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : textCode(name);
}

/** A text between quotes: what cannot be seen is written by its number, and nothing in it ends the quotes, or a script that it may stand in. */
function textCode(text: string): string {
  return JSON.stringify(text)
    .replace(unseen(), (character) =>
      Array.from({ length: character.length }, (_, i) => unitCode(character.charCodeAt(i))).join(""),
    )
    .replaceAll("</", "<\\/");
}

function unitCode(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

const unseen = lazy(String.raw`[\p{C}\p{DI}\p{Zl}\p{Zp}]`, "gu");
