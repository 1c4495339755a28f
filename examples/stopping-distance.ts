/**
 * Cars that stop: a line, a law of motion, weights, and a loss that one wrong row does not lead astray. Fifty speeds (miles an
 * hour) and stopping distances (feet), recorded in the 1920s, go in.
 */
import { fit } from "../src/index.ts";
import { readTable } from "../src/node.ts";

const cars = await readTable("data/cars-stopping-distance.csv");

// The line of the textbooks. By it, a car at rest needs -18 feet to stop.
const line = await fit({ data: cars, model: "dist ~ intercept + slope*speed" });
console.log(line.report());

// The law of motion: the way of the time to react, and the way under the brakes, which grows with the square of the speed.
const model = "dist ~ react*speed + brake*speed^2";

// Faster cars scatter more. A row counts as if observed with variance 1/weight: here the spread is taken to grow with speed.
const weight = cars.numbers("speed").map((speed) => 1 / speed ** 2);

// The last row with a digit too many: 85 feet at 25 miles an hour become 850.
const distances = cars.numbers("dist").with(49, 850);
const slipped = cars.with("dist", distances);

const fits = [
  ["least squares", await fit({ data: cars, model })],
  ["... weighted", await fit({ data: cars.with("weight", weight), model, weights: "weight" })],
  ["... with a wrong row", await fit({ data: slipped, model })],
  ["Huber loss", await fit({ data: cars, model, loss: "huber" })],
  ["... with a wrong row", await fit({ data: slipped, model, loss: "huber" })],
] as const;

console.log("\n                      seconds to react   braking in g   feet to stop at 20 mph");
for (const [name, { params, predict }] of fits) {
  const footPerSecond = 5280 / 3600; // in a mile an hour
  const seconds = params.react.value / footPerSecond;
  const g = footPerSecond ** 2 / (2 * params.brake.value) / 32.174;
  const [distance] = predict({ speed: [20] });
  console.log(
    [
      name.padEnd(22),
      seconds.toFixed(2).padStart(11),
      g.toFixed(3).padStart(18),
      distance.toFixed(1).padStart(17),
    ].join(""),
  );
}
