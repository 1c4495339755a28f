/** Conversions between dtypes as scalar programs: a pair of dtypes goes in, what happens to an element comes out. */
import { type Dtype, dtypes, isFloating } from "./dtype.ts";
import { type Program, program, type Scalar } from "./scalar.ts";

/** What converts an element, in lanes of what it was; null where the number stays as it is but for rounding. */
export function castProgram(from: Dtype, to: Dtype): Program | null {
  if (to === "bool" && from !== "bool") return programs.truth[dtypes[from].lane];
  return to === "int32" && isFloating(from) ? programs.whole : null;
}

/** Toward zero and modulo 2^32; NaN and infinity become 0. Every step is exact. */
function whole(x: Scalar): Scalar {
  const truncated = x.abs().floor().copysign(x);
  const turns = truncated.mul(2 ** -32).floor();
  const rest = truncated.sub(turns.mul(2 ** 32));
  const wrapped = rest.ge(2 ** 31).select(rest.sub(2 ** 32), rest);
  return wrapped.eq(wrapped).select(wrapped.add(0), 0);
}

function truth(x: Scalar): Scalar {
  return x.eq(0).select(0, 1);
}

const programs = {
  whole: program("f64", 1, whole),
  truth: { f32: program("f32", 1, truth), f64: program("f64", 1, truth) },
};
