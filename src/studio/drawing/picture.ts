/** What every picture can do, whatever it shows: take what there is to see, be zoomed by keys and buttons, and tell of itself. */

/** A picture in an element of the page. */
export interface Picture<Seen> {
  /** Shows this from the next frame on. */
  show(seen: Seen): void;
  /** Zooms about the middle: less than 1 is nearer. */
  zoomBy(factor: number): void;
  /** Moves what is in sight, by shares of it. */
  moveBy(right: number, up: number): void;
  /** Shows all there is. */
  whole(): void;
  destroy(): void;
}

/** What a picture tells the page. */
export interface Telling {
  /** Whether it is zoomed in. */
  zoomed(isZoomed: boolean): void;
  /** The values at the cursor, in words; empty where there is none. */
  pointed(words: string): void;
}

/** What makes a picture of an element. */
export type MakePicture<Seen> = (host: HTMLElement, telling: Telling) => Picture<Seen>;

type Move = Pick<Picture<never>, "zoomBy" | "moveBy" | "whole">;

/** The keys of a picture in focus; `far` is how many times as far an arrow goes. */
const keys: Readonly<Record<string, (picture: Move, far: number) => void>> = {
  "+": (picture) => picture.zoomBy(1 / 1.5),
  "=": (picture) => picture.zoomBy(1 / 1.5),
  "-": (picture) => picture.zoomBy(1.5),
  "0": (picture) => picture.whole(),
  Escape: (picture) => picture.whole(),
  ArrowLeft: (picture, far) => picture.moveBy(-0.1 * far, 0),
  ArrowRight: (picture, far) => picture.moveBy(0.1 * far, 0),
  ArrowUp: (picture, far) => picture.moveBy(0, 0.1 * far),
  ArrowDown: (picture, far) => picture.moveBy(0, -0.1 * far),
};

/** Does what a key asks for, with Shift by more; whether it asks for anything. */
export function obeyKey(picture: Move, { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const act = ctrlKey || metaKey || altKey || !Object.hasOwn(keys, key) ? undefined : keys[key];
  act?.(picture, shiftKey ? 5 : 1);
  return act !== undefined;
}
