import { chakra, Heading } from "@chakra-ui/react";
import { Link } from "react-router";
import { PageHead } from "@/components/PageHead";
import { SECOND_FACTOR } from "@/lib/destinations";
import { useMe } from "@/lib/session";
import { CredentialField, CredentialForm } from "./CredentialForm";
import { useChangePassword } from "./password";

const Column = chakra("div", { base: { maxWidth: "26rem", display: "flex", flexDirection: "column", gap: "5" } });
const Text = chakra("p", { base: { color: "fg.muted" } });
const Done = chakra("p", { base: { color: "phase.succeeded.fg", fontWeight: "medium" } });

function PasswordChange() {
  const { mutate, error, isPending, isSuccess } = useChangePassword();
  return (
    <>
      <div>
        <Heading as="h2" size="lg">
          Change your password
        </Heading>
        <Text>Eight characters at least. You stay signed in here, and are signed out everywhere else.</Text>
      </div>
      <Done role="status">{isSuccess ? "Your password is changed." : null}</Done>
      <CredentialForm
        label="Change your password"
        submit="Change it"
        submitting="Changing"
        isPending={isPending}
        failure={error}
        fields={["password", "new_password"]}
        onSubmit={(value, empty) =>
          mutate({ password: value("password"), new_password: value("new_password") }, { onSuccess: empty })
        }
      >
        <CredentialField
          label="Your password of now"
          name="password"
          type="password"
          autoComplete="current-password"
          failure={error}
        />
        <CredentialField
          label="New password"
          name="new_password"
          type="password"
          autoComplete="new-password"
          failure={error}
        />
      </CredentialForm>
    </>
  );
}

/** The signed-in user's own account: who they are, and their password, if they have one. */
export function AccountPage() {
  const { email, full_name: fullName, has_password: hasPassword } = useMe();
  return (
    <Column>
      <PageHead title="Your account">{fullName ? `${fullName}, ${email}` : email}</PageHead>
      <div>
        <Heading as="h2" size="lg">
          Second factor
        </Heading>
        <Text>A code of an authenticator app beside your password, with recovery codes for when it is lost.</Text>
        <chakra.p mt="1" textDecoration="underline">
          <Link to={SECOND_FACTOR}>See how yours stands</Link>
        </chakra.p>
      </div>
      {hasPassword ? <PasswordChange /> : <Text>You sign in with another service: there is no password here.</Text>}
    </Column>
  );
}
