/** Coaster: finds the function that matches your observations, by walking downhill. All public names, and the compiler at once. */
import { webAssembly } from "./runtime/backend.ts";
import { useBackend } from "./runtime/evaluate.ts";

export * from "./names.ts";

useBackend(webAssembly);
