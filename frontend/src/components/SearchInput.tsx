import { chakra } from "@chakra-ui/react";
import { type KeyboardEvent, memo, useEffect, useEffectEvent, useState } from "react";
import { SearchIcon } from "./icons";
import { TextInput } from "./TextInput";

const TYPING_PAUSE_MS = 250;
const MAX_LENGTH = 250;

const Box = chakra("div", { base: { position: "relative", width: "100%" } });

const Glass = chakra("span", {
  base: {
    position: "absolute",
    insetInlineStart: "2.5",
    top: "50%",
    translate: "0 -50%",
    color: "fg.muted",
    zIndex: 1,
  },
});

interface SearchInputProps {
  /** Names the box, and stands in it while it is empty. */
  label: string;
  /** What is searched for, as the page's address has it. */
  value: string;
  /** Called with what was typed once the typing pauses. Each letter is no step to go back to: it has to replace. */
  onSearch: (text: string) => void;
}

/** The page's search box; the page's search key leads to it. Escape clears it. */
export const SearchInput = memo(function SearchInput({ label, value, onSearch }: SearchInputProps) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  const [sent, setSent] = useState(value);

  if (value !== shown) {
    setShown(value);
    // Changed by other means (back button, cleared filters), the address wins over the box. An echo of what was sent
    // from here does not: by the time it arrives, more may have been typed.
    if (value !== sent) {
      setSent(value);
      setText(value);
    }
  }

  function send(typed: string) {
    setSent(typed);
    onSearch(typed);
  }

  const typed = text.trim();
  // Pages that are pushed to are drawn again more often than somebody pauses: that must not start the pause over.
  const onPause = useEffectEvent(send);
  useEffect(() => {
    if (typed === value) return;
    const timer = window.setTimeout(() => onPause(typed), TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, value]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Escape" || text === "") return;
    // Some browsers clear the box by themselves; what else listens has no business with it.
    event.preventDefault();
    event.stopPropagation();
    setText("");
    send("");
  }

  return (
    <Box>
      <Glass>
        <SearchIcon />
      </Glass>
      <TextInput
        type="search"
        size="sm"
        ps="8"
        bg="bg.panel"
        aria-label={label}
        placeholder={label}
        maxLength={MAX_LENGTH}
        data-shortcut="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </Box>
  );
});
