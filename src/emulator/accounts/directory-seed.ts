/** Initial directory of an emulator. */
export interface SeedDirectory {
  /** `rd-…` */
  readonly directoryId: string;
  /** `r-…` */
  readonly rootFolderId: string;
  /** Default: `1997968394350000`. */
  readonly managementAccountId?: string;
  readonly folders: readonly SeedFolder[];
  readonly members: readonly SeedMember[];
}

export interface SeedFolder {
  /** `fd-…` */
  readonly folderId: string;
  readonly name: string;
  /** Default: the root folder. */
  readonly parentId?: string;
  readonly tags?: readonly SeedTag[];
}

export interface SeedMember {
  /** Digits only; 16 in newer accounts. */
  readonly accountId: string;
  /** Display name. */
  readonly name: string;
  /** Default: the root folder. */
  readonly folderId?: string;
  /** How the account joined. Default: `CreateSuccess`. */
  readonly status?: string;
  /** ISO 8601 in UTC. Default: `2023-01-01T00:00:00.000Z`. */
  readonly joinTime?: string;
  /** State of the account's deletion. Default: none. */
  readonly deletionStatus?: string;
  readonly tags?: readonly SeedTag[];
}

export interface SeedTag {
  readonly key: string;
  readonly value: string;
}

/** Management account of a directory whose seed names none. */
export const DEFAULT_MANAGEMENT_ACCOUNT = "1997968394350000";
