/**
 * Makes sure that the language of the browser is one. uPlot asks for its number format as it loads, and fails on the `en-US@posix` that
 * Chromium has where LANG is C; so this is loaded before it.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}
