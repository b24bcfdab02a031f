import { Button, chakra, Field, Input } from "@chakra-ui/react";
import type { FormEvent, ReactNode } from "react";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import { Failure } from "./AuthPage";

const Form = chakra("form", { base: { display: "flex", flexDirection: "column", gap: "4" } });

/** The server's sentence about a failure, made fit for somebody who is only just signing in. */
function failureText(error: unknown): string {
  if (!(error instanceof ApiError)) return sentenceOf(error);
  if (error.code === "second_factor_invalid") return "The code is wrong, or was used before.";
  if (error.code === "invalid_credentials") return "The e-mail address or the password is wrong.";
  if (error.status === 429 && error.retryAfterSeconds) {
    return `${error.message} You can try again in ${waitInWords(error.retryAfterSeconds)}.`;
  }
  if (error.category === "unavailable") return "The portal does not answer. Please try again.";
  return error.message;
}

function waitInWords(seconds: number): string {
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

function fieldErrors(error: unknown, field: string): string {
  return error instanceof ApiError ? (error.fields[field] ?? []).join(" ") : "";
}

interface CredentialFieldProps {
  label: string;
  name: string;
  type: "email" | "password" | "text";
  autoComplete: "username" | "current-password" | "new-password" | "one-time-code" | "off";
  inputMode?: "numeric";
  maxLength?: number;
  autoFocus?: boolean;
  /** What the server said about the form. */
  failure: unknown;
}

export function CredentialField({ label, failure, ...input }: CredentialFieldProps) {
  const error = fieldErrors(failure, input.name);
  return (
    <Field.Root invalid={error !== ""} required>
      <Field.Label>{label}</Field.Label>
      <Input {...input} />
      <Field.ErrorText>{error}</Field.ErrorText>
    </Field.Root>
  );
}

interface CredentialFormProps {
  label: string;
  submit: string;
  submitting: string;
  isPending: boolean;
  failure: unknown;
  /** Names of the fields that tell of their own errors; any other is told above the form. */
  fields: readonly string[];
  /** Given what stands in a field by its name, and what empties the form. */
  onSubmit: (value: (name: string) => string, empty: () => void) => void;
  children: ReactNode;
}

/** A form of a few fields, with what the server says of them beside each, and of the rest above. */
export function CredentialForm({ label, submit, submitting, isPending, failure, ...props }: CredentialFormProps) {
  const isTold = props.fields.some((field) => fieldErrors(failure, field) !== "");

  function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    props.onSubmit(
      (name) => String(data.get(name)),
      () => form.reset(),
    );
  }

  return (
    <Form onSubmit={send} aria-label={label}>
      {failure && !isTold ? <Failure role="alert">{failureText(failure)}</Failure> : null}
      {props.children}
      <Button type="submit" loading={isPending} loadingText={submitting}>
        {submit}
      </Button>
    </Form>
  );
}
