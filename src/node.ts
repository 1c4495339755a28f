/** What needs Node: tables read from files, pictures written to them. */
export { readTable } from "./data/files.ts";
export { savePicture, svgToPng } from "./report/picture.ts";
