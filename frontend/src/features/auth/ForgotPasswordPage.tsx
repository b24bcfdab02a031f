import { chakra } from "@chakra-ui/react";
import { Link } from "react-router";
import { AuthPage, Lead } from "./AuthPage";
import { CredentialField, CredentialForm } from "./CredentialForm";
import { useAskForLink } from "./password";

const Aside = chakra("p", { base: { fontSize: "sm", textAlign: "center", textDecoration: "underline" } });

export function ForgotPasswordPage() {
  const { mutate, error, isPending, isSuccess } = useAskForLink();
  return (
    <AuthPage
      title="Forgot your password?"
      heading="Forgot your password?"
      lead={
        isSuccess ? (
          <Lead role="status" color="fg">
            If somebody has an account by this address, a mail with a link is on its way to it. The link is good for an
            hour. Nothing there after five minutes? Look among unwanted mails, or ask again.
          </Lead>
        ) : (
          <Lead>We send you a link that sets a new one.</Lead>
        )
      }
    >
      <CredentialForm
        label="Ask for a link"
        submit={isSuccess ? "Send it again" : "Send me a link"}
        submitting="Sending"
        isPending={isPending}
        failure={error}
        fields={["email"]}
        onSubmit={(value) => mutate(value("email").trim())}
      >
        <CredentialField
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
          failure={error}
        />
      </CredentialForm>
      <Aside>
        <Link to="/login">Back to the sign-in</Link>
      </Aside>
    </AuthPage>
  );
}
