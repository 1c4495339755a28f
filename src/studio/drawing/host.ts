/** Elements that pictures put into the page themselves. */

/** An empty division of a class, at the end of another element. */
export function division(host: HTMLElement, name: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  host.append(element);
  return element;
}
