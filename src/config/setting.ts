/** An environment variable, as documented in docs/configuration.md. */
export interface SettingRow {
  readonly name: string;
  readonly kind: "text" | "number" | "list" | "flag";
  readonly description: string;
  /** The default as Markdown, or a description of it. */
  readonly defaultText: string;
}

const rows: SettingRow[] = [];

/**
 * Declares a property as an environment variable of the same name. The kind
 * says how its text is read; rules are class-validator's.
 */
export function Setting(
  kind: SettingRow["kind"],
  defaultText: string,
  description: string,
): PropertyDecorator {
  return (_target, name) => {
    rows.push({ name: String(name), kind, description, defaultText });
  };
}

/** All settings in the order of their declaration. */
export function settings(): readonly SettingRow[] {
  return rows;
}
