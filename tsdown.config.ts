/** How dist/ is built: the library, which leaves its dependencies outside, and the command line, whose own come inside, small, so that it starts fast. */
import { defineConfig, type UserConfig } from "tsdown";
import { thirdParty } from "./scripts/third-party.ts";

const shared: UserConfig = {
  format: "esm",
  platform: "node",
  target: "node20.19",
  fixedExtension: false,
  hash: false,
  logLevel: "warn",
  checks: { pluginTimings: false },
};

/** Where what every fit takes begins. It is one file, for each takes its time to be found and read; what only some take comes when it is asked for. */
const everyFit = /src\/(cli\/(program|arguments|fit)|fit\/(fit|linear|measure)|report\/presented)\.ts$/;

export default defineConfig([
  { ...shared, entry: ["src/index.ts", "src/node.ts"], dts: true },
  // A page loads the compiler after everything else: it is a file of its own.
  { ...shared, entry: ["src/page.ts"], outDir: "dist/page", platform: "browser", unbundle: true, dts: false },
  {
    ...shared,
    entry: ["src/cli/main.ts"],
    outDir: "dist/cli",
    dts: false,
    minify: true,
    // What reads observations comes inside; what draws pictures stays outside and is loaded when a picture is wanted.
    deps: { alwaysBundle: ["udsv"], onlyBundle: false },
    plugins: [thirdParty()],
    outputOptions: { codeSplitting: { groups: [{ name: "every", test: everyFit }] } },
  },
]);
