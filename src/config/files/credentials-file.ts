import { z } from "zod";
import { readJsonFile, type Parsed } from "./json-file.js";

const text = z.string("must be a text").trim().min(1, "must not be empty");

/** Members that the vendor's responses of STS have besides these are ignored. */
const SCHEMA = z.object(
  {
    accessKeyId: text,
    accessKeySecret: text,
    securityToken: text.optional(),
  },
  "must be a JSON object",
);

/** Vendor credentials as a file contains them. */
export interface FileCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/**
 * Reads `{"accessKeyId", "accessKeySecret", "securityToken"}`; the token is optional.
 * Problems name a member and never a value.
 */
export function readCredentialsFile(path: string): Parsed<FileCredentials> {
  const file = readJsonFile(path, SCHEMA);
  if (file.value === null) return file;
  const { accessKeyId, accessKeySecret, securityToken } = file.value;
  return {
    value: {
      accessKeyId,
      accessKeySecret,
      ...(securityToken === undefined ? {} : { securityToken }),
    },
    problems: [],
  };
}
