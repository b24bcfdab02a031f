import { Button, chakra, Field, Input } from "@chakra-ui/react";
import type { FormEvent } from "react";
import { ApiError, sentenceOf } from "@/lib/api/errors";
import { useSignIn } from "./sign-in";

const Form = chakra("form", { base: { display: "flex", flexDirection: "column", gap: "4" } });

const Failure = chakra("p", {
  base: {
    px: "3",
    py: "2",
    borderRadius: "md",
    bg: "phase.failed.subtle",
    color: "phase.failed.fg",
    fontSize: "sm",
    fontWeight: "medium",
  },
});

/** The server's sentence about a failed sign-in, made fit for somebody who is only just signing in. */
function failureText(error: unknown): string {
  if (!(error instanceof ApiError)) return sentenceOf(error);
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
  name: "email" | "password";
  type: "email" | "password";
  autoComplete: string;
  autoFocus?: boolean;
  error: string;
}

function CredentialField({ label, error, ...input }: CredentialFieldProps) {
  return (
    <Field.Root invalid={error !== ""} required>
      <Field.Label>{label}</Field.Label>
      <Input {...input} />
      <Field.ErrorText>{error}</Field.ErrorText>
    </Field.Root>
  );
}

interface SignInFormProps {
  /** Whether the focus goes to the first field, where nothing has to be read before. */
  autoFocus: boolean;
}

export function SignInForm({ autoFocus }: SignInFormProps) {
  const signIn = useSignIn();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ email: String(form.get("email")).trim(), password: String(form.get("password")) });
  }

  return (
    <Form onSubmit={submit} aria-label="Sign in">
      {signIn.error && <Failure role="alert">{failureText(signIn.error)}</Failure>}
      <CredentialField
        label="E-mail address"
        name="email"
        type="email"
        autoComplete="username"
        autoFocus={autoFocus}
        error={fieldErrors(signIn.error, "email")}
      />
      <CredentialField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        error={fieldErrors(signIn.error, "password")}
      />
      <Button type="submit" loading={signIn.isPending} loadingText="Signing in">
        Sign in
      </Button>
    </Form>
  );
}
