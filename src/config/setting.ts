import "reflect-metadata";

/** An environment variable, as documented in docs/configuration.md. */
export interface SettingRow {
  readonly name: string;
  readonly kind: "text" | "number" | "list" | "flag";
  readonly description: string;
  /** The default as Markdown, or a description of it. */
  readonly defaultText: string;
}

const METADATA_KEY = "message-contacts:settings";

/**
 * Declares a property as an environment variable of the same name. The kind determines
 * how its text is parsed; rules are those of class-validator.
 */
export function Setting(
  kind: SettingRow["kind"],
  defaultText: string,
  description: string,
): PropertyDecorator {
  return (prototype, name) => {
    const row = { name: String(name), kind, description, defaultText };
    const rows = [...rowsOf(prototype), row];
    Reflect.defineMetadata(METADATA_KEY, rows, prototype);
  };
}

/** The settings that a class declares, in the order of declaration. */
export function settingsOf(group: new () => object): readonly SettingRow[] {
  return rowsOf(group.prototype as object);
}

function rowsOf(prototype: object): readonly SettingRow[] {
  const rows: unknown = Reflect.getOwnMetadata(METADATA_KEY, prototype);
  return (rows ?? []) as readonly SettingRow[];
}
