import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import ts from "typescript";
import { describeSettings } from "../emulator/settings.js";

const NAME = "EmulatorSettings";

const COMPILED = fileURLToPath(new URL("../", import.meta.url));

/** `await using` needs these types, also where the types of Node.js are not installed. */
const HEADER = '/// <reference lib="esnext.disposable" />\n';

/** The type declarations of the package's public API, in one file without imports of packages. */
export async function packageTypes(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "package-types-"));
  try {
    for (const name of ["emulator", "test-package"]) {
      await cp(join(COMPILED, name), join(folder, name), {
        recursive: true,
        filter: (path) => !path.endsWith(".js") && !path.endsWith(".map"),
      });
    }
    const settings = join(folder, "emulator/settings.d.ts");
    await writeFile(settings, settingsTypes(await readFile(settings, "utf8")));
    const bundle = await rollup({
      input: join(folder, "test-package/index.d.ts"),
      plugins: [dts()],
      external: /^[^./]/,
    });
    const { output } = await bundle.generate({ format: "es" });
    const [{ code, imports }] = output;
    if (imports.length > 0) {
      throw new Error(`The public types need ${imports.join(", ")}.`);
    }
    return HEADER + code;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * The compiled declarations of the settings, with each setting written out: its type, its
 * description and its default. As compiled, they refer to the table of settings, which has no
 * comments and needs the types of the validation library.
 */
function settingsTypes(compiled: string): string {
  const types = new Map<string, string>();
  let alias: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isPropertySignature(node) && node.type !== undefined) {
      const { type } = node;
      const [value] =
        (ts.isTypeReferenceNode(type) ? type.typeArguments : undefined) ?? [];
      if (value !== undefined) types.set(node.name.getText(), value.getText());
    }
    if (ts.isTypeAliasDeclaration(node) && node.name.text === NAME) {
      alias = node;
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("", compiled, ts.ScriptTarget.ESNext, true));
  if (alias === undefined) throw new Error(`${NAME} is not declared`);
  const members = describeSettings().flatMap(({ name, sentence, initial }) => {
    const type = types.get(name);
    if (type === undefined) throw new Error(`${name} has no compiled type`);
    return [
      `  /** ${sentence} Default: \`${JSON.stringify(initial)}\`. */`,
      `  readonly ${name}: ${type};`,
    ];
  });
  const written = [`export interface ${NAME} {`, ...members, "}"].join("\n");
  return `${compiled.slice(0, alias.getStart())}${written}${compiled.slice(alias.end)}`;
}
