/**
 * The remainder of huge arguments modulo pi/2 as WebAssembly, to the bits of src/ir/remainder.ts: so a program asks nothing of
 * JavaScript, and runs on any thread. Of 2/pi only those bits are multiplied that make no multiples of 4 (Payne and Hanek, 1983).
 */
import { type Instruction, type InstructionName, type WasmFunction, Writer } from "./instructions.ts";

/** 2/pi in words of 64 bits, the highest first: none before the point, and as many behind it as the largest double asks for. */
const twoOverPi = [
  "0000000000000000 a2f9836e4e441529 fc2757d1f534ddc0 db6295993c439041 fe5163abdebbc561 b7246e3a424dd2e0",
  "06492eea09d1921c fe1deb1cb129a73e e88235f52ebb4484 e99c7026b45f7e41 3991d639835339f4 9c845f8bbdf9283b",
  "1ff897ffde05980f ef2f118b5a0a6d1f 6d367ecf27cb09b7 4f463f669e5fea2d 7527bac7ebe5f17b 3d0739f78a5292ea",
  "6bfb5fb11f8d5d08 56033046fc7b6bab f0cfbc209af4361d",
].flatMap((line) => line.split(" "));

/** pi/2, the first bit of which stands before the point. */
const halfPi = ["c90fdaa22168c234", "c4c6628b80dc1cd1"] as const;

/** The functions that it takes, the first of which gets the number `first`. The last two, (f64) -> f64, are `remainder` and `quadrant`. */
export function remainders(first: number): WasmFunction[] {
  const both: Instruction = ["call", first + 2];
  const part = (name: string, code: Code): WasmFunction => {
    const w = new Writer(["f64"]);
    w.write(["local.get", 0], both, ...code);
    return w.finish(name, ["f64"]);
  };
  const quadrant: Code = [["local.set", 0], ["drop"], ["local.get", 0]];
  return [
    high(),
    digits(),
    reduce(first, first + 1),
    part("remainder", [["drop"]]),
    part("quadrant", quadrant),
  ];
}

/** (a, b): the upper half of the product of two words. */
function high(): WasmFunction {
  const w = new Writer(["i64", "i64"]);
  const [a, b, middle] = [0, 1, w.local("i64")];
  const low = (x: Operand): Code => and(x, word("00000000ffffffff"));
  const upper = (x: Operand): Code => shiftRight(x, int(32));
  w.write(...set(middle, add(multiply(upper(a), low(b)), upper(multiply(low(a), low(b))))));
  w.write(...add(multiply(upper(a), upper(b)), upper(middle)));
  w.write(...upper(add(multiply(low(a), upper(b)), low(middle))), ["i64.add"]);
  return w.finish("high", ["i64"]);
}

/** (n): word n of 2/pi. */
function digits(): WasmFunction {
  const w = new Writer(["i64"]);
  for (const _ of twoOverPi) w.write(["block"]);
  w.write(["local.get", 0], ["i32.wrap_i64"], ["br_table", ...twoOverPi.keys()]);
  for (const text of twoOverPi) w.write(["end"], ...word(text), ["return"]);
  return w.finish("digits", ["i64"]);
}

