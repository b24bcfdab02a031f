import { Button } from "@chakra-ui/react";
import { Link } from "react-router";
import { Notice } from "@/components/Notice";
import { PageTitle } from "@/components/PageTitle";
import { HOME } from "@/lib/destinations";

export function NotFoundPage() {
  return (
    <>
      <PageTitle>Page not found</PageTitle>
      <Notice
        mark="404"
        title="There is no such page."
        actions={
          <Button asChild>
            <Link to={HOME}>Back to the releases</Link>
          </Button>
        }
      >
        The address may be mistyped, or the page may have moved.
      </Notice>
    </>
  );
}
