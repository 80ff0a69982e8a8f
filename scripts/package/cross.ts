// Builds for other platforms than this one, and runs what can be run here under an emulator: `npm run cross`, on Linux x64.
// It needs, from Debian: qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross musl.
// What came of it stands in docs/compatibility.md. With --built it takes the binaries that are there.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { nodeBinary } from '../node-versions.js'
import { buildPlatform } from './build.js'
import { refuseUnlessReady } from './gate.js'
import { packAll, type Tarballs } from './pack.js'
import { binaryName, type Platform, platformNamed, ROOT } from './platforms.js'

const root = fileURLToPath(ROOT)
const ARM64 = platformNamed('linux-arm64-gnu')
const MUSL = platformNamed('linux-x64-musl')

/** The last of each major that the registry has for linux-arm64. */
const ARM64_NODES = ['20.20.2', '24.21.0']

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const run = (folder: string, program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()

/** The packed root and platform, unpacked where an installation has them: npm itself is not run under the emulator. */
function install(folder: string, platform: Platform, tarballs: Tarballs): void {
  for (const name of ['@stream-pipeline/node', `@stream-pipeline/node-${platform.name}`]) {
    const place = join(folder, 'node_modules', name)
    mkdirSync(place, { recursive: true })
    run(folder, 'tar', '-xzf', tarballs.get(name)!, '--strip-components=1', '-C', place)
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  cpSync(new URL('projects', import.meta.url), folder, { recursive: true })
}

/** Runs the programs by Node for arm64, by QEMU. */
function runArm64(folder: string): void {
  for (const version of ARM64_NODES) {
    const node = ['-L', '/usr/aarch64-linux-gnu', nodeBinary(version, 'linux-arm64')]
    for (const program of ['imported.mjs', 'required.cjs']) {
      const said = run(folder, 'qemu-aarch64-static', ...node, program)
      if (!said.endsWith(': true true true')) throw new Error(`${program} on Node ${version} said ${said}`)
    }
    say(`${ARM64.name}: import and require, main thread and two workers, on Node ${version} under QEMU`)
  }
}

/** Has musl's own loader look for everything that the file asks for; it fails if anything is missing. */
function loadByMusl(): void {
  const file = join(root, 'npm', MUSL.name, binaryName(MUSL))
  run(root, '/lib/ld-musl-x86_64.so.1', '--list', file)
  say(`${MUSL.name}: musl's loader finds all that it needs`)
}

const platforms = [ARM64, MUSL]
if (!process.argv.includes('--built')) for (const platform of platforms) buildPlatform(platform)
refuseUnlessReady(platforms)
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stream-pipeline-cross-')))
try {
  install(folder, ARM64, packAll(join(root, 'target', 'packed-cross')))
  loadByMusl()
  runArm64(folder)
} finally {
  rmSync(folder, { recursive: true })
}