/** (x): the remainder, and the quadrant that it was taken from, 0 to 3. */
function reduce(highNumber: number, digitsNumber: number): WasmFunction {
  const w = new Writer(["f64"]);
  const local = () => w.local("i64");
  const upperHalf = (a: Operand, b: Operand): Code => [...read(a), ...read(b), ["call", highNumber]];
  const digit = (n: Code): Code => [...n, ["call", digitsNumber]];
  const bits: Code = [["local.get", 0], ["i64.reinterpret_f64"]];
  const magnitude: Code = [["local.get", 0], ["f64.abs"]];
  const give = (remainder: Code): Code => [["if"], ...remainder, ["f64.const", 0], ["return"], ["end"]];

  w.write(...magnitude, ["f64.const", 2 ** 20], ["f64.le"], ...give([["local.get", 0]]));
  w.write(...magnitude, ["f64.const", Number.POSITIVE_INFINITY], ["f64.lt"], ["i32.eqz"]);
  w.write(...give([["f64.const", Number.NaN]]));

  // |x| = m 2^e; the first bit of 2/pi that counts is the one that 2^e makes worth 2.
  const [m, place, shift] = [local(), local(), local()];
  const biased = and(shiftRight(bits, int(52)), int(0x7ff));
  w.write(...set(m, or(and(bits, word("000fffffffffffff")), word("0010000000000000"))));
  w.write(...set(place, subtract(biased, int(1075 - 62))));
  w.write(...set(shift, and(place, int(63))), ...set(place, shiftRight(place, int(6))));

  // |x| 2/pi modulo 4 in four words, two bits of it before the point. The lowest comes first, for what it carries.
  const [factor, carry] = [local(), local()];
  const product = [local(), local(), local(), local()] as const;
  for (const n of [3, 2, 1, 0] as const) {
    w.write(...set(factor, joined(digit(add(place, int(n))), digit(add(place, int(n + 1))), shift)));
    w.write(...set(product[n], add(multiply(m, factor), carry)));
    w.write(...set(carry, add(upperHalf(m, factor), isLess(product[n], carry))));
  }

  // The bits behind the point, of the distance to the nearest whole number.
  const [quadrant, isBelow] = [local(), local()];
  const [a, b, c] = [local(), local(), local()];
  w.write(...set(quadrant, shiftRight(product[0], int(62))));
  w.write(...set(isBelow, and(shiftRight(product[0], int(61)), int(1))));
  for (const [i, to] of [a, b, c].entries())
    w.write(...set(to, negatedIf(isBelow, joined(product[i]!, product[i + 1]!, int(2)))));
  w.write(...set(quadrant, add(quadrant, isBelow)));

  // Moved up to the first bit that is set: at most 62 or so are not (Muller, Elementary Functions, section 11.2).
  const exponent = local();
  w.write(...read(a), ["i64.eqz"], ["if"], ...set(a, b), ...set(b, c), ...set(c, int(0)));
  w.write(...set(exponent, int(64)), ["end"]);
  w.write(...set(shift, [...read(a), ["i64.clz"]]), ...set(exponent, add(exponent, shift)));
  w.write(...set(a, joined(a, b, shift)), ...set(b, joined(b, c, shift)));

  // Times pi/2: the upper word, and of those below it what they carry. That they are not all zero rounds ties.
  const [upper, lower] = [local(), local()];
  const [first, second] = halfPi.map(word) as [Code, Code];
  w.write(...set(upper, upperHalf(a, first)), ...set(lower, multiply(a, first)));
  for (const term of [upperHalf(a, second), upperHalf(b, first)]) {
    w.write(...set(factor, term), ...set(lower, add(lower, factor)));
    w.write(...set(upper, add(upper, isLess(lower, factor))));
  }
  const sign = shiftRight(bits, int(63));
  const scale = shiftLeft(subtract(int(1023 - 63), exponent), int(52));
  w.write(...or(upper, int(1)), ["f64.convert_i64_u"]);
  w.write(...or(shiftLeft(xor(sign, isBelow), int(63)), scale), ["f64.reinterpret_i64"], ["f64.mul"]);
  w.write(...set(isBelow, sign));
  w.write(...and(add(negatedIf(isBelow, quadrant), isBelow), int(3)), ["f64.convert_i64_u"]);
  return w.finish("reduce", ["f64", "f64"]);
}

type Code = readonly Instruction[];

/** A local by its number, or code that leaves a value. */
type Operand = number | Code;

function read(operand: Operand): Code {
  return typeof operand === "number" ? [["local.get", operand]] : operand;
}

function binary(name: InstructionName): (a: Operand, b: Operand) => Code {
  return (a, b) => [...read(a), ...read(b), [name]];
}

const add = binary("i64.add");
const subtract = binary("i64.sub");
const multiply = binary("i64.mul");
const and = binary("i64.and");
const or = binary("i64.or");
const xor = binary("i64.xor");
const shiftLeft = binary("i64.shl");
const shiftRight = binary("i64.shr_u");

function set(local: number, value: Operand): Code {
  return [...read(value), ["local.set", local]];
}

function int(value: number): Code {
  return [["i64.const", value]];
}

/** A word by its hexadecimal digits. */
function word(digits: string): Code {
  const [upper, lower] = [digits.slice(0, 8), digits.slice(8)].map((half) => int(Number.parseInt(half, 16)));
  return or(shiftLeft(upper!, int(32)), lower!);
}

/** The upper word of two, both moved up by 0 to 63 bits. */
function joined(upper: Operand, lower: Operand, shift: Operand): Code {
  return or(shiftLeft(upper, shift), shiftRight(shiftRight(lower, int(1)), subtract(int(63), shift)));
}

/** 1 or 0. */
function isLess(a: Operand, b: Operand): Code {
  return [...binary("i64.lt_u")(a, b), ["i64.extend_i32_u"]];
}

/** All bits turned where a condition, 1 or 0, holds. */
function negatedIf(condition: number, value: Operand): Code {
  return xor(value, subtract(int(0), condition));
}
