/** How the page is built: src/studio becomes dist/studio, a folder that any web host can serve from any path. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { thirdParty } from "./scripts/third-party.ts";

/** What a page needs to share memory between threads. */
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** While one works on the page, its styles come in the document, anew after each change; the page as it is built forbids that. */
const inlineStyles: Plugin = {
  name: "inline-styles",
  apply: "serve",
  transformIndexHtml: (html) => html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
};

export default defineConfig({
  root: "src/studio",
  base: "./",
  plugins: [svelte(), thirdParty(), inlineStyles],
  worker: { format: "es", plugins: () => [thirdParty()] },
  build: {
    outDir: "../../dist/studio",
    emptyOutDir: true,
    target: "es2023",
    // The address of a page is its own: nothing is written into it that a strict policy would refuse.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { headers: isolated },
  preview: { headers: isolated },
});
