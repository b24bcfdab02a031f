/** Browsers give pages without TLS no clipboard, but still let them answer a copy that a click began. */
function answerCopy(text: string): boolean {
  const answer = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", answer, { once: true });
  const isDone = document.execCommand?.("copy") ?? false;
  document.removeEventListener("copy", answer);
  return isDone;
}

/** Puts text in the clipboard; to be called from a click. Whether it is there. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return answerCopy(text);
  }
}
