/** Coaster as pages load it: the same names. The compiler comes by itself a moment later; until then everything is interpreted, to the same bits. */
import { useBackend } from "./runtime/evaluate.ts";

export * from "./names.ts";

/** Resolves once graphs are compiled. Nothing needs to wait for it. */
export const compilerReady: Promise<void> = import("./runtime/backend.ts").then(({ webAssembly }) =>
  useBackend(webAssembly),
);
