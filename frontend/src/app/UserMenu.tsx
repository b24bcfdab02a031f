import { Button, chakra, Menu, Portal } from "@chakra-ui/react";
import { ChevronDownIcon, ExternalIcon, PersonIcon } from "@/components/icons";
import { useSignOut } from "@/features/auth/sign-out";
import { useMe } from "@/lib/session";

const Who = chakra("div", { base: { px: "2", py: "1.5", maxWidth: "72", borderBottomWidth: "1px", mb: "1" } });
const Email = chakra("div", { base: { fontWeight: "medium", overflowWrap: "anywhere" } });
const Roles = chakra("div", { base: { color: "fg.muted", fontSize: "xs" } });
const TriggerEmail = chakra("span", {
  base: { display: { base: "none", sm: "inline" }, maxWidth: "56", overflow: "hidden", textOverflow: "ellipsis" },
});

export function UserMenu() {
  const me = useMe();
  const signOut = useSignOut();
  return (
    <Menu.Root positioning={{ placement: "bottom-end" }}>
      <Menu.Trigger asChild>
        <Button variant="ghost" size="sm" px="2" aria-label={`Account ${me.email}`} loading={signOut.isPending}>
          <PersonIcon />
          <TriggerEmail>{me.email}</TriggerEmail>
          <ChevronDownIcon />
        </Button>
      </Menu.Trigger>
      <Portal>
        <Menu.Positioner>
          <Menu.Content>
            <Who>
              <Email>{me.full_name || me.email}</Email>
              {me.full_name && <Roles>{me.email}</Roles>}
              <Roles>{me.roles.length > 0 ? me.roles.join(", ") : "no role"}</Roles>
            </Who>
            {me.is_staff && (
              <Menu.Item value="admin" asChild>
                <a href="/admin/">
                  Administration <ExternalIcon />
                </a>
              </Menu.Item>
            )}
            <Menu.Item value="docs" asChild>
              <a href="/api/docs/">
                API documentation <ExternalIcon />
              </a>
            </Menu.Item>
            <Menu.Item value="sign-out" onSelect={() => signOut.mutate()}>
              Sign out
            </Menu.Item>
          </Menu.Content>
        </Menu.Positioner>
      </Portal>
    </Menu.Root>
  );
}
