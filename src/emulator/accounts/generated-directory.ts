import type { DirectorySize } from "./directory-change.js";
import type {
  SeedDirectory,
  SeedFolder,
  SeedMember,
} from "./directory-seed.js";

const AREAS = ["retail", "logistics", "finance", "research", "media", "games"];
const STAGES = ["production", "staging", "test", "sandbox"];
const SYSTEMS = [
  "web",
  "api",
  "orders",
  "billing",
  "search",
  "mail",
  "data",
  "backup",
];

/** The vendor's limit of folder levels below the root folder (documented). */
const MAX_LEVELS = 5;

/** First generated account id; the lower ones belong to the base of the sample. */
const FIRST_ACCOUNT = 1_997_968_394_351_000n;

const STEP_MS = 8 * 60 * 60 * 1_000;
const FIRST_JOIN_MS = Date.UTC(2023, 0, 2);

/**
 * Adds generated folders and accounts to a directory until it has the given size. The same
 * size always gives the same ids, names and places.
 */
export function generatedDirectory(
  base: SeedDirectory,
  { accounts, folders }: Required<DirectorySize>,
): SeedDirectory {
  const allFolders = [...base.folders.slice(0, folders)];
  const levels = new Map<string, number>([[base.rootFolderId, 0]]);
  for (const folder of allFolders) {
    const parent = folder.parentId ?? base.rootFolderId;
    levels.set(folder.folderId, (levels.get(parent) ?? 0) + 1);
  }
  for (let n = allFolders.length; n < folders; n += 1) {
    const folder = generatedFolder(base, allFolders, levels, n);
    allFolders.push(folder);
  }
  const parents = [base.rootFolderId, ...allFolders.map((f) => f.folderId)];
  const members = [...base.members.slice(0, accounts)].filter(
    ({ folderId = base.rootFolderId }) => parents.includes(folderId),
  );
  for (let n = members.length; n < accounts; n += 1) {
    members.push(generatedMember(parents, n));
  }
  return { ...base, folders: allFolders, members };
}

function generatedFolder(
  { rootFolderId }: SeedDirectory,
  others: readonly SeedFolder[],
  levels: Map<string, number>,
  n: number,
): SeedFolder {
  const folderId = `fd-Gen${String(n).padStart(7, "0")}`;
  // Each folder but the first few gets about four folders, down to the deepest level.
  const candidate = others[Math.floor((n - 3) / 4)];
  const isDeep = (levels.get(candidate?.folderId ?? "") ?? 0) >= MAX_LEVELS;
  const parentId =
    n < 9 || candidate === undefined || isDeep ? undefined : candidate.folderId;
  levels.set(folderId, (levels.get(parentId ?? rootFolderId) ?? 0) + 1);
  const names = parentId === undefined ? AREAS : STAGES;
  return {
    folderId,
    name: `${names[n % names.length] ?? ""}-${n}`,
    ...(parentId === undefined ? {} : { parentId }),
  };
}

function generatedMember(parents: readonly string[], n: number): SeedMember {
  const area = AREAS[n % AREAS.length] ?? "";
  const system = SYSTEMS[Math.floor(n / AREAS.length) % SYSTEMS.length] ?? "";
  const stage = STAGES[Math.floor(n / 3) % STAGES.length] ?? "";
  const folderId = parents[(n * 7) % parents.length];
  return {
    accountId: String(FIRST_ACCOUNT + BigInt(n)),
    name: `${area}-${system}-${n}`,
    ...(folderId === undefined ? {} : { folderId }),
    status: n % 5 === 0 ? "InviteSuccess" : "CreateSuccess",
    joinTime: new Date(FIRST_JOIN_MS + n * STEP_MS).toISOString(),
    tags:
      n % 10 === 9
        ? []
        : [
            { key: "stage", value: stage },
            { key: "area", value: area },
          ],
  };
}
