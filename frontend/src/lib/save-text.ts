/** Saves a text as a file where the browser keeps downloads. */
export function saveText(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  // A moment later: some browsers read it only once the click is over.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
