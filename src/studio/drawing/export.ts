/** Figures as files: an SVG document of the library goes in, an SVG or a PNG file that the browser saves comes out. */
import { download } from "../download.ts";

export type FigureFormat = "svg" | "png";

/** Saves a figure. Rejects where the browser cannot draw it. */
export async function saveFigure(svg: string, name: string, format: FigureFormat): Promise<void> {
  if (format === "svg") download(`${name}.svg`, svg, "image/svg+xml");
  else download(`${name}.png`, await pngOf(svg), "image/png");
}

/** Pixels of a PNG to one unit of its figure. */
const scale = 2;

/** The figure as the browser draws it. */
async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * scale;
    canvas.height = image.naturalHeight * scale;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("expected an image, got none"))),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
