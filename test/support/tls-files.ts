import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Paths of a private authority, of a server for `localhost` and of a client. */
export interface TlsFiles {
  readonly ca: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
  remove(): void;
}

/** Makes keys and certificates with openssl. */
export function makeTlsFiles(): TlsFiles {
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  const path = (name: string): string => join(folder, name);
  const make = (name: string, ...args: string[]): void => {
    const { status, stderr } = spawnSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
        ...["-pkeyopt", "ec_paramgen_curve:prime256v1"],
        ...["-subj", `/CN=${name}`, "-keyout", path(`${name}.key`)],
        ...["-out", path(`${name}.pem`), ...args],
      ],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
  };
  make("ca");
  const signed = ["-CA", path("ca.pem"), "-CAkey", path("ca.key")];
  const usage = (value: string): string[] => [
    ...["-addext", `extendedKeyUsage=${value}`],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
  ];
  make(
    "server",
    ...signed,
    ...usage("serverAuth"),
    ...["-addext", "subjectAltName=DNS:localhost"],
  );
  make("client", ...signed, ...usage("clientAuth"));
  return {
    ca: path("ca.pem"),
    serverCertificate: path("server.pem"),
    serverKey: path("server.key"),
    clientCertificate: path("client.pem"),
    clientKey: path("client.key"),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
