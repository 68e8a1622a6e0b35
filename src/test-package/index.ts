/**
 * Public API of the package for test suites. Everything that is exported here, and nothing
 * else, is part of its type declarations.
 */
export {
  startEmulator,
  type EmulatorOptions,
  type RunningEmulator,
} from "../emulator/emulator.server.js";
export { ControlInputError } from "../emulator/schema.js";
export type {
  ClockReading,
  EmulatorControl,
  ShownKey,
  Snapshot,
  VerificationChoice,
} from "../emulator/control/emulator-control.js";
export type { TimeSource } from "../emulator/clock.js";
export type {
  Seed,
  SeedBinding,
  SeedContact,
  SeedName,
} from "../emulator/contacts/seeds.js";
export type {
  SeedDirectory,
  SeedFolder,
  SeedMember,
  SeedTag,
} from "../emulator/accounts/directory-seed.js";
export type {
  DirectoryChange,
  DirectorySize,
} from "../emulator/accounts/directory-change.js";
export type { SentMessage } from "../emulator/contacts/outbox.js";
export type { DeletionFailureRule } from "../emulator/contacts/contact-store.js";
export type { FaultInput, FaultRule } from "../emulator/faults/faults.js";
export type { FaultEffect } from "../emulator/faults/fault-kinds.js";
export type { EmulatorSettings } from "../emulator/settings.js";
export type { AccessKeyInput } from "../emulator/state/access-keys.js";
export type { CallEntry } from "../emulator/state/call-record.js";
export {
  startGateway,
  type GatewayOptions,
  type RunningGateway,
} from "./start-gateway.js";
