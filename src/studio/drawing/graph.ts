/** A picture of lines alone: lines go in, one chart comes out, which tells the values at the cursor. */
import { Chart } from "./chart.ts";
import { valuesAt } from "./frame.ts";
import { division } from "./host.ts";
import type { Lines } from "./lines.ts";
import type { MakePicture } from "./picture.ts";
import { nothing, whole } from "./sight.ts";

export const linesPicture: MakePicture<Lines> = (host, telling) => {
  let lines: Lines | null = null;
  const drawn = new Chart(division(host, "lines"), {
    sight: () => lines ?? nothing,
    onZoom: (zoom) => telling.zoomed(zoom !== whole),
    onCursor: (place, frame) => {
      const isOver = place !== null && lines !== null && lines.at.length > 0;
      telling.pointed(isOver ? lines!.words(nearest(lines!.at, valuesAt(frame, place)[0])) : "");
    },
  });
  return {
    show: (next) => {
      lines = next;
      drawn.redraw();
    },
    zoomBy: (factor) => drawn.zoomBy(factor),
    moveBy: (right, up) => drawn.moveBy(right, up),
    whole: () => drawn.zoomTo(whole),
    destroy: () => drawn.destroy(),
  };
};

/** The index of the number nearest to a value. */
function nearest(numbers: ArrayLike<number>, value: number): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++)
    if (Math.abs(numbers[i]! - value) < Math.abs(numbers[best]! - value)) best = i;
  return best;
}
