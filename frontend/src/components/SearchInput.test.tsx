import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { useSwiftTime } from "@/test/render-app";
import { SearchInput } from "./SearchInput";
import { ThemeProvider } from "./theme/ThemeProvider";

function shows(value = "") {
  const onSearch = vi.fn();
  const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
  const box = (props: { value: string }) => (
    <ThemeProvider>
      <SearchInput label="Search" {...props} onSearch={(text) => onSearch(text)} />
    </ThemeProvider>
  );
  const { rerender } = render(box({ value }));
  return {
    user,
    onSearch,
    input: screen.getByRole("searchbox"),
    becomes: (now: string) => rerender(box({ value: now })),
  };
}

describe("a search box", () => {
  it("searches once the typing pauses, however often the page is drawn again meanwhile", async () => {
    useSwiftTime();
    const { user, onSearch, input, becomes } = shows();
    await user.type(input, " pay ");
    for (let drawn = 0; drawn < 4; drawn += 1) {
      act(() => void vi.advanceTimersByTime(70));
      becomes("");
    }
    expect(onSearch.mock.calls).toEqual([["pay"]]);
  });

  it("keeps what was typed on when its own search comes back, and takes over any other", async () => {
    useSwiftTime();
    const { user, input, becomes } = shows();
    await user.type(input, "pay");
    act(() => void vi.advanceTimersByTime(300));
    await user.type(input, "ments");
    becomes("pay");
    expect(input).toHaveValue("payments");
    becomes("by the back button");
    expect(input).toHaveValue("by the back button");
  });

  it("is cleared by Escape, at once", async () => {
    useSwiftTime();
    const { user, onSearch, input } = shows("pay");
    await user.type(input, "{Escape}");
    expect(input).toHaveValue("");
    expect(onSearch.mock.calls).toEqual([[""]]);
  });
});
