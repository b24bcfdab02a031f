import { useEffect } from "react";
import { CodeField } from "./CodeField";
import { CredentialForm } from "./CredentialForm";
import { Switch } from "./Switch";
import { isTooLate, useSignInByCode } from "./second-factor";

interface CodeStepProps {
  /** Back to the password; `isLate` where it was given too long ago. */
  onBack: (isLate: boolean) => void;
}

/** The second step of signing in. */
export function CodeStep({ onBack }: CodeStepProps) {
  const { mutate, error, isPending } = useSignInByCode();
  const isLate = isTooLate(error);
  useEffect(() => {
    if (isLate) onBack(true);
  }, [isLate, onBack]);
  return (
    <>
      <CredentialForm
        label="Second step"
        submit="Sign in"
        submitting="Signing in"
        isPending={isPending}
        failure={error}
        fields={["code"]}
        onSubmit={(value) => mutate(value("code").trim())}
      >
        <CodeField autoFocus failure={error} />
      </CredentialForm>
      <Switch onClick={() => onBack(false)}>Back to the password</Switch>
    </>
  );
}
