/** One environment variable: a row of the table in docs/configuration.md. */
export interface SettingRow {
  readonly name: string;
  readonly kind: "text" | "number" | "list" | "flag";
  readonly sentence: string;
  /** The default in words, where the value alone does not say it. */
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
  sentence: string,
): PropertyDecorator {
  return (_target, name) => {
    rows.push({ name: String(name), kind, sentence, defaultText });
  };
}

/** All settings in the order of their declaration. */
export function settings(): readonly SettingRow[] {
  return rows;
}
