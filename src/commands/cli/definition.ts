/** An option of a command. */
export interface OptionDefinition {
  /** Name of the value in the help; absent for a switch. */
  readonly value?: string;
  readonly description: string;
}

/** A command line as its help describes it. */
export interface Definition {
  /** Ways to call the command, without its name. */
  readonly usage: readonly string[];
  /** What it does, in one sentence. */
  readonly summary: string;
  /** What it can do, by the first argument, if it has several actions. */
  readonly actions?: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, OptionDefinition>>;
  /** Number of arguments that are not options. */
  readonly maxArguments: number;
  /** Arguments as in `usage`, with an explanation each. */
  readonly examples: readonly (readonly [string, string])[];
  readonly exitCodes: Readonly<Record<number, string>>;
  /** Exit code for an invalid command line. Default: 2. */
  readonly usageExitCode?: number;
}

const SCOPES_VALUE = "scope,scope";

const USAGE_EXIT = { 2: "the command line is invalid" } as const;

/** All commands, by name. */
export const DEFINITIONS = {
  serve: {
    usage: [""],
    summary: "Runs the gateway until SIGTERM or SIGINT.",
    options: {},
    maxArguments: 0,
    examples: [
      ["", "on the embedded emulator, without configuration"],
      [
        "",
        "with a real vendor: set UPSTREAM_ENDPOINT, see docs/configuration.md",
      ],
    ],
    exitCodes: {
      0: "it was stopped and has finished its requests",
      1: "it cannot start, or it was stopped before its requests finished",
      ...USAGE_EXIT,
    },
  },
  doctor: {
    usage: ["[--changes]"],
    summary:
      "Checks the configuration and everything that the gateway depends on. Changes nothing and prints no secret.",
    options: {
      changes: {
        description:
          "also check the permission for each change, by calls for a contact that does not exist or without required parameters",
      },
    },
    maxArguments: 0,
    examples: [["", "with the environment that the gateway will have"]],
    exitCodes: {
      0: "the gateway can start",
      1: "a check failed",
      ...USAGE_EXIT,
    },
  },
  key: {
    usage: [
      "--caller <name> --scopes <scope,scope> [--directories <alias,alias>] [--expires <instant>]",
    ],
    summary:
      "Creates an API key, and prints it with the entry for API_KEYS_FILE, which contains only its hash.",
    options: {
      caller: {
        value: "name",
        description:
          "name of the caller: 1 to 64 characters of A-Z a-z 0-9 _ . : -",
      },
      scopes: { value: SCOPES_VALUE, description: "what the caller may do" },
      directories: {
        value: "alias,alias",
        description: "directories that the caller may use",
      },
      expires: {
        value: "instant",
        description: "when the key expires, such as 2027-01-31T00:00:00Z",
      },
    },
    maxArguments: 0,
    examples: [
      ["--caller billing --scopes contacts:read", "a key that may read"],
    ],
    exitCodes: { 0: "the key was printed", ...USAGE_EXIT },
  },
  policy: {
    usage: ["[--scopes <scope,scope>]"],
    summary:
      "Prints the smallest RAM policy for the gateway's AccessKey to serve these scopes.",
    options: {
      scopes: {
        value: SCOPES_VALUE,
        description: "scopes to serve (default: all)",
      },
    },
    maxArguments: 0,
    examples: [["--scopes contacts:read", "a policy for reading"]],
    exitCodes: { 0: "the policy was printed", ...USAGE_EXIT },
  },
  seed: {
    usage: [
      "<file.json> --emulator <url>",
      "<file.json> [--directory <alias>] [--yes]",
    ],
    summary:
      "Adds the contacts of a file that do not exist yet, to a running emulator or to the configured directory.",
    options: {
      emulator: {
        value: "url",
        description: "a running emulator, such as http://127.0.0.1:4010",
      },
      directory: {
        value: "alias",
        description: "which of several directories to use",
      },
      yes: { description: "add contacts to a directory without confirmation" },
    },
    maxArguments: 1,
    examples: [
      [
        "people.json --emulator http://127.0.0.1:4010",
        "contacts for the tests of a front end",
      ],
    ],
    exitCodes: {
      0: "all contacts exist now",
      1: "a contact was not added, or the file or the configuration is invalid",
      ...USAGE_EXIT,
    },
  },
  contacts: {
    usage: [
      "coverage [--fail-on-gaps] [--json]",
      "plan <file> [--prune] [--personal] [--json]",
      "apply <file> [--prune] [--json]",
      "import <file> [--prune] [--json]",
      "export [--format <csv|json|yaml>] [--personal]",
      "pending [--older <age>] [--channel <EMAIL|PHONE>] [--fail-on-pending] [--personal] [--json]",
      "watch-deletion <id> [--json]",
    ],
    summary:
      "Compares, exports and changes all contacts. With GATEWAY_URL (and GATEWAY_KEY if it has authentication), through a running gateway. Without it, directly with the vendor settings of the gateway: UPSTREAM_ENDPOINT and credentials, or DIRECTORIES_FILE.",
    actions: {
      coverage: "lists the accounts that have too few contacts",
      plan: "shows how the directory differs from a file; changes nothing",
      apply: "makes the directory match a file",
      import: "the same as apply",
      export: "prints all contacts as a file",
      pending: "lists the addresses and numbers that are not confirmed",
      "watch-deletion": "follows the deletion of a contact until it ends",
    },
    options: {
      directory: {
        value: "alias",
        description: "which of several directories to use",
      },
      "fail-on-gaps": { description: "exit with 2 if an account has a gap" },
      "fail-on-pending": {
        description: "exit with 2 if a verification is pending",
      },
      older: {
        value: "age",
        description:
          "only what the gateway has known for at least this long, such as 7d (units: s, m, h, d, w); requires GATEWAY_URL",
      },
      channel: {
        value: "EMAIL|PHONE",
        description: "only addresses, or only numbers",
      },
      prune: { description: "delete the contacts that the file does not name" },
      format: { value: "csv|json|yaml", description: "format (default: yaml)" },
      personal: { description: "print addresses and numbers" },
      json: {
        description:
          "print JSON for programs; npm run -s prints nothing else to standard output",
      },
    },
    maxArguments: 2,
    examples: [
      [
        "plan people.csv",
        "what differs from a file; exits with 2 if something differs",
      ],
      ["coverage --fail-on-gaps", "a check for a pipeline"],
      ["pending --older 7d", "what has been unconfirmed for a week"],
    ],
    exitCodes: {
      0: "there is no difference, all changes were made, or the contact was deleted",
      1: "it failed, a change or the deletion was not made, or the command line is invalid",
      2: "there are gaps (--fail-on-gaps), differences (plan) or pending verifications (--fail-on-pending)",
    },
    // A pipeline must not take a typing error for a difference.
    usageExitCode: 1,
  },
  emulator: {
    usage: [""],
    summary:
      "Runs the emulator of the vendor's API until SIGTERM or SIGINT. Its settings are EMULATOR_PORT (4010), EMULATOR_HOST (127.0.0.1) and EMULATOR_NAMES.",
    options: {},
    maxArguments: 0,
    examples: [["", "on http://127.0.0.1:4010"]],
    exitCodes: { 0: "it was stopped", 1: "it cannot start", ...USAGE_EXIT },
  },
} as const satisfies Readonly<Record<string, Definition>>;

/** Name of a command. */
export type CommandName = keyof typeof DEFINITIONS;

export const COMMAND_NAMES = Object.keys(DEFINITIONS) as CommandName[];

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(DEFINITIONS, name);
}
