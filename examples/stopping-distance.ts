/**
 * Cars that stop, recorded in the 1920s: a line, a law of motion, weights, and a loss that one wrong row does not lead astray.
 * Fifty speeds (miles an hour) and stopping distances (feet) go in.
 */
import { fit } from "../src/index.ts";
import { readTable } from "../src/node.ts";

const cars = await readTable("data/cars-stopping-distance.csv");

// The line of the textbooks. It says that a car at rest needs -17.6 feet to stop.
const line = await fit({ data: cars, model: "dist ~ intercept + slope*speed" });
console.log(line.report());

// The law of motion: the way in the time to react, plus the way under the brakes, which grows with the square of the speed.
const law = "dist ~ react*speed + brake*speed^2";
const plain = await fit({ data: cars, model: law });

// Faster cars scatter more. A row counts as if observed with variance 1/weight, so the spread is taken to grow with speed.
const speeds = cars.numbers("speed");
const weighed = await fit({
  data: cars.with(
    "weight",
    speeds.map((v) => 1 / v ** 2),
  ),
  model: law,
  weights: "weight",
});

// One row with a digit too many: 85 feet at 25 miles an hour become 850. Squares follow it; the Huber loss hardly does.
const distances = cars.numbers("dist").slice();
distances[49] = 850;
const slipped = cars.with("dist", distances);
const misled = await fit({ data: slipped, model: law });
const steady = await fit({ data: slipped, model: law, loss: "huber" });

console.log("\n                        react    brake   feet to stop at 20 mph");
const fits = { "least squares": plain, weighted: weighed, "one wrong row": misled, "... and Huber": steady };
for (const [name, { params, predict }] of Object.entries(fits)) {
  const [distance] = predict({ speed: [20] });
  console.log(
    name.padEnd(18),
    params.react.value.toFixed(4).padStart(10),
    params.brake.value.toFixed(4).padStart(8),
    distance.toFixed(1).padStart(12),
  );
}
