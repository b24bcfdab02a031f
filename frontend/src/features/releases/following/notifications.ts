import { isPhase, PHASE_LOOKS } from "@/lib/phase";
import type { Told } from "./following";

/** Whether the browser shows notifications of the portal; it does in secure contexts only. */
export type Permission = NotificationPermission | "unsupported";

export function notificationPermission(): Permission {
  return "Notification" in window && window.isSecureContext !== false ? Notification.permission : "unsupported";
}

/** Asks the reader, unless they have decided. To be called in the very click: later, browsers refuse. */
export async function askForNotifications(): Promise<Permission> {
  const permission = notificationPermission();
  return permission === "default" ? Notification.requestPermission() : permission;
}

/** Shows a piece of news as the system shows such things, where it may. */
export function notify({ id, tone, title, detail, href }: Told, open: (href: string) => void): void {
  if (notificationPermission() !== "granted") return;
  const glyph = isPhase(tone) ? PHASE_LOOKS[tone].glyph : "⚠";
  try {
    const notification = new Notification(`${glyph} ${title}`, { body: detail, tag: id });
    notification.onclick = () => {
      window.focus();
      if (href !== null) open(href);
      notification.close();
    };
  } catch {
    // Chrome on Android shows those of service workers only. The toast says it too.
  }
}
