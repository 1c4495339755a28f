/**
 * Pictures as files: an SVG document as it is, or as PNG pixels. The one place of reports that needs Node.
 */
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname } from "node:path";

/** The formats of picture files, by the ending of the name. */
const formats: Readonly<Record<string, (svg: string) => Promise<string | Uint8Array>>> = {
  ".svg": async (svg) => svg,
  ".png": (svg) => svgToPng(svg),
};

/** Throws unless a picture can be saved under this name: it takes an ending in .svg or .png. */
export function checkPicturePath(path: string): void {
  if (Object.hasOwn(formats, extname(path).toLowerCase())) return;
  throw new Error(`picture expects a file name ending in .svg or .png, got ${JSON.stringify(path)}`);
}

/** Writes the SVG document to the file, in the format that its ending says. Throws on other endings, and what `writeFile` throws. */
export async function savePicture(svg: string, path: string): Promise<void> {
  checkPicturePath(path);
  await writeFile(path, await formats[extname(path).toLowerCase()]!(svg));
}

/** The SVG document as a PNG file, `scale` pixels for each of its units, text set in Inter. */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: "Inter" },
  });
  return image.render().asPng();
}

/** The weights of Inter that figures use. */
function fontFiles(): string[] {
  const { resolve } = createRequire(import.meta.url);
  const weights = ["400Regular", "500Medium", "600SemiBold"];
  return weights.map((weight) => resolve(`@expo-google-fonts/inter/${weight}/Inter_${weight}.ttf`));
}
