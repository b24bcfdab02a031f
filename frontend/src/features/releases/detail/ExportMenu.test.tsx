import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ThemeProvider } from "@/components/theme/ThemeProvider";
import { ExportMenu } from "./ExportMenu";

it("offers the release as files, by links that a keyboard reaches", async () => {
  const user = userEvent.setup();
  render(
    <ThemeProvider>
      <ExportMenu releaseId="release:2025.11-payments" />
    </ThemeProvider>,
  );
  expect(screen.queryByRole("link")).not.toBeInTheDocument();
  await user.tab();
  await user.keyboard("{Enter}");
  const json = screen.getByRole("link", { name: /^JSON/ });
  expect(json).toHaveAttribute("href", "/api/releases/release:2025.11-payments/export.json?pretty=1");
  const csv = screen.getByRole("link", { name: /^CSV/ });
  expect(csv).toHaveAttribute("href", "/api/releases/release:2025.11-payments/export.csv?bom=1");
  // The page stays where it is, also where the file can't be had.
  expect(json).toHaveAttribute("download");
  expect(csv).toHaveAttribute("download");
  await user.tab();
  expect(json).toHaveFocus();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("link")).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: /Export/ })).toHaveFocus();
});
