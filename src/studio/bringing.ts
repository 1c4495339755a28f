/** What a person lets fall on the page or pastes into it: a transfer comes in, a file goes out. */
import type { NamedFile } from "./messages.ts";

/** The first file of a transfer, else its text as a file; null where there is neither. */
export function fileIn(transfer: DataTransfer | null): NamedFile | null {
  const file = transfer?.files[0];
  return file ? { name: file.name, content: file } : fileOfText(transfer?.getData("text/plain") ?? "");
}

/** Text as a file. Null where nothing is in it. */
export function fileOfText(text: string): NamedFile | null {
  return text.trim() === "" ? null : { name: "pasted", content: new Blob([text]) };
}
