import { chakra, Input } from "@chakra-ui/react";
import { useEffect, useState } from "react";
import { SearchIcon } from "@/components/icons";
import { changeView, type ListParams } from "./list-params";
import type { ChangeView } from "./ReleaseListPage";

const TYPING_PAUSE_MS = 250;

const Box = chakra("div", {
  base: { position: "relative", flex: { base: "1 1 100%", md: "0 1 18rem" } },
});

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

interface SearchBoxProps {
  params: ListParams;
  onChange: ChangeView;
}

export function SearchBox({ params, onChange }: SearchBoxProps) {
  const [text, setText] = useState(params.search);
  const [shown, setShown] = useState(params.search);
  const [sent, setSent] = useState(params.search);

  if (params.search !== shown) {
    setShown(params.search);
    // Changed by other means (back button, cleared filters), the address wins over the box. An echo of what was sent
    // from here does not: by the time it arrives, more may have been typed.
    if (params.search !== sent) {
      setSent(params.search);
      setText(params.search);
    }
  }

  const typed = text.trim();
  useEffect(() => {
    if (typed === params.search) return;
    const timer = window.setTimeout(() => {
      setSent(typed);
      onChange(changeView(params, { search: typed }), { replace: true });
    }, TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, params, onChange]);

  return (
    <Box>
      <Glass>
        <SearchIcon />
      </Glass>
      <Input
        type="search"
        size="sm"
        ps="8"
        bg="bg.panel"
        aria-label="Search by release ID"
        placeholder="Search by release ID"
        maxLength={250}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </Box>
  );
}
