import { chakra } from "@chakra-ui/react";
import { Disclosure, disclosureItem } from "@/components/Disclosure";
import { DownloadIcon } from "@/components/icons";
import { exportHref } from "@/lib/destinations";

const FileLink = chakra("a", { base: { ...disclosureItem, display: "block" } });
const Contents = chakra("span", { base: { display: "block", color: "fg.muted", fontSize: "xs" } });

/** The release as it stands now, to be kept. Plain links: the browser knows how to keep a file, and says how it goes. */
export function ExportMenu({ releaseId }: { releaseId: string }) {
  return (
    <Disclosure
      size="xs"
      variant="outline"
      bg="bg.panel"
      fontWeight="normal"
      align="start"
      button={
        <>
          <DownloadIcon /> Export
        </>
      }
    >
      <FileLink href={exportHref(releaseId, "json")} download>
        JSON
        <Contents>the whole tree</Contents>
      </FileLink>
      <FileLink href={exportHref(releaseId, "csv")} download>
        CSV
        <Contents>a row for each entity, for spreadsheets</Contents>
      </FileLink>
    </Disclosure>
  );
}
