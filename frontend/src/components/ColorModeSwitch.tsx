import { IconButton } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { COLOR_MODES, type ColorMode, setColorMode, useColorMode } from "@/lib/color-mode";
import { MonitorIcon, MoonIcon, SunIcon } from "./icons";

const LOOKS: Record<ColorMode, { icon: ReactNode; words: string }> = {
  system: { icon: <MonitorIcon />, words: "as the system" },
  light: { icon: <SunIcon />, words: "light" },
  dark: { icon: <MoonIcon />, words: "dark" },
};

function following(mode: ColorMode): ColorMode {
  return COLOR_MODES[(COLOR_MODES.indexOf(mode) + 1) % COLOR_MODES.length] ?? "system";
}

/** Goes through system, light and dark. */
export function ColorModeSwitch() {
  const mode = useColorMode();
  const next = following(mode);
  const label = `Colours: ${LOOKS[mode].words}. Switch to ${LOOKS[next].words}`;
  return (
    <IconButton
      variant="ghost"
      size="sm"
      colorPalette="gray"
      aria-label={label}
      title={label}
      onClick={() => setColorMode(next)}
    >
      {LOOKS[mode].icon}
    </IconButton>
  );
}
