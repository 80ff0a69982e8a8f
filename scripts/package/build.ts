// Builds the binary of a platform as it is shipped, into npm/<platform>/: `npm run build:platform -- linux-x64-gnu`.
//
// For Linux and macOS by zig, which carries the C libraries of other systems and of other ages: that is what keeps the
// glibc floor where platforms.ts has it, on whatever machine this runs. zig and cargo-zigbuild come from PyPI, pinned,
// into target/zig. On a Mac and on Windows the machine's own linker builds for that system.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { binaryName, GLIBC_FLOOR, type Platform, platformNamed, ROOT } from './platforms.js'

const ZIG = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.0']

const root = fileURLToPath(ROOT)
/** Not cargo's own target directory: another linker makes it build everything anew, each time the two take turns. */
const targetDir = join(root, 'target', 'platforms')

/** The folder to put before PATH; installs zig there if it is not yet. */
function zig(): string {
  const folder = join(root, 'target', 'zig')
  const installed = join(folder, ZIG.join(' '))
  if (existsSync(installed)) return join(folder, 'bin')
  rmSync(folder, { recursive: true, force: true })
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' })
    execFileSync(join(folder, 'bin', 'pip'), ['install', '--quiet', ...ZIG], { stdio: 'inherit' })
  } catch (cause) {
    throw new Error('binaries are linked by zig, which comes from PyPI: python3 with venv and pip is needed', { cause })
  }
  writeFileSync(installed, '')
  return join(folder, 'bin')
}

/** Builds for `platform`; the file it has made. Throws if a tool fails. */
export function buildPlatform(platform: Platform): string {
  const withZig = platform.os === 'linux' || (platform.os === 'darwin' && process.platform !== 'darwin')
  const triple = platform.libc === 'glibc' ? `${platform.triple}.${GLIBC_FLOOR}` : platform.triple
  const output = join(targetDir, 'out', platform.name)
  const args = ['build', '--platform', '--release', '--no-js', '--dts', 'binding.d.cts', '--no-const-enum']
  args.push('--manifest-path', 'crates/stream-pipeline-node/Cargo.toml', '--target-dir', targetDir)
  args.push('--output-dir', output, '--target', triple, ...(withZig ? ['--cross-compile'] : []))
  const path = withZig ? [zig(), process.env.PATH].join(delimiter) : process.env.PATH
  execFileSync('rustup', ['target', 'add', platform.triple], { cwd: root, stdio: 'inherit' })
  const napi = join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js')
  execFileSync(process.execPath, [napi, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } })
  const binary = join(root, 'npm', platform.name, binaryName(platform))
  copyFileSync(join(output, binaryName(platform)), binary)
  return binary
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2)) process.stdout.write(`${buildPlatform(platformNamed(name))}\n`)
}
