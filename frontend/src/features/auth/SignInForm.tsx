import { chakra } from "@chakra-ui/react";
import { useEffect } from "react";
import { Link } from "react-router";
import { CredentialField, CredentialForm } from "./CredentialForm";
import { type SecondStep, stepAfter } from "./second-factor";
import { useSignIn } from "./sign-in";

const Aside = chakra("p", { base: { fontSize: "sm", textAlign: "center", textDecoration: "underline" } });

interface SignInFormProps {
  /** Whether the focus goes to the first field, where nothing has to be read before. */
  autoFocus: boolean;
  /** Called where the password was right, and more is to come. */
  onStep: (step: SecondStep) => void;
}

export function SignInForm({ autoFocus, onStep }: SignInFormProps) {
  const { mutate, error, isPending } = useSignIn();
  const step = stepAfter(error);
  useEffect(() => {
    if (step) onStep(step);
  }, [step, onStep]);
  return (
    <>
      <CredentialForm
        label="Sign in"
        submit="Sign in"
        submitting="Signing in"
        isPending={isPending}
        failure={step ? null : error}
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
