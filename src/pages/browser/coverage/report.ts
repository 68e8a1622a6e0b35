/** Coverage of one message type, as `GET /v1/coverage` returns it. */
export interface TypeCoverage {
  readonly messageType: string;
  readonly boundActive: number;
  readonly boundVerifying: number;
  readonly gap: "NOBODY" | "ONLY_UNVERIFIED" | "TOO_FEW" | null;
}

/** One account, as `GET /v1/coverage` returns it. */
export interface Account {
  readonly accountId: string;
  readonly accountName: string;
  readonly folderId: string;
  readonly hasGap: boolean;
  readonly messageTypes: readonly TypeCoverage[];
}

/** One folder, as `GET /v1/coverage` returns it. */
export interface Folder {
  readonly folderId: string;
  readonly name: string;
  readonly parentId: string | null;
}

/** Numbers of accounts for one message type. */
export interface TypeSummary {
  readonly messageType: string;
  readonly coveredAccounts: number;
  readonly nobodyAccounts: number;
  readonly onlyUnverifiedAccounts: number;
  readonly tooFewAccounts: number;
}

/** The whole report. */
export interface Report {
  readonly accounts: readonly Account[];
  /** Null when reading the names of folders would need too many calls. */
  readonly folders: readonly Folder[] | null;
  readonly summary: {
    readonly accounts: number;
    readonly accountsWithGaps: number;
    readonly messageTypes: readonly TypeSummary[];
  };
}
