import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ThemeProvider } from "@/components/theme/ThemeProvider";
import { CopyButton } from "./CopyButton";

function shows(text: string | (() => string)) {
  const user = userEvent.setup({ advanceTimers: (ms) => vi.isFakeTimers() && vi.advanceTimersByTime(ms) });
  render(
    <ThemeProvider>
      <CopyButton text={text}>Copy link</CopyButton>
    </ThemeProvider>,
  );
  return user;
}

describe("a copy button", () => {
  it("copies its text, says so for a moment, and can be pressed again", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const user = shows("release:payments");
    await user.click(screen.getByRole("button", { name: "Copy link" }));
    expect(await navigator.clipboard.readText()).toBe("release:payments");
    expect(screen.getByRole("button", { name: "Copied" })).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("Copied");
    await act(() => vi.advanceTimersByTimeAsync(2_100));
    expect(screen.getByRole("button", { name: "Copy link" })).toBeVisible();
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });

  it("copies what there is when it is pressed", async () => {
    let address = "/releases";
    const user = shows(() => address);
    address = "/releases?phase=failed";
    await user.click(screen.getByRole("button"));
    expect(await navigator.clipboard.readText()).toBe("/releases?phase=failed");
  });

  it("does without the clipboard that browsers keep from pages without TLS", async () => {
    const user = shows("release:payments");
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
    const copied = vi.fn();
    // As browsers do at this command: they ask the page what it copies.
    document.execCommand = () => {
      const event = Object.assign(new Event("copy", { cancelable: true }), { clipboardData: { setData: copied } });
      return !document.dispatchEvent(event);
    };
    await user.click(screen.getByRole("button"));
    expect(copied).toHaveBeenCalledWith("text/plain", "release:payments");
    expect(screen.getByRole("status")).toHaveTextContent("Copied");
  });

  it("says where nothing can be copied", async () => {
    const user = shows("release:payments");
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
    document.execCommand = () => false;
    await user.click(screen.getByRole("button"));
    expect(screen.getByRole("status")).toHaveTextContent("Can't copy");
  });
});
