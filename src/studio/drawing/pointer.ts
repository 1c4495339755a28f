/** What the pointer does over a chart besides drawing boxes: clicks, drags and turns of the wheel come in, places come out. */
import type { Frame } from "./frame.ts";

/** A place, in pixels of the page from the left and top of a frame. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/** The element that lies over the frame of a chart, and the frame. */
export interface Target {
  readonly over: HTMLElement;
  readonly frame: Frame;
}

export interface PointerOptions {
  /** Hears of a click that drew no box, and of the pointer while it drags what `takesDrag` says. */
  onClick?(place: Place, frame: Frame): void;
  /** Whether a pointer that is pressed there drags something, and draws no box. */
  takesDrag?(place: Place, frame: Frame): boolean;
}

/** Boxes smaller than this are clicks of an unsteady hand. */
export const leastBox = 6;

/** Tells of clicks, and of what is dragged, before anyone takes them for boxes. Returns how to have it no more. */
export function whenPressed(
  host: HTMLElement,
  { onClick, takesDrag }: PointerOptions,
  targetOf: () => Target | null,
): () => void {
  if (!onClick) return () => {};
  let pressed: { readonly x: number; readonly y: number; readonly isDrag: boolean } | null = null;
  const press = (event: MouseEvent): void => {
    const target = targetOf();
    if (event.button !== 0 || !target?.over.contains(event.target as Node)) return;
    const isDrag = takesDrag?.(placeIn(target, event), target.frame) ?? false;
    pressed = { x: event.clientX, y: event.clientY, isDrag };
    if (isDrag) event.stopPropagation();
  };
  const tell = (event: MouseEvent): void => {
    const target = targetOf();
    if (target) onClick(placeIn(target, event), target.frame);
  };
  const move = (event: MouseEvent): void => {
    if (pressed?.isDrag) tell(event);
  };
  const release = (event: MouseEvent): void => {
    const was = pressed;
    pressed = null;
    if (was && !was.isDrag && Math.hypot(event.clientX - was.x, event.clientY - was.y) < leastBox)
      tell(event);
  };
  const ends = [
    listen(host, "mousedown", press, { capture: true }),
    listen(document, "mousemove", move),
    listen(document, "mouseup", release),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** Tells how far it is to be zoomed and where, where the wheel is not needed to move the page: with Control, as a pinch has it, or in focus. */
export function whenWheeled(
  host: HTMLElement,
  targetOf: () => Target | null,
  zoom: (factor: number, place: Place) => void,
): () => void {
  const turn = (event: WheelEvent): void => {
    const target = targetOf();
    const isMeant = event.ctrlKey || host.closest("[tabindex]") === document.activeElement;
    if (!target || !isMeant) return;
    event.preventDefault();
    zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), placeIn(target, event));
  };
  return listen(host, "wheel", turn, { passive: false });
}

function placeIn({ over }: Target, { clientX, clientY }: MouseEvent): Place {
  const { left, top } = over.getBoundingClientRect();
  return { left: clientX - left, top: clientY - top };
}

/** Listens, and returns how to listen no more. */
function listen<Event>(
  on: HTMLElement | Document,
  name: string,
  hear: (event: Event) => void,
  options: AddEventListenerOptions = {},
): () => void {
  const listener = hear as EventListener & typeof hear;
  on.addEventListener(name, listener, options);
  return () => on.removeEventListener(name, listener, options);
}
