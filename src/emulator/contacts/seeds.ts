import type { SeedDirectory } from "../accounts/directory-seed.js";
import { SAMPLE_DIRECTORY } from "../accounts/sample-directory.js";
import type { Deletion } from "./contact-record.js";

/** Initial directory and contacts of an emulator. */
export interface Seed {
  readonly directory: SeedDirectory;
  readonly contacts: readonly SeedContact[];
}

export interface SeedContact {
  readonly contactId: string;
  readonly name: string;
  readonly emailAddress: string;
  readonly phoneNumber?: string;
  readonly title: string;
  readonly messageTypes: readonly string[];
  readonly status: "Verifying" | "Active" | "Deleting";
  /** `YYYY-MM-DD HH:mm:ss`, UTC+8 */
  readonly createDate: string;
  readonly bindings?: readonly SeedBinding[];
  /**
   * Pending targets. Default: for a contact in Verifying, its address and number; otherwise
   * none. For an Active contact, each is a change that is not applied yet.
   */
  readonly pendingTargets?: readonly SeedPending[];
  /**
   * The verified values. Default: all values, except the pending ones of a contact in
   * Verifying.
   */
  readonly verifiedTargets?: readonly string[];
  /** The deletion of a contact in Deleting starts when the seed is loaded, unless given here. */
  readonly deletion?: Deletion;
}

/** A pending target, optionally with its start time in milliseconds since 1970. */
export type SeedPending =
  string | { readonly target: string; readonly openedAt: number };

export interface SeedBinding {
  readonly targetId: string;
  /** `YYYY-MM-DD HH:mm:ss`, UTC+8 */
  readonly associatedDate: string;
}

/** The sample directory with twelve contacts. The ids never change. */
export const SAMPLE_SEED: Seed = {
  directory: SAMPLE_DIRECTORY,
  contacts: [
    {
      contactId: "c-qL4HqKONzOM7aB3d",
      name: "tom",
      emailAddress: "tom@example.com",
      phoneNumber: "86-13900001234",
      title: "TechnicalDirector",
      messageTypes: ["AccountExpenses"],
      status: "Active",
      createDate: "2023-03-27 17:19:21",
      bindings: [
        {
          targetId: "fd-ZDNPiT7a4K",
          associatedDate: "2023-03-27 17:25:03",
        },
      ],
    },
    {
      contactId: "c-W8rT2yXn5KpVb0Qa",
      name: "张三",
      emailAddress: "zhangsan@example.com",
      phoneNumber: "86-13900000001",
      title: "MaintenanceDirector",
      messageTypes: ["FaultMessage", "SecurityMessage"],
      status: "Active",
      createDate: "2023-04-02 09:12:40",
      bindings: [
        { targetId: "rd-3gqx5n", associatedDate: "2023-04-02 10:00:00" },
      ],
    },
    {
      contactId: "c-u3MZ9cGd7sLfE1Yh",
      name: "Lisa",
      emailAddress: "lisa@example.com",
      phoneNumber: "86-13900000002",
      title: "FinanceDirector",
      messageTypes: ["AccountExpenses", "ServiceMessage"],
      status: "Active",
      createDate: "2023-05-18 14:03:55",
      bindings: [
        { targetId: "r-Zj29gL", associatedDate: "2023-05-18 14:30:12" },
      ],
    },
    {
      contactId: "c-B6kJ4wNq8xRoT5Cv",
      name: "李四",
      emailAddress: "lisi@example.com",
      title: "ProjectDirector",
      messageTypes: ["ServiceMessage", "ProductMessage"],
      status: "Active",
      createDate: "2023-06-01 08:00:00",
      bindings: [
        {
          targetId: "fd-Qm81rWc5Xe",
          associatedDate: "2023-06-01 08:05:31",
        },
        {
          targetId: "1997968394350001",
          associatedDate: "2023-07-11 16:44:09",
        },
      ],
    },
    {
      contactId: "c-p0SgA2eH6iUzD9Fm",
      name: "Marta",
      emailAddress: "marta@example.com",
      phoneNumber: "86-13900000003",
      title: "CEO",
      messageTypes: ["SecurityMessage"],
      status: "Active",
      createDate: "2023-08-21 11:37:02",
      pendingTargets: ["marta.new@example.com"],
    },
    {
      contactId: "c-X1vOq7bK3tJyW8Ln",
      name: "王五",
      emailAddress: "wangwu@example.com",
      phoneNumber: "86-13900000004",
      title: "TechnicalDirector",
      messageTypes: ["FaultMessage"],
      status: "Active",
      createDate: "2023-09-09 19:20:21",
      pendingTargets: ["wangwu.ops@example.com", "86-13900000044"],
      bindings: [
        {
          targetId: "fd-H3vLk9Bz2s",
          associatedDate: "2023-09-10 08:00:00",
        },
      ],
    },
    {
      contactId: "c-r5IfC8dP0gNmZ4Ek",
      name: "Ben",
      emailAddress: "ben@example.com",
      phoneNumber: "86-13900000005",
      title: "Other",
      messageTypes: ["ActivityMessage", "ProductMessage"],
      status: "Verifying",
      createDate: "2023-11-30 10:10:10",
    },
    {
      contactId: "c-T9xYh2sB6uRaQ3Wj",
      name: "赵六",
      emailAddress: "zhaoliu@example.com",
      title: "MaintenanceDirector",
      messageTypes: ["FaultMessage", "ServiceMessage"],
      status: "Verifying",
      createDate: "2023-12-04 15:45:30",
    },
    {
      contactId: "c-D7eLz1oV5kMpX0Gt",
      name: "Olga",
      emailAddress: "olga@example.com",
      phoneNumber: "86-13900000006",
      title: "FinanceDirector",
      messageTypes: ["AccountExpenses"],
      status: "Active",
      createDate: "2023-12-11 07:55:00",
      bindings: [
        {
          targetId: "1997968394350002",
          associatedDate: "2023-12-11 08:00:00",
        },
        {
          targetId: "1997968394350003",
          associatedDate: "2023-12-11 08:00:00",
        },
      ],
    },
    {
      contactId: "c-H4nUc6jS8wFiB2Ry",
      name: "陈晨",
      emailAddress: "chenchen@example.com",
      phoneNumber: "86-13900000007",
      title: "Other",
      messageTypes: ["SecurityMessage", "FaultMessage"],
      status: "Active",
      createDate: "2023-12-15 13:26:47",
    },
    {
      contactId: "c-K2aQv9mE4zTxO7Pd",
      name: "Diego",
      emailAddress: "diego@example.com",
      title: "TechnicalDirector",
      messageTypes: ["ServiceMessage", "FaultMessage", "SecurityMessage"],
      status: "Active",
      createDate: "2023-12-20 18:08:18",
      bindings: [
        {
          targetId: "1997968394350005",
          associatedDate: "2023-12-21 09:00:00",
        },
      ],
    },
    {
      contactId: "c-N8yGw3rC1lIhJ6Us",
      name: "孙Alex",
      emailAddress: "alex.sun@example.com",
      phoneNumber: "86-13900000008",
      title: "ProjectDirector",
      messageTypes: ["ServiceMessage"],
      status: "Active",
      createDate: "2023-12-28 20:31:59",
    },
  ],
};

/** The same directory without contacts. */
export const EMPTY_SEED: Seed = { directory: SAMPLE_DIRECTORY, contacts: [] };

/** Seeds by name. */
export const NAMED_SEEDS = { sample: SAMPLE_SEED, empty: EMPTY_SEED } as const;

export type SeedName = keyof typeof NAMED_SEEDS;
