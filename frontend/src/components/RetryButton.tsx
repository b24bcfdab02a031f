import { Button, type ButtonProps } from "@chakra-ui/react";
import { useState } from "react";

export type Retry = () => Promise<unknown>;

interface RetryButtonProps extends Pick<ButtonProps, "size" | "variant" | "colorPalette" | "children"> {
  onRetry: Retry;
}

/** Shows that it is at work only for the attempt that it started: polls in between would make it flicker. */
export function RetryButton({ onRetry, ...props }: RetryButtonProps) {
  const [atWork, setAtWork] = useState(false);

  async function retry() {
    setAtWork(true);
    try {
      await onRetry();
    } finally {
      setAtWork(false);
    }
  }

  return <Button {...props} onClick={retry} loading={atWork} />;
}
