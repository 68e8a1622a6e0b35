/** One instruction of a Dockerfile. */
export interface Instruction {
  readonly name: string;
  /** `--name=value` before the arguments. */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows, as written. */
  readonly text: string;
  /** The elements of the exec form; null for the shell form. */
  readonly exec: readonly string[] | null;
}

/** From one FROM to the next. */
export interface Stage {
  readonly from: string;
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile; arguments before the first stage are dropped. */
export function stagesOf(dockerfile: string): Stage[] {
  const stages: { from: string; name: string | null; list: Instruction[] }[] =
    [];
  const lines = dockerfile
    .split("\n")
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n");
  for (const line of lines) {
    const instruction = parsed(line);
    if (instruction.name === "FROM") {
      const [from = "", , name = null] = instruction.text.split(/\s+/);
      stages.push({ from, name, list: [] });
    } else stages.at(-1)?.list.push(instruction);
  }
  return stages.map(({ from, name, list }) => ({
    from,
    name,
    instructions: list,
  }));
}

function parsed(line: string): Instruction {
  const [, name = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
  const flags: Record<string, string> = {};
  let text = rest;
  for (;;) {
    const flag = /^--([\w-]+)=(\S+)\s+/.exec(text);
    if (flag === null) break;
    flags[flag[1] ?? ""] = flag[2] ?? "";
    text = text.slice(flag[0].length);
  }
  const list = text.replace(/^CMD\s+/, "");
  const exec = list.startsWith("[") ? (JSON.parse(list) as string[]) : null;
  return { name: name.toUpperCase(), flags, text, exec };
}
