// The Node.js versions that the package is tried on, and where their binaries lie. They come from the npm registry
// (packages `node-<platform>`), once, into target/nodes/. `npx tsx scripts/node-versions.ts` fetches what is missing and
// prints `<major> <path>` for each; majors after it choose some.
//
// Invariant: what lies in target/nodes/ under a version is whole, for it is moved there when it is.

import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The last of each major that the registry has for linux-x64, oldest first. */
export const NODE_VERSIONS = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const

export type NodeVersion = (typeof NODE_VERSIONS)[number]

const FOLDER = fileURLToPath(new URL('../target/nodes/', import.meta.url))

/**
 * The path of Node `version`, a full one, for `platform`: `linux-x64`, `linux-arm64`, `win-x64`. Fetches it if it is not
 * here; throws with npm's words if it cannot be had.
 */
export function nodeBinary(version: string, platform = 'linux-x64'): string {
  const folder = join(FOLDER, `${platform}-${version}`)
  const binary = join(folder, 'package', 'bin', platform.startsWith('win') ? 'node.exe' : 'node')
  if (!existsSync(binary)) fetchInto(folder, `node-${platform}@${version}`)
  if (!existsSync(binary)) throw new Error(`node-${platform}@${version} from npm has no ${binary}`)
  chmodSync(binary, 0o755)
  return binary
}

/** Packed and unpacked rather than installed: no script runs, and a platform that is not this one is no error. */
function fetchInto(folder: string, spec: string): void {
  mkdirSync(FOLDER, { recursive: true })
  const half = mkdtempSync(join(FOLDER, 'half-'))
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', half, spec], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [tarball] = readdirSync(half)
    execFileSync('tar', ['-xzf', tarball!], { cwd: half })
    rmSync(join(half, tarball!))
    renameSync(half, folder)
  } catch (cause) {
    rmSync(half, { recursive: true })
    if (!existsSync(folder)) throw new Error(`${spec} could not be fetched from the npm registry`, { cause })
  }
}

/** The versions of these majors; all of them for none. */
function chosen(majors: readonly string[]): readonly NodeVersion[] {
  const unknown = majors.find((major) => !NODE_VERSIONS.some((version) => version.startsWith(`${major}.`)))
  if (unknown !== undefined) throw new Error(`Node ${unknown} is none of ${NODE_VERSIONS.join(', ')}`)
  return NODE_VERSIONS.filter((version) => majors.length === 0 || majors.includes(version.split('.')[0]!))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const version of chosen(process.argv.slice(2))) {
    process.stdout.write(`${version.split('.')[0]!} ${nodeBinary(version)}\n`)
  }
}
