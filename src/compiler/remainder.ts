/**
 * The remainder of huge arguments modulo pi/2 as WebAssembly, to the bits of src/ir/remainder.ts: so a program asks nothing of
 * JavaScript, and runs on any thread. Of 2/pi only those bits are multiplied that make no multiples of 4 (Payne and Hanek, 1983).
 */
import { type WasmFunction, Writer } from "./instructions.ts";
import { call, type Phrase, set, word, write } from "./phrases.ts";

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
  const part = (name: string, choice: Phrase): WasmFunction => {
    const w = new Writer(["f64"]);
    write(w, call(first + 2, 0), choice);
    return w.finish(name, ["f64"]);
  };
  const quadrant: Phrase = [["local.set", 0], ["drop"], ["local.get", 0]];
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
  const low = (x: Phrase): Phrase => and(x, hex("00000000ffffffff"));
  const upper = (x: Phrase): Phrase => shiftRight(x, int(32));
  write(w, set(middle, add(multiply(upper(a), low(b)), upper(multiply(low(a), low(b))))));
  write(w, add(multiply(upper(a), upper(b)), upper(middle)));
  write(w, upper(add(multiply(low(a), upper(b)), low(middle))), ["i64.add"]);
  return w.finish("high", ["i64"]);
}

/** (n): word n of 2/pi. */
function digits(): WasmFunction {
  const w = new Writer(["i64"]);
  for (const _ of twoOverPi) write(w, ["block"]);
  write(w, word("i32.wrap_i64")(0), ["br_table", ...twoOverPi.keys()]);
  for (const text of twoOverPi) write(w, ["end"], hex(text), ["return"]);
  return w.finish("digits", ["i64"]);
}

/** (x): the remainder, and the quadrant that it was taken from, 0 to 3. */
function reduce(highNumber: number, digitsNumber: number): WasmFunction {
  const w = new Writer(["f64"]);
  const x = 0;
  const local = () => w.local("i64");
  const upperHalf = (a: Phrase, b: Phrase): Phrase => call(highNumber, a, b);
  const digit = (n: Phrase): Phrase => call(digitsNumber, n);
  const bits = word("i64.reinterpret_f64")(x);
  const magnitude = word("f64.abs")(x);
  const give = (remainder: Phrase): Phrase => [["if"], remainder, ["f64.const", 0], ["return"], ["end"]];

  write(w, magnitude, ["f64.const", 2 ** 20], ["f64.le"], give(x));
  write(w, magnitude, ["f64.const", Number.POSITIVE_INFINITY], ["f64.lt"], ["i32.eqz"]);
  write(w, give(["f64.const", Number.NaN]));

  // |x| = m 2^e; the first bit of 2/pi that counts is the one that 2^e makes worth 2.
  const [m, place, shift] = [local(), local(), local()];
  const biased = and(shiftRight(bits, int(52)), int(0x7ff));
  write(w, set(m, or(and(bits, hex("000fffffffffffff")), hex("0010000000000000"))));
  write(w, set(place, subtract(biased, int(1075 - 62))));
  write(w, set(shift, and(place, int(63))), set(place, shiftRight(place, int(6))));

  // |x| 2/pi modulo 4 in four words, two bits of it before the point. The lowest comes first, for what it carries.
  const [factor, carry] = [local(), local()];
  const product = [local(), local(), local(), local()] as const;
  for (const n of [3, 2, 1, 0] as const) {
    write(w, set(factor, joined(digit(add(place, int(n))), digit(add(place, int(n + 1))), shift)));
    write(w, set(product[n], add(multiply(m, factor), carry)));
    write(w, set(carry, add(upperHalf(m, factor), isLess(product[n], carry))));
  }

  // The bits behind the point, of the distance to the nearest whole number.
  const [quadrant, isBelow] = [local(), local()];
  const [a, b, c] = [local(), local(), local()];
  write(w, set(quadrant, shiftRight(product[0], int(62))));
  write(w, set(isBelow, and(shiftRight(product[0], int(61)), int(1))));
  for (const [i, to] of [a, b, c].entries())
    write(w, set(to, negatedIf(isBelow, joined(product[i]!, product[i + 1]!, int(2)))));
  write(w, set(quadrant, add(quadrant, isBelow)));

  // Moved up to the first bit that is set: at most 62 or so are not (Muller, Elementary Functions, section 11.2).
  const exponent = local();
  write(w, a, ["i64.eqz"], ["if"], set(a, b), set(b, c), set(c, int(0)));
  write(w, set(exponent, int(64)), ["end"]);
  write(w, set(shift, [a, ["i64.clz"]]), set(exponent, add(exponent, shift)));
  write(w, set(a, joined(a, b, shift)), set(b, joined(b, c, shift)));

  // Times pi/2: the upper word, and of those below it what they carry. That they are not all zero rounds ties.
  const [upper, lower] = [local(), local()];
  const [first, second] = halfPi.map(hex) as [Phrase, Phrase];
  write(w, set(upper, upperHalf(a, first)), set(lower, multiply(a, first)));
  for (const term of [upperHalf(a, second), upperHalf(b, first)]) {
    write(w, set(factor, term), set(lower, add(lower, factor)));
    write(w, set(upper, add(upper, isLess(lower, factor))));
  }
  const sign = shiftRight(bits, int(63));
  const scale = shiftLeft(subtract(int(1023 - 63), exponent), int(52));
  write(w, or(upper, int(1)), ["f64.convert_i64_u"]);
  write(w, or(shiftLeft(xor(sign, isBelow), int(63)), scale), ["f64.reinterpret_i64"], ["f64.mul"]);
  write(w, set(isBelow, sign));
  write(w, and(add(negatedIf(isBelow, quadrant), isBelow), int(3)), ["f64.convert_i64_u"]);
  return w.finish("reduce", ["f64", "f64"]);
}

const add = word("i64.add");
const subtract = word("i64.sub");
const multiply = word("i64.mul");
const and = word("i64.and");
const or = word("i64.or");
const xor = word("i64.xor");
const shiftLeft = word("i64.shl");
const shiftRight = word("i64.shr_u");

function int(value: number): Phrase {
  return ["i64.const", value];
}

/** A word by its hexadecimal digits. */
function hex(digits: string): Phrase {
  const [upper, lower] = [digits.slice(0, 8), digits.slice(8)].map((half) => int(Number.parseInt(half, 16)));
  return or(shiftLeft(upper!, int(32)), lower!);
}

/** The upper word of two, both moved up by 0 to 63 bits. */
function joined(upper: Phrase, lower: Phrase, shift: Phrase): Phrase {
  return or(shiftLeft(upper, shift), shiftRight(shiftRight(lower, int(1)), subtract(int(63), shift)));
}

/** 1 or 0. */
function isLess(a: Phrase, b: Phrase): Phrase {
  return word("i64.extend_i32_u")(word("i64.lt_u")(a, b));
}

/** All bits turned where a condition, 1 or 0, holds. */
function negatedIf(condition: number, value: Phrase): Phrase {
  return xor(value, subtract(int(0), condition));
}
