import { Button } from "@chakra-ui/react";
import { BellIcon } from "@/components/icons";
import { toast } from "@/components/toasts/toast";
import type { Hierarchy } from "@/lib/api/types";
import { labelOf, type TreeEntity } from "@/lib/entities";
import { useMe } from "@/lib/session";
import {
  followedOf,
  isFollowed,
  isFull,
  isPastFollowing,
  MOST_FOLLOWED,
  withFollowed,
  withoutFollowed,
} from "./following";
import { askForNotifications, type Permission } from "./notifications";
import { updateFollowing, useFollowing } from "./store";

const PROMISES: Record<Permission, string> = {
  granted: "You will be notified while any tab of the portal is open.",
  default: "Without the browser's permission you will be told here, in the portal.",
  denied: "This browser blocks the portal's notifications, which its site settings can change: you will be told here.",
  unsupported: "This browser shows no notifications of the portal, which needs HTTPS for them: you will be told here.",
};

interface FollowButtonProps {
  release: Hierarchy;
  /** The release, or what it holds. */
  entity: TreeEntity;
}

/** Lets the reader be told when something ends or fails. Not there for what has ended for good. */
export function FollowButton({ release, entity }: FollowButtonProps) {
  const { id: userId } = useMe();
  const following = useFollowing(userId);
  const place = { releaseId: release.id, path: entity.path };
  const pressed = isFollowed(following, place);
  const name = labelOf(entity);
  if (!pressed && isPastFollowing(release, entity)) return null;

  async function begin() {
    if (isFull(following)) {
      toast(`You follow ${MOST_FOLLOWED} already. Let one of them go first, by the bell above.`, { tone: "warning" });
      return;
    }
    const asked = askForNotifications();
    try {
      await updateFollowing(userId, (state) => withFollowed(state, followedOf(release, entity)));
    } catch {
      toast("This browser keeps nothing for the portal: nothing can be followed in it.", { tone: "warning" });
      return;
    }
    const permission = await asked;
    const tone = permission === "granted" ? "succeeded" : "info";
    toast(`Following ${name} until it ends. ${PROMISES[permission]}`, { tone, topic: "following" });
  }

  const end = () => updateFollowing(userId, (state) => withoutFollowed(state, place));
  return (
    <Button
      size="xs"
      variant="outline"
      colorPalette="gray"
      bg={pressed ? "brand.subtle" : "bg.panel"}
      color={pressed ? "brand.fg" : undefined}
      borderColor={pressed ? "brand.fg" : undefined}
      aria-pressed={pressed}
      title={`When ${name} ends or fails`}
      onClick={pressed ? end : begin}
    >
      <BellIcon /> Notify me
    </Button>
  );
}
