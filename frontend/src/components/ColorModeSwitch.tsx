import { IconButton, Menu, Portal } from "@chakra-ui/react";
import type { ReactNode } from "react";
import { COLOR_MODES, type ColorMode, setColorMode, useColorMode } from "@/lib/color-mode";
import { MonitorIcon, MoonIcon, SunIcon } from "./icons";

const LOOKS: Record<ColorMode, { icon: ReactNode; word: string }> = {
  system: { icon: <MonitorIcon />, word: "As the system" },
  light: { icon: <SunIcon />, word: "Light" },
  dark: { icon: <MoonIcon />, word: "Dark" },
};

export function ColorModeSwitch() {
  const mode = useColorMode();
  return (
    <Menu.Root positioning={{ placement: "bottom-end" }}>
      <Menu.Trigger asChild>
        <IconButton variant="ghost" size="sm" aria-label={`Colours: ${LOOKS[mode].word}`}>
          {LOOKS[mode].icon}
        </IconButton>
      </Menu.Trigger>
      <Portal>
        <Menu.Positioner>
          <Menu.Content>
            <Menu.RadioItemGroup value={mode} onValueChange={({ value }) => setColorMode(value as ColorMode)}>
              {COLOR_MODES.map((choice) => (
                <Menu.RadioItem key={choice} value={choice}>
                  <Menu.ItemIndicator />
                  {LOOKS[choice].word}
                </Menu.RadioItem>
              ))}
            </Menu.RadioItemGroup>
          </Menu.Content>
        </Menu.Positioner>
      </Portal>
    </Menu.Root>
  );
}
