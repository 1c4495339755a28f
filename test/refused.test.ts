/** Where nothing compiles, as under a page's strict security policy, or before the compiler has come, everything is interpreted, to the same bits. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type * as Library from "../src/index.ts";

type Names = Pick<typeof Library, "arange" | "compile" | "fit" | "scan" | "tensor">;

/** What a compiled function, a scan, eager tensors and a fit give, as plain numbers. */
async function everything({ arange, compile, fit, scan, tensor }: Names) {
  const x = arange(50).mul(0.1);
  const f = compile((t: Library.Tensor) => t.sin().mul(t).sum());
  const step = (p: Library.Tensor): [Library.Tensor, Library.Tensor] => {
    const miss = x.mul(p).sub(x.exp());
    return [p.sub(miss.mul(x).mean().mul(0.01)), miss.square().mean()];
  };
  const [p, losses] = scan(step, tensor(1), undefined, { length: 10 });
  const data = { t: [0, 1, 2, 3, 4, 5], y: [5.1, 3.2, 1.9, 1.2, 0.7, 0.5] };
  const fitted = await fit({ data, model: "y ~ a*exp(-k*t)", params: { a: 4, k: 0.4 } });
  const { a, k } = fitted.params;
  return [f(x).item(), p.item(), [...losses.toTypedArray()], a.value, k.value, fitted.loss];
}

/** A library of its own, with nothing compiled so far. */
const fresh = async (): Promise<typeof Library> => {
  vi.resetModules();
  return import("../src/index.ts");
};

describe("without a compiler", () => {
  let compiled: Awaited<ReturnType<typeof everything>>;
  beforeEach(async () => {
    compiled = await everything(await fresh());
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("the engine refuses to compile", async () => {
    const tried = vi.fn();
    class Refusing {
      constructor() {
        tried();
        throw new WebAssembly.CompileError("code generation disallowed");
      }
    }
    vi.stubGlobal("WebAssembly", {
      CompileError: WebAssembly.CompileError,
      Memory: WebAssembly.Memory,
      Module: Refusing,
    });
    expect(await everything(await fresh())).toEqual(compiled);
    expect(tried).toHaveBeenCalled();
  });

  test("there is no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(await everything(await fresh())).toEqual(compiled);
  });

  test("the compiler has not come yet", async () => {
    vi.resetModules();
    expect(await everything(await import("../src/names.ts"))).toEqual(compiled);
  });
});
