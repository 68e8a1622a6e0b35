import {
  SharedStateUnavailable,
  type ScriptArgument,
  type SharedStore,
} from "../../src/shared-state/shared-store.js";

/** A store with scripted replies, which records its calls. */
export class StubStore implements SharedStore {
  isUnavailable = false;
  readonly isCluster = false;
  readonly asked: {
    readonly keys: readonly string[];
    readonly args: readonly ScriptArgument[];
  }[] = [];
  readonly published: string[] = [];
  private readonly listeners = new Map<string, (message: string) => void>();

  /** @param answers replies to scripts and reads, in order; unreachable after the last one */
  constructor(private readonly answers: unknown[] = []) {}

  get(key: string): Promise<string | null> {
    return this.answer(key) as Promise<string | null>;
  }

  async set(key: string, value: string): Promise<void> {
    await this.answer(key, value);
  }

  async remove(key: string): Promise<void> {
    await this.answer(key);
  }

  run(
    _script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    this.asked.push({ keys, args });
    return this.next();
  }

  runReplicated(
    script: string,
    keys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<unknown> {
    return this.run(script, keys, args);
  }

  publish(channel: string): void {
    this.published.push(channel);
  }

  subscribe(channel: string, listener: (message: string) => void): () => void {
    this.listeners.set(channel, listener);
    return () => this.listeners.delete(channel);
  }

  /** Delivers a message as if another replica had published it. */
  send(channel: string, message: string): void {
    this.listeners.get(channel)?.(message);
  }

  private answer(...args: string[]): Promise<unknown> {
    this.asked.push({ keys: args.slice(0, 1), args: args.slice(1) });
    return this.next();
  }

  private next(): Promise<unknown> {
    return this.isUnavailable || this.answers.length === 0
      ? Promise.reject(new SharedStateUnavailable())
      : Promise.resolve(this.answers.shift());
  }
}
