import { readCredentialsFile } from "../../config/files/credentials-file.js";
import { fileVersion } from "../../config/files/file-version.js";
import { ReportLimit } from "../../logging/output.js";
import { CredentialsError } from "./credentials.js";
import type { Credentials, CredentialsProvider } from "./signer.js";

/** Minimum interval between two looks at a file. */
const CHECK_INTERVAL_MS = 1_000;

/** Called when new credentials are in use (null), and when a file cannot be used. */
export type OnCredentialsChange = (failure: string | null) => void;

/** Whether any of several files has changed; looks at most once per second. */
export class ChangedFiles {
  private seen: string;
  private checkedAtMs: number;

  constructor(
    private readonly paths: readonly string[],
    private readonly now: () => number = Date.now,
  ) {
    this.seen = this.versions();
    this.checkedAtMs = now();
  }

  /** True once for each change. */
  get haveChanged(): boolean {
    const nowMs = this.now();
    if (Math.abs(nowMs - this.checkedAtMs) < CHECK_INTERVAL_MS) return false;
    this.checkedAtMs = nowMs;
    const versions = this.versions();
    if (versions === this.seen) return false;
    this.seen = versions;
    return true;
  }

  /** Reports the files as changed at the next look. */
  forget(): void {
    this.seen = "";
  }

  private versions(): string {
    return this.paths.map(fileVersion).join();
  }
}

/**
 * Credentials of a JSON file, which is read again when it changes. No timer runs: a call
 * that needs credentials looks at the file, at most once per second. While the file is
 * missing or invalid, the last credentials stay in use.
 */
export class RotatingCredentials implements CredentialsProvider {
  private current: Credentials | null = null;
  private readonly files: ChangedFiles;
  private report = new ReportLimit();

  constructor(
    private readonly path: string,
    private readonly onChange: OnCredentialsChange = () => undefined,
    now?: () => number,
  ) {
    this.files = new ChangedFiles([path], now);
  }

  /** @throws {CredentialsError} if the file has never been usable */
  getCredentials(): Promise<Credentials> {
    const isFirst = this.current === null;
    if (isFirst || this.files.haveChanged) this.read(isFirst);
    return this.current === null
      ? Promise.reject(new CredentialsError(true, "CREDENTIALS_FILE"))
      : Promise.resolve(this.current);
  }

  private read(isFirst: boolean): void {
    const { value, problems } = readCredentialsFile(this.path);
    if (value === null) {
      this.files.forget();
      if (this.report.isDue) this.onChange(problems[0] ?? "unknown");
      return;
    }
    this.report = new ReportLimit();
    const isSame =
      value.accessKeyId === this.current?.accessKeyId &&
      value.accessKeySecret === this.current.accessKeySecret &&
      value.securityToken === this.current.securityToken;
    this.current = value;
    if (!isFirst && !isSame) this.onChange(null);
  }
}
