import type { EmulatorSettings } from "../settings.js";

/** Documented in the descriptions of InvalidParameter.FolderId and .ParentFolderId. */
const DOCUMENTED = /^(?:r-[A-Za-z0-9]{6}|fd-[A-Za-z0-9]{10})$/;
const PREFIX = /^(?:r|fd)-/;

export function isFolderId(
  text: string,
  { folderIdForm }: EmulatorSettings,
): boolean {
  return (folderIdForm === "documented" ? DOCUMENTED : PREFIX).test(text);
}
