import { chakra } from "@chakra-ui/react";
import { useState } from "react";
import { parseListParams } from "../list-params";
import { viewInWords } from "../view-words";
import { NameForm } from "./NameForm";
import { ViewNote } from "./ViewNote";
import { useCreateView } from "./view-queries";

const Frame = chakra("div", { base: { borderTopWidth: "1px", pt: "1" } });

/** Keeps what the page shows under a name. */
export function SaveViewForm({ query }: { query: string }) {
  const { mutateAsync: create } = useCreateView();
  const [kept, setKept] = useState<string | null>(null);
  const words = viewInWords(parseListParams(new URLSearchParams(query)));

  async function save(name: string) {
    setKept(null);
    await create({ name, query });
    setKept(name);
  }

  return (
    <Frame>
      <NameForm label={`Keep this view (${words}) as`} action="Save" onName={save} onDone={() => {}} />
      {kept && <ViewNote words={`Kept as “${kept}”.`} />}
    </Frame>
  );
}
