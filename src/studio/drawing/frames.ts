/** Drawing, once a frame: whoever has something new to draw says so here, and all of it is drawn in the next animation frame. */

const waiting = new Set<() => void>();

/** Has `draw` called in the next frame, once, however often it is asked for until then. */
export function nextFrame(draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.add(draw);
}

/** Forgets that `draw` was asked for. */
export function forget(draw: () => void): void {
  waiting.delete(draw);
}

function drawAll(): void {
  const now = [...waiting];
  // What asks while all of this is drawn is for the frame after.
  waiting.clear();
  for (const draw of now) draw();
}
