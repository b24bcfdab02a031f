import { Button, chakra } from "@chakra-ui/react";
import { type FormEvent, useId, useState } from "react";
import { CopyButton } from "@/components/CopyButton";
import { Select } from "@/components/Select";
import { TextInput } from "@/components/TextInput";
import { useMe } from "@/lib/session";
import { refusalOf, useMakeToken } from "./token-queries";

const MAX_NAME = 80;
const LIFETIMES = [7, 30, 90, 180, 366] as const;
const USUAL_DAYS = 90;

const Form = chakra("form", {
  base: { display: "flex", flexDirection: "column", gap: "4", maxWidth: "34rem" },
});
const Label = chakra("label", { base: { display: "block", fontWeight: "medium", mb: "1" } });
const Roles = chakra("fieldset", { base: { display: "flex", flexDirection: "column", gap: "1" } });
const Legend = chakra("legend", { base: { fontWeight: "medium", mb: "1" } });
const Choice = chakra("label", { base: { display: "flex", gap: "2", alignItems: "center" } });
const Hint = chakra("p", { base: { color: "fg.muted", fontSize: "sm", mt: "1" } });
const Failure = chakra("p", { base: { color: "phase.failed.fg", fontWeight: "medium" } });
const Made = chakra("div", {
  base: { display: "flex", flexDirection: "column", gap: "3", p: "4", borderWidth: "1px", borderRadius: "md" },
});
const TokenText = chakra("code", { base: { overflowWrap: "anywhere", fontFamily: "mono", fontSize: "sm" } });

function MadeToken({ token, onDone }: { token: string; onDone: () => void }) {
  return (
    <Made>
      <p role="status">Copy the token now: it is shown this once, and nobody can tell it again.</p>
      <TokenText>{token}</TokenText>
      <div>
        <CopyButton text={token}>Copy token</CopyButton>{" "}
        <Button size="sm" variant="ghost" onClick={onDone}>
          Done
        </Button>
      </div>
    </Made>
  );
}

const wordsOf = (text: FormDataEntryValue | null) =>
  String(text ?? "")
    .split(/[\s,]+/)
    .filter(Boolean);

/** Makes a token, and shows it once. */
export function NewTokenForm() {
  const { roles } = useMe();
  const making = useMakeToken();
  const [lack, setLack] = useState(false);
  const id = useId();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const chosen = form.getAll("role").map(String);
    const patterns = wordsOf(form.get("patterns"));
    const showsNothing = chosen.length + patterns.length === 0;
    setLack(showsNothing);
    if (showsNothing) return;
    making.mutate({ name: String(form.get("name")).trim(), days: Number(form.get("days")), roles: chosen, patterns });
  }

  if (making.data) return <MadeToken token={making.data.token} onDone={() => making.reset()} />;
  const failure = lack ? "Choose a role, or write a pattern: else it shows nothing." : null;
  return (
    <Form onSubmit={submit} aria-label="New service token">
      <div>
        <Label htmlFor={`${id}-name`}>Name</Label>
        <TextInput id={`${id}-name`} name="name" required maxLength={MAX_NAME} placeholder="Wallboard of payments" />
      </div>
      <div>
        <Label htmlFor={`${id}-days`}>Good for</Label>
        <Select size="sm" id={`${id}-days`} name="days" defaultValue={USUAL_DAYS}>
          {LIFETIMES.map((days) => (
            <option key={days} value={days}>
              {days} days
            </option>
          ))}
        </Select>
      </div>
      {roles.length > 0 && (
        <Roles>
          <Legend>Shows the releases of your roles</Legend>
          {roles.map((role) => (
            <Choice key={role}>
              <input type="checkbox" name="role" value={role} /> {role}
            </Choice>
          ))}
        </Roles>
      )}
      <div>
        <Label htmlFor={`${id}-patterns`}>Shows releases that match</Label>
        <TextInput
          id={`${id}-patterns`}
          name="patterns"
          placeholder="release:payments-*"
          aria-describedby={`${id}-hint`}
          autoComplete="off"
        />
        <Hint id={`${id}-hint`}>
          Patterns divided by spaces: * stands for any text, ? for one character. Never more than you see yourself.
        </Hint>
      </div>
      {(failure || making.error) && <Failure role="alert">{failure ?? refusalOf(making.error)}</Failure>}
      <div>
        <Button type="submit" loading={making.isPending} loadingText="Making it">
          Make a token
        </Button>
      </div>
    </Form>
  );
}
