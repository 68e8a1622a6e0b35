import type { Sentence } from "../../errors/error-codes.js";
import { PlanProblemCode } from "../shapes/enums.js";

/** Why a plan cannot be applied. Contains no personal data except names of contacts. */
export interface PlanProblem {
  readonly code: PlanProblemCode;
  /** Path into the input, such as `["contacts", "3", "targets", "0"]`. */
  readonly field: readonly string[];
  readonly sentence: Sentence;
}

/** Path of a field of one contact of the input. */
export function fieldOf(index: number, ...path: string[]): string[] {
  return ["contacts", String(index), ...path];
}

/** Maximum number of problems of a plan: an input can have 50,000 unknown targets. */
export const MAX_PROBLEMS = 100;

/** Maximum number of candidates that a message lists. */
const MAX_LISTED = 5;

function listed(names: readonly string[], separator: string): string {
  const shown = names.slice(0, MAX_LISTED);
  return [...shown, ...(names.length > shown.length ? ["…"] : [])].join(
    separator,
  );
}

/** One function for each problem; each gives the sentence in both languages. */
export const PROBLEMS = {
  duplicateName: (index: number, name: string, first: number): PlanProblem => ({
    code: PlanProblemCode.DUPLICATE_NAME,
    field: fieldOf(index, "name"),
    sentence: {
      en: `The name ${name} occurs twice: first in contacts.${first}.`,
      zh: `名称 ${name} 重复出现：首次出现在 contacts.${first}。`,
    },
  }),
  duplicateId: (index: number, id: string, first: number): PlanProblem => ({
    code: PlanProblemCode.DUPLICATE_ID,
    field: fieldOf(index, "id"),
    sentence: {
      en: `The ID ${id} occurs twice: first in contacts.${first}.`,
      zh: `联系人 ID ${id} 重复出现：首次出现在 contacts.${first}。`,
    },
  }),
  missingField: (index: number, name: string, field: string): PlanProblem => ({
    code: PlanProblemCode.MISSING_FIELD,
    field: fieldOf(index, field),
    sentence: {
      en: `${name} does not exist yet. A new contact needs ${field}.`,
      zh: `联系人 ${name} 尚不存在。新联系人必须提供 ${field}。`,
    },
  }),
  nameTaken: (index: number, name: string): PlanProblem => ({
    code: PlanProblemCode.NAME_TAKEN,
    field: fieldOf(index, "name"),
    sentence: {
      en: `Another contact has the name ${name}, and the input does not rename it. Rename or delete that contact first.`,
      zh: `名称 ${name} 已被另一个联系人使用，且该联系人未在本次变更中改名。请先修改该联系人的名称或将其删除。`,
    },
  }),
  nameCycle: (index: number, name: string): PlanProblem => ({
    code: PlanProblemCode.NAME_CYCLE,
    field: fieldOf(index, "name"),
    sentence: {
      en: `Contacts exchange names, and ${name} is one of them. Give one of them another name first.`,
      zh: `多个联系人互换名称，其中包括 ${name}。请先为其中一个联系人设置其他名称。`,
    },
  }),
  beingDeleted: (index: number, name: string): PlanProblem => ({
    code: PlanProblemCode.BEING_DELETED,
    field: fieldOf(index),
    sentence: {
      en: `${name} is being deleted. Wait until the deletion has finished.`,
      zh: `联系人 ${name} 正在删除中。请等待删除完成。`,
    },
  }),
  unknownTarget: (
    index: number,
    position: number,
    target: string,
  ): PlanProblem => ({
    code: PlanProblemCode.UNKNOWN_TARGET,
    field: fieldOf(index, "targets", String(position)),
    sentence: {
      en: `The directory has no folder or account ${target}.`,
      zh: `资源目录中不存在文件夹或成员账号 ${target}。`,
    },
  }),
  ambiguousTarget: (
    index: number,
    position: number,
    target: string,
    ids: readonly string[],
  ): PlanProblem => ({
    code: PlanProblemCode.AMBIGUOUS_TARGET,
    field: fieldOf(index, "targets", String(position)),
    sentence: {
      en: `${ids.length} folders or accounts are called ${target}: ${listed(ids, ", ")}. Use an ID or a path.`,
      zh: `有 ${ids.length} 个文件夹或成员账号名为 ${target}：${listed(ids, "、")}。请使用 ID 或路径。`,
    },
  }),
  tooManyTargets: (
    index: number,
    name: string,
    count: number,
    limit: number,
  ): PlanProblem => ({
    code: PlanProblemCode.TOO_MANY_TARGETS,
    field: fieldOf(index, "targets"),
    sentence: {
      en: `${name} would have ${count} targets; the quota is ${limit}.`,
      zh: `联系人 ${name} 将绑定 ${count} 个目标，超出配额 ${limit}。`,
    },
  }),
  /** Too many contacts, also after the deletions. */
  tooManyContacts: (after: number, limit: number): PlanProblem => ({
    code: PlanProblemCode.TOO_MANY_CONTACTS,
    field: ["contacts"],
    sentence: {
      en: `The directory would have ${after} contacts; the quota is ${limit}.`,
      zh: `资源目录将包含 ${after} 个联系人，超出配额 ${limit}。`,
    },
  }),
  /**
   * Too many contacts only until the deletions, which come last.
   *
   * @param peak number of contacts before the deletions
   * @param added names of the contacts that the plan adds
   * @param deleted names of the contacts that it deletes
   */
  tooManyBeforeDeletions: (
    peak: number,
    limit: number,
    added: readonly string[],
    deleted: readonly string[],
  ): PlanProblem => ({
    code: PlanProblemCode.TOO_MANY_CONTACTS,
    field: ["contacts"],
    sentence: {
      en: `Deletions come last, so the directory would have ${peak} contacts before them; the quota is ${limit}. Apply the input in two steps: first without its new contacts (${listed(added, ", ")}), which deletes ${listed(deleted, ", ")}; then the whole input.`,
      zh: `删除操作在最后执行，因此删除之前资源目录将包含 ${peak} 个联系人，超出配额 ${limit}。请分两步执行：先执行不含新联系人（${listed(added, "、")}）的输入，以删除 ${listed(deleted, "、")}；再执行完整的输入。`,
    },
  }),
  wouldDeleteAll: (count: number): PlanProblem => ({
    code: PlanProblemCode.WOULD_DELETE_ALL,
    field: ["contacts"],
    sentence: {
      en: `The input has no contact, so prune would delete all ${count} contacts.`,
      zh: `输入中没有任何联系人，prune 将删除全部 ${count} 个联系人。`,
    },
  }),
};
