import { chakra } from "@chakra-ui/react";
import { Link, useLocation } from "react-router";
import { ApiError } from "@/lib/api/errors";
import { AuthPage, Lead } from "./AuthPage";
import { CredentialField, CredentialForm } from "./CredentialForm";
import { linkOf, useResetPassword } from "./password";

const Way = chakra("span", { base: { textDecoration: "underline" } });

const TITLE = "Set a new password";

function NoLink() {
  return (
    <Lead role="status" color="fg">
      This link is not whole. Copy all of it from the mail, or{" "}
      <Way>
        <Link to="/forgot-password">ask for a new one</Link>
      </Way>
      .
    </Lead>
  );
}

function Spent() {
  return (
    <Lead role="alert" color="fg">
      This link is good for nothing any more. It is more than an hour old, or was used.{" "}
      <Way>
        <Link to="/forgot-password">Ask for a new one</Link>
      </Way>
      .
    </Lead>
  );
}

function Done() {
  return (
    <Lead role="status" color="fg">
      Your new password is set, and you are signed out everywhere.{" "}
      <Way>
        <Link to="/login">Sign in</Link>
      </Way>{" "}
      with it.
    </Lead>
  );
}

export function ResetPasswordPage() {
  const link = linkOf(useLocation().hash);
  const { mutate, error, isPending, isSuccess } = useResetPassword();
  if (isSuccess) return <AuthPage title={TITLE} heading={TITLE} lead={<Done />} />;
  if (error instanceof ApiError && error.fields.token) {
    return <AuthPage title={TITLE} heading={TITLE} lead={<Spent />} />;
  }
  if (!link) return <AuthPage title={TITLE} heading={TITLE} lead={<NoLink />} />;
  return (
    <AuthPage
      title={TITLE}
      heading={TITLE}
      lead={<Lead>Eight characters at least: a sentence of your own is good, and easy to keep in mind.</Lead>}
    >
      <CredentialForm
        label={TITLE}
        submit="Set the password"
        submitting="Setting"
        isPending={isPending}
        failure={error}
        fields={["new_password"]}
        onSubmit={(value) => mutate({ ...link, new_password: value("new_password") })}
      >
        <CredentialField
          label="New password"
          name="new_password"
          type="password"
          autoComplete="new-password"
          autoFocus
          failure={error}
        />
      </CredentialForm>
    </AuthPage>
  );
}
