import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A file above the base image. */
export interface ImageFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Builds and runs images without a daemon and without pulling anything. Containers are
 * isolated with chroot: they use the network of this machine.
 */
export class Buildah {
  private readonly storage: readonly string[];

  /** @param folder an empty folder for images and containers */
  constructor(private readonly folder: string) {
    this.storage = [
      ...["--root", join(folder, "storage")],
      ...["--runroot", join(folder, "run")],
      ...["--storage-driver", "vfs"],
    ];
  }

  /** Runs a command and returns its output. @throws {Error} with the output if it fails */
  run(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(
      "buildah",
      [...this.storage, ...args],
      { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
    );
    if (status !== 0) {
      throw new Error(`buildah ${args.join(" ")}:\n${stdout}\n${stderr}`);
    }
    return stdout.trim();
  }

  /** Makes an image of one layer from a folder. `env` holds `NAME=value`. */
  imageFrom(folder: string, name: string, env: readonly string[]): void {
    const container = this.run("from", "scratch");
    this.run("add", "--quiet", container, folder, "/");
    for (const variable of env) {
      this.run("config", "--env", variable, container);
    }
    this.run("commit", "--quiet", container, name);
    this.run("rm", container);
  }

  /** Builds a Dockerfile with this machine's npm settings and its cache of packages. */
  build(context: string, name: string, base: string): void {
    const volumes = [".npmrc", ".npm"]
      .filter((path) => existsSync(join(homedir(), path)))
      .flatMap((path) => [
        "--volume",
        `${join(homedir(), path)}:/root/${path}`,
      ]);
    this.run(
      "build",
      ...["--isolation", "chroot", "--format", "docker", "--tag", name],
      ...["--build-arg", `NODE_IMAGE=${base}`, ...volumes],
      ...["--ignorefile", join(context, ".dockerignore")],
      ...["--file", join(context, "Dockerfile"), context],
    );
  }

  /** Copies the layers above the base image into a folder and lists their files. */
  filesAbove(base: string, name: string, folder: string): ImageFile[] {
    const layersOf = (image: string): string[] => {
      const target = join(this.folder, `layers-${image.replaceAll("/", "-")}`);
      this.run("push", image, `dir:${target}`);
      const manifest = readFileSync(join(target, "manifest.json"), "utf8");
      const { layers } = JSON.parse(manifest) as {
        layers: { digest: string }[];
      };
      return layers.map(({ digest }) =>
        join(target, digest.replace("sha256:", "")),
      );
    };
    const known = new Set(layersOf(base).map((path) => path.split("/").pop()));
    for (const layer of layersOf(name)) {
      if (known.has(layer.split("/").pop())) continue;
      spawnSync("tar", ["-xf", layer, "-C", folder]);
    }
    return filesIn(folder);
  }

  /** Starts a command in a container as the image's user. */
  start(
    container: string,
    env: Readonly<Record<string, string>>,
    command: readonly string[],
    ...options: string[]
  ): ChildProcess {
    const variables = Object.entries(env).flatMap(([name, value]) => [
      "--env",
      `${name}=${value}`,
    ]);
    return spawn(
      "buildah",
      [
        ...this.storage,
        ...["run", "--isolation", "chroot", ...options, ...variables],
        ...[container, "--", ...command],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
  }
}

function filesIn(folder: string): ImageFile[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return {
        path: path.slice(folder.length),
        bytes: readFileSync(path).length,
      };
    });
}
