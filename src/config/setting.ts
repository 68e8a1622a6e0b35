import "reflect-metadata";

/** An environment variable, as documented in docs/configuration.md. */
export interface SettingRow {
  readonly name: string;
  readonly kind: "text" | "number" | "list" | "flag";
  readonly description: string;
  /** The default as Markdown, or a description of it. */
  readonly defaultText: string;
  /** Another name of the variable, which takes precedence. */
  readonly alias?: string;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const METADATA_KEY = "message-contacts:settings";

/**
 * Declares a property as an environment variable of the same name. The kind determines
 * how its text is parsed; rules are those of class-validator.
 *
 * @param alias another name of the variable, which takes precedence
 */
export function Setting(
  kind: SettingRow["kind"],
  defaultText: string,
  description: string,
  alias?: string,
): PropertyDecorator {
  return (prototype, name) => {
    const row: SettingRow = {
      name: String(name),
      kind,
      description,
      defaultText,
      ...(alias === undefined ? {} : { alias }),
    };
    const rows = [...rowsOf(prototype), row];
    Reflect.defineMetadata(METADATA_KEY, rows, prototype);
  };
}

/** The settings that a class declares, in the order of declaration. */
export function settingsOf(group: new () => object): readonly SettingRow[] {
  return rowsOf(group.prototype as object);
}

/** The text of a variable without surrounding white space; undefined if it is empty. */
export function textOf(
  { name, alias }: Pick<SettingRow, "name" | "alias">,
  environment: Environment,
): string | undefined {
  const names = alias === undefined ? [name] : [alias, name];
  return names
    .map((one) => environment[one]?.trim())
    .find((text) => text !== undefined && text !== "");
}

function rowsOf(prototype: object): readonly SettingRow[] {
  const rows: unknown = Reflect.getOwnMetadata(METADATA_KEY, prototype);
  return (rows ?? []) as readonly SettingRow[];
}
