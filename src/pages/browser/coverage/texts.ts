/** Texts of the page in one language. */
export type Texts = Readonly<Record<keyof typeof EN, string>>;

const EN = {
  SECURITY_MESSAGE: "Security",
  FAULT_MESSAGE: "Faults",
  ACCOUNT_EXPENSES: "Expenses",
  SERVICE_MESSAGE: "Service",
  ACTIVITY_MESSAGE: "Events",
  PRODUCT_MESSAGE: "Product news",
  NOBODY: "nobody",
  ONLY_UNVERIFIED: "unverified: {n}",
  TOO_FEW: "{n} of {min}",
  covered: "{n} bound",
  folderCovered: "all covered",
  folderGaps: "{n} without",
  accountsWithGaps: "Accounts with gaps",
  ofAccounts: "of {n} accounts",
  noGaps: "No gaps",
  coveredOf: "{n} of {total} covered",
  nobodyAccounts: "{n} nobody",
  unverifiedAccounts: "{n} unverified",
  fewAccounts: "{n} too few",
  account: "Folder or account",
  accountCount: "{n} accounts",
  oneAccount: "1 account",
  noAccount: "no accounts",
  table: "Bound contacts of each account, by message type",
  loading: "Reading all accounts and contacts…",
  noRows: "No account matches the filter.",
  allCovered:
    "Every account has enough active bound contacts for each of these message types.",
  noAccounts: "The directory has no member accounts.",
  noAccountsUnder: "There are no member accounts below this folder.",
  noTarget: "Enter the path, the name or the ID of one folder or account.",
  failed: "The report could not be made",
  failedNote: "This does not mean that there are no gaps.",
  explain: "What this means",
  signIn: "Sign in",
  signedIn: "Signed in",
  readAt: "Read at {time}",
  noTypes: "Choose at least one message type.",
} as const;

const ZH: Texts = {
  SECURITY_MESSAGE: "安全消息",
  FAULT_MESSAGE: "故障消息",
  ACCOUNT_EXPENSES: "账户资金",
  SERVICE_MESSAGE: "服务消息",
  ACTIVITY_MESSAGE: "活动消息",
  PRODUCT_MESSAGE: "产品消息",
  NOBODY: "无联系人",
  ONLY_UNVERIFIED: "未验证：{n}",
  TOO_FEW: "{n} / {min}",
  covered: "已绑定 {n}",
  folderCovered: "全部覆盖",
  folderGaps: "{n} 个缺口",
  accountsWithGaps: "存在缺口的账号",
  ofAccounts: "共 {n} 个账号",
  noGaps: "无缺口",
  coveredOf: "{total} 个中 {n} 个已覆盖",
  nobodyAccounts: "无联系人 {n}",
  unverifiedAccounts: "未验证 {n}",
  fewAccounts: "不足 {n}",
  account: "文件夹或账号",
  accountCount: "{n} 个账号",
  oneAccount: "1 个账号",
  noAccount: "无账号",
  table: "各账号按消息类型绑定的联系人",
  loading: "正在读取全部账号和联系人…",
  noRows: "没有符合筛选条件的账号。",
  allCovered: "每个账号的每种消息类型都绑定了足够的已生效联系人。",
  noAccounts: "该目录没有成员账号。",
  noAccountsUnder: "该文件夹下没有成员账号。",
  noTarget: "请输入一个文件夹或账号的路径、名称或 ID。",
  failed: "无法生成报告",
  failedNote: "这并不表示没有缺口。",
  explain: "错误说明",
  signIn: "登录",
  signedIn: "已登录",
  readAt: "读取时间 {time}",
  noTypes: "请至少选择一种消息类型。",
};

/** Texts in the language of the page. */
export const textsOf = (language: string): Texts =>
  language.startsWith("zh") ? ZH : EN;

/** Replaces `{name}` by the value of that name. Groups digits as both languages do. */
export function fill(
  text: string,
  values: Readonly<Record<string, string | number>>,
): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? value.toLocaleString("en") : value;
  });
}
