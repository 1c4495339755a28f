/** What needs Node, as `coaster/node` has it: files in, pictures out. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseCsv, writeCsv } from "../src/data/csv.ts";
import * as node from "../src/node.ts";
import { checkPicturePath } from "../src/report/picture.ts";
import { type FitPicture, fitFigure } from "../src/report/plot/fit.ts";

const { readTable, savePicture, svgToPng } = node;

test("the names are these", () => {
  expect(Object.keys(node).sort()).toEqual(["readTable", "savePicture", "svgToPng"]);
});

describe("readTable", () => {
  const folder = mkdtempSync(join(tmpdir(), "coaster-"));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  const samples: [file: string, rows: number, names: string[], last: (number | string)[]][] = [
    ["roller-coaster", 20, ["time", "speed"], [19, 66.82271575927734]],
    ["co2-mauna-loa-annual", 67, ["Year", "Mean", "Uncertainty"], [2025, 427.35, 0.12]],
    ["cars-stopping-distance", 50, ["speed", "dist"], [25, 85]],
    [
      "covid-first-wave-2020",
      161,
      ["day", "date", "china", "italy", "germany", "spain", "us"],
      [160, "2020-06-30", 88311, 240578, 194259, 249271, 2645088],
    ],
  ];
  test.each(samples)("reads %s.csv, and writeCsv writes it back", async (name, rows, names, last) => {
    const path = join(import.meta.dirname, `../data/${name}.csv`);
    const table = await readTable(path);
    expect([table.rows, table.names]).toEqual([rows, names]);
    expect(Object.values(table.row(rows - 1))).toEqual(last);
    const rewritten = parseCsv(writeCsv(table));
    for (const column of names) expect(rewritten.column(column)).toEqual(table.column(column));
    expect(readFileSync(join(import.meta.dirname, "../data/README.md"), "utf8")).toContain(`${name}.csv`);
  });

  test("reads UTF-16, as Excel's Unicode text is", async () => {
    const path = file("unicode.txt", Buffer.from("\uFEFFé\ty\r\n1\t2\r\n", "utf16le"));
    expect((await readTable(path)).row(0)).toEqual({ é: 1, y: 2 });
  });

  test("reads standard input for -", () => {
    const files = join(import.meta.dirname, "../src/data/files.ts");
    const program = `import { readTable } from ${JSON.stringify(files)}; console.log((await readTable("-")).row(0));`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", program];
    expect(spawnSync(process.execPath, args, { input: "x,y\n1,2\n", encoding: "utf8" }).stdout).toBe(
      "{ x: 1, y: 2 }\n",
    );
  });

  test("says what is wrong with a path", async () => {
    const missing = join(folder, "none.csv");
    await expect(readTable(missing)).rejects.toThrow(`no such file: ${missing}`);
    await expect(readTable(folder)).rejects.toThrow(`expected a file, got a directory: ${folder}`);
    const binary = file("x.parquet", Uint8Array.of(80, 65, 82, 49, 0, 1));
    await expect(readTable(binary)).rejects.toThrow(`${binary}: expected CSV text, got binary data`);
    const empty = file("empty.csv", "");
    await expect(readTable(empty)).rejects.toThrow(`${empty}: expected a header and rows, got an empty file`);
  });
});

describe("pictures", () => {
  const x = Float64Array.from({ length: 20 }, (_, i) => i);
  const picture: FitPicture = {
    title: "speed ~ a*time",
    xLabel: "time",
    yLabel: "speed",
    observed: { x, y: x.map((t) => t + Math.sin(5 * t)) },
    curve: { x, y: x },
    residuals: x.map((t) => Math.sin(5 * t)),
    caption: "a = 1",
  };

  /** Width, height and unfiltered bytes of a PNG of 8-bit RGBA (PNG specification, second edition). */
  function decoded(png: Uint8Array) {
    const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
    const data: Uint8Array[] = [];
    for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
      const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
      if (type === "IDAT") data.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
    }
    return { width: view.getUint32(16), height: view.getUint32(20), bytes: inflateSync(Buffer.concat(data)) };
  }

  test("as PNG have two pixels a unit, and ink on them", async () => {
    const svg = await fitFigure(picture);
    const png = await svgToPng(svg);
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    const { width, height, bytes } = decoded(png);
    expect([width, height]).toEqual(
      ["width", "height"].map((name) => 2 * Number(svg.match(` ${name}="(\\d+)"`)![1])),
    );
    expect(bytes.length).toBe(height * (1 + 4 * width));
    expect(new Set(bytes).size).toBeGreaterThan(100);
  });

  test("set text in a font that is found: a title takes ink", async () => {
    const sizes = await Promise.all(
      ["", "speed"].map(
        async (title) => (await svgToPng(await fitFigure({ ...picture, title: title || " " }))).length,
      ),
    );
    expect(sizes[1]).toBeGreaterThan(sizes[0]! + 500);
  });

  test("are the same bytes for the same figure", async () => {
    expect(await svgToPng(await fitFigure(picture))).toEqual(await svgToPng(await fitFigure(picture)));
  });

  test("are drawn from strict XML, whatever characters the names hold", async () => {
    const name = `<script>alert("&'")</script>\u0000]]>`;
    await svgToPng(
      await fitFigure({ ...picture, title: name, xLabel: name, yLabel: name, caption: name }),
      0.1,
    );
  });

  test("are saved in the format that the ending says", async () => {
    const folder = await mkdtemp(join(tmpdir(), "coaster-"));
    try {
      const svg = await fitFigure(picture);
      await savePicture(svg, join(folder, "fit.svg"));
      await savePicture(svg, join(folder, "fit.PNG"));
      expect(await readFile(join(folder, "fit.svg"), "utf8")).toBe(svg);
      expect((await readFile(join(folder, "fit.PNG")))[0]).toBe(137);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each(["x.gif", "x", "svg", ".png"])("refuse to be saved as %s", async (path) => {
    const message = `picture expects a file name ending in .svg or .png, got "${path}"`;
    expect(() => checkPicturePath(path)).toThrow(message);
    await expect(savePicture("<svg/>", path)).rejects.toThrow(message);
  });
});
