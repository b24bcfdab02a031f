import { chakra } from "@chakra-ui/react";
import { Link } from "react-router";
import { CredentialField, CredentialForm } from "./CredentialForm";
import { useSignIn } from "./sign-in";

const Aside = chakra("p", { base: { fontSize: "sm", textAlign: "center", textDecoration: "underline" } });

interface SignInFormProps {
  /** Whether the focus goes to the first field, where nothing has to be read before. */
  autoFocus: boolean;
}

export function SignInForm({ autoFocus }: SignInFormProps) {
  const { mutate, error, isPending } = useSignIn();
  return (
    <>
      <CredentialForm
        label="Sign in"
        submit="Sign in"
        submitting="Signing in"
        isPending={isPending}
        failure={error}
        fields={["email", "password"]}
        onSubmit={(value) => mutate({ email: value("email").trim(), password: value("password") })}
      >
        <CredentialField
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="username"
          autoFocus={autoFocus}
          failure={error}
        />
        <CredentialField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          failure={error}
        />
      </CredentialForm>
      <Aside>
        <Link to="/forgot-password">Forgot your password?</Link>
      </Aside>
    </>
  );
}
