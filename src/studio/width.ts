/** How wide a text is, in pixels, as an element would show it; without kerning, as texts are where letters are counted. */
let context: CanvasRenderingContext2D | null = null;

export function widthOf(text: string, element: Element): number {
  context ??= document.createElement("canvas").getContext("2d")!;
  // Not `font`, which is empty where one of its parts is not as usual.
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  context.fontKerning = "none";
  return context.measureText(text).width;
}
