/** The colours and the typeface of the page, for what is drawn on a canvas: an element of the page comes in, plain texts go out. */

/** The page's colours, by their names in its style sheet. */
export interface Colours {
  readonly paper: string;
  readonly raised: string;
  readonly line: string;
  readonly ink: string;
  readonly quiet: string;
  readonly accent: string;
  /** The typeface, as a style sheet names it. */
  readonly family: string;
}

const names = ["paper", "raised", "line", "ink", "quiet", "accent"] as const;

/** The colours as they are now, light or dark. */
export function coloursOf(element: HTMLElement): Colours {
  // What a custom property says is only a text until it is the colour of something.
  const probe = document.createElement("span");
  element.append(probe);
  const colours = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return {
    ...(Object.fromEntries(colours) as Record<(typeof names)[number], string>),
    family: getComputedStyle(element).fontFamily,
  };
}

/** Calls `react` whenever light turns to dark or back. Returns how to have it no more. */
export function whenColoursChange(react: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", react);
  return () => dark.removeEventListener("change", react);
}

/** Red, green and blue, each from 0 to 255, of a computed colour: `rgb(1, 2, 3)`. */
export function channelsOf(colour: string): readonly [red: number, green: number, blue: number] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The colour, so far transparent. */
export function withAlpha(colour: string, alpha: number): string {
  return `rgba(${channelsOf(colour).join(", ")}, ${alpha})`;
}
