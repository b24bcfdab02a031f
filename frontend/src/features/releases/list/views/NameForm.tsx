import { Button, chakra } from "@chakra-ui/react";
import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { TextInput } from "@/components/TextInput";
import { MAX_NAME, refusalOf } from "./view-queries";

const Form = chakra("form", { base: { px: "2", py: "1.5" } });
const Label = chakra("label", { base: { display: "block", color: "fg.muted", fontSize: "xs", mb: "1" } });
const Fields = chakra("div", { base: { display: "flex", gap: "1.5" } });
const Failure = chakra("p", { base: { mt: "1", color: "phase.failed.fg", fontSize: "xs", overflowWrap: "anywhere" } });

function selectAll(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}

interface NameFormProps {
  label: string;
  initial?: string;
  /** What the button does. */
  action: string;
  onName: (name: string) => Promise<unknown>;
  onDone: () => void;
  /** Where the form stands only for a moment; it then takes the focus, too. */
  onCancel?: () => void;
}

/** Asks for a view's name, and says in place why it is refused. */
export function NameForm({ label, initial = "", action, onName, onDone, onCancel }: NameFormProps) {
  const [name, setName] = useState(initial);
  const [atWork, setAtWork] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const fieldId = useId();
  const refusalId = useId();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (atWork) return;
    if (name.trim() === "") return setRefusal("A view needs a name.");
    setAtWork(true);
    setRefusal(null);
    try {
      await onName(name.trim());
      setName(initial);
      onDone();
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setAtWork(false);
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Escape" || !onCancel) return;
    // The panel around it would close.
    event.stopPropagation();
    onCancel();
  }

  return (
    <Form onSubmit={submit} onKeyDown={onKeyDown} noValidate>
      <Label htmlFor={fieldId}>{label}</Label>
      <Fields>
        <TextInput
          id={fieldId}
          ref={onCancel && selectAll}
          size="xs"
          bg="bg.panel"
          autoComplete="off"
          maxLength={MAX_NAME}
          value={name}
          aria-invalid={refusal !== null}
          aria-describedby={refusal === null ? undefined : refusalId}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" size="xs" loading={atWork}>
          {action}
        </Button>
        {onCancel && (
          <Button size="xs" variant="outline" colorPalette="gray" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </Fields>
      {refusal !== null && (
        <Failure id={refusalId} role="alert">
          {refusal}
        </Failure>
      )}
    </Form>
  );
}
