/** What an address says of the page: every state comes back from it, and whatever else it says is read with doubt. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packed, unpacked } from "../src/studio/packing.ts";
import { settings, unset } from "../src/studio/settings.ts";
import { type DataSource, empty, fragmentOf, type State, stateOf } from "../src/studio/state.ts";

const text = (maxLength: number) => fc.string({ unit: "grapheme", minLength: 1, maxLength });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x || 0);
const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));

const source: fc.Arbitrary<DataSource> = fc.oneof(
  fc.record({ kind: fc.constantFrom("sample", "served", "file"), name: text(40) }),
  fc.record({ kind: fc.constant("text"), name: text(40), text: text(500) }),
  fc.record({ kind: fc.constant("kept"), name: text(40), key }),
);

const param = fc.record(
  { start: finite, min: finite, max: finite, fixed: fc.constant(true) },
  { requiredKeys: [] },
);

/** Values that the settings' own table allows. */
const settingValues = fc.record(
  Object.fromEntries(
    settings.map(({ name, kind }) => {
      if (kind.kind === "choice") return [name, fc.option(fc.constantFrom(...kind.choices))];
      if (kind.kind === "column") return [name, fc.option(text(20).filter((column) => column.trim() !== ""))];
      const numbers = kind.isWhole ? fc.nat() : fc.double({ min: 0, max: 2, noNaN: true });
      return [name, fc.option(numbers.filter(kind.holds))];
    }),
  ),
) as unknown as fc.Arbitrary<State["settings"]>;

const state: fc.Arbitrary<State> = fc.record({
  data: fc.option(source),
  formula: fc.string({ unit: "grapheme", maxLength: 200 }),
  params: fc.dictionary(
    text(20).filter((name) => name !== "__proto__"),
    param.filter((setting) => Object.keys(setting).length > 0),
    { maxKeys: 5, noNullPrototype: true },
  ),
  settings: settingValues,
  way: fc.constantFrom("fit", "steps"),
});

test("every state comes back from its fragment, with nothing to tell", () =>
  fc.assert(
    fc.asyncProperty(state, async (said) => {
      const fragment = await fragmentOf(said);
      expect(await stateOf(`#${fragment}`)).toEqual({ state: said, troubles: [] });
      // What is written is an address as it is: nothing in it is escaped again.
      expect(new URL(`https://coaster.example/#${fragment}`).hash.slice(1)).toBe(fragment);
    }),
  ));

test("the empty state says nothing", async () => {
  expect(await fragmentOf(empty)).toBe("");
  expect(await stateOf("")).toEqual({ state: empty, troubles: [] });
});

test("a formula can be read in the address", async () => {
  const fragment = await fragmentOf({ ...empty, formula: "speed ~ a*time + b", params: { a: { start: 2 } } });
  expect(fragment).toBe("formula=speed+~+a*time+%2B+b&param=a=2");
});

test("text comes back from what it was packed to, which an address takes as it is", () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 2000 }), async (said) => {
      const short = await packed(said);
      expect(short).toMatch(/^[\w-]*$/);
      expect(await unpacked(short)).toBe(said);
    }),
  ));

describe("an address from anyone", () => {
  const hostile: [what: string, fragment: string, trouble: string][] = [
    ["a word that there is not", "onload=alert(1)", 'unknown in the address: "onload"'],
    [
      "the root of all objects",
      "param=__proto__=1",
      'a parameter in the address reads name=start,min,max,fixed, got "__proto__=1"',
    ],
    [
      "no number",
      "param=a=Infinity",
      'a parameter in the address reads name=start,min,max,fixed, got "a=Infinity"',
    ],
    [
      "a word in place of fixed",
      "param=a=1,,,loose",
      'a parameter in the address reads name=start,min,max,fixed, got "a=1,,,loose"',
    ],
    [
      "a key that is none",
      "kept=../../etc",
      'what is kept in a browser has a key of 64 hexadecimal digits, got "../../etc"',
    ],
    ["a rate that is none", "lr=-1", 'learning rate expects a number above 0, got "-1"'],
    [
      "an optimizer that there is not",
      "optimizer=constructor",
      'optimizer expects one of auto, levenberg-marquardt, sgd, got "constructor"',
    ],
    [
      "observations that are none",
      "data=%00",
      "the observations in the address cannot be read: it may have been cut short",
    ],
    [
      "a formula without end",
      `formula=${"a".repeat(10_001)}`,
      "the formula in the address is too long: 10001 characters",
    ],
    [
      "an address without end",
      "a".repeat(200_001),
      "the address is too long: 200001 characters, of 200000 that may be",
    ],
  ];
  test.each(hostile)("that says %s is told so, and nothing of it is taken", async (_, fragment, trouble) => {
    const { state, troubles } = await stateOf(fragment);
    expect(state).toEqual(empty);
    expect(troubles).toHaveLength(1);
    // The list of optimizers is the library's.
    expect(troubles[0]!.replace(/one of .*, got/, "one of auto, levenberg-marquardt, sgd, got")).toBe(
      trouble,
    );
  });

  test("that unfolds to more than any page makes is not unfolded", async () => {
    const bomb = await packed("0".repeat(2_000_000));
    expect(bomb.length).toBeLessThan(4000);
    const { state, troubles } = await stateOf(`data=${bomb}`);
    expect(state.data).toBeNull();
    expect(troubles[0]).toContain("cannot be read");
  });

  test("that is anything at all gives a state that can be written", () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (fragment) => {
        const { state } = await stateOf(fragment);
        expect(await stateOf(await fragmentOf(state))).toEqual({ state, troubles: [] });
      }),
    ));

  test("keeps what it can read beside what it cannot", async () => {
    const { state, troubles } = await stateOf("sample=co2&lr=much&seed=3&param=a=1&param=b=x");
    expect(state).toEqual({
      ...empty,
      data: { kind: "sample", name: "co2" },
      params: { a: { start: 1 } },
      settings: { ...unset, seed: 3 },
    });
    expect(troubles).toHaveLength(2);
  });
});
