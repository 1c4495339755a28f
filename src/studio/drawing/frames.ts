/** Drawing, once a frame: whoever has something new to draw says so here, and all of it is drawn in the next animation frame. */

const waiting = new Set<() => void>();
let isAsked = false;

/** A frame that has taken so many milliseconds leaves the rest to the next: the page is to answer in between. */
const enough = 10;

/** Has `draw` called in the next frame, once, however often it is asked for until then. */
export function nextFrame(draw: () => void): void {
  waiting.add(draw);
  if (!isAsked) requestAnimationFrame(drawAll);
  isAsked = true;
}

/** Forgets that `draw` was asked for. */
export function forget(draw: () => void): void {
  waiting.delete(draw);
}

function drawAll(): void {
  const started = performance.now();
  isAsked = false;
  // What asks while all of this is drawn is for the frame after.
  for (const draw of [...waiting]) {
    if (performance.now() - started > enough) break;
    if (waiting.delete(draw)) draw();
  }
  if (waiting.size > 0 && !isAsked) {
    isAsked = true;
    requestAnimationFrame(drawAll);
  }
}
