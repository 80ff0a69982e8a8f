// Packs the package, installs what was packed in empty projects, and runs programs there on every Node: `npm run package`.
//
// What is installed is what npm would get: the root package and the one with this platform's binary, as it is shipped
// (build.ts). Neither cargo nor rustc is on the PATH of anything that is run, and nothing of this checkout is within reach
// of the projects, which lie in a temporary folder.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { NODE_VERSIONS, nodeBinary } from '../node-versions.js'
import { buildPlatform } from './build.js'
import { refuseUnlessReady } from './gate.js'
import { packAll } from './pack.js'
import { ownPlatform, readManifest, ROOT } from './platforms.js'

const root = fileURLToPath(ROOT)
const { name } = readManifest(new URL('package.json', ROOT))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** A PATH with Node and what npm itself needs, and no Rust: folders with cargo or rustc in them are left out. */
function pathWithoutRust(folder: string): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  const others = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => !['cargo', 'rustc'].some((tool) => existsSync(join(entry, tool))))
  return [bin, ...others].join(delimiter)
}

function run(folder: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  return execFileSync(program, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim()
}

/** Fails with both sides if they differ. */
function expect(what: string, found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)]
  if (left !== right) throw new Error(`${what}: expected ${right}, found ${left}`)
}

/** An empty project with the tarballs in it, installed as its author would. */
function project(
  folder: string,
  type: 'module' | 'commonjs',
  tarballs: readonly string[],
  env: NodeJS.ProcessEnv,
): string {
  const path = join(folder, type)
  mkdirSync(path)
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'empty', private: true, type }))
  run(path, 'npm', ['install', '--loglevel=error', ...tarballs], env)
  expect('installed', readdirSync(join(path, 'node_modules', dirname(name))), [
    'node',
    `node-${ownPlatform()?.name ?? ''}`,
  ])
  const installed = readManifest(new URL(`file://${join(path, 'node_modules', name, 'package.json')}`))
  expect('scripts of the package', installed.scripts, undefined)
  const files = readdirSync(join(path, 'node_modules', name), { recursive: true, encoding: 'utf8' })
  expect(
    'binaries in the root package',
    files.filter((file) => file.endsWith('.node')),
    [],
  )
  cpSync(new URL('projects', import.meta.url), path, { recursive: true })
  return path
}

/** Compiles the TypeScript sources of the project against what is installed there. */
function compile(path: string, env: NodeJS.ProcessEnv): void {
  // The types of Node, which a TypeScript project has; ours, so that nothing more is downloaded.
  for (const types of ['@types/node', 'undici-types']) {
    cpSync(join(root, 'node_modules', types), join(path, 'node_modules', types), { recursive: true, dereference: true })
  }
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  for (const [resolution, module, ...sources] of [
    ['node16', 'node16', 'typed.ts'],
    ['nodenext', 'nodenext', 'typed.ts', 'required.cts'],
    ['bundler', 'preserve', 'typed.ts'],
  ] as const) {
    const options = ['--strict', '--noEmit', '--target', 'es2023', '--types', 'node']
    run(
      path,
      process.execPath,
      [tsc, ...options, '--module', module, '--moduleResolution', resolution, ...sources],
      env,
    )
    say(`TypeScript, moduleResolution ${resolution}: compiles ${sources.join(' and ')}`)
  }
}

/** What linters of packages say to a tarball; they fail with an exit code. */
function lint(tarball: string, typed: boolean): void {
  const bin = (name: string): string => join(root, 'node_modules', '.bin', name)
  run(root, bin('publint'), ['--strict', tarball], process.env)
  if (!typed) return
  // Two things are not as that tool would have them. `node10`, TypeScript's oldest way to resolve modules, knows no
  // `imports` (internal-resolution-error; that it does not happen elsewhere is what compile() shows). And `require` of an
  // ES module, which it warns of, works on every Node that `engines` allows: see required.cjs.
  const rules = ['internal-resolution-error', 'cjs-resolves-to-esm']
  const ignored = ['--profile', 'node16', '--ignore-rules', ...rules]
  run(root, bin('attw'), [tarball, '--no-color', '--no-emoji', ...ignored], process.env)
}

const platform = ownPlatform()
if (platform === undefined) throw new Error(`no package is made for ${process.platform}-${process.arch}`)
if (!process.argv.includes('--built')) buildPlatform(platform)
refuseUnlessReady([platform])
const tarballs = [...packAll(join(root, 'target', 'packed')).entries()]
  .filter(([packed]) => packed === name || packed === `${name}-${platform.name}`)
  .map(([, file]) => file)
expect('packages that are packed', tarballs.length, 2)
for (const [index, tarball] of tarballs.entries()) lint(tarball, index === 0)
say('publint and are-the-types-wrong: nothing to say')

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stream-pipeline-packed-')))
try {
  const env = { ...process.env, PATH: pathWithoutRust(folder) }
  for (const type of ['module', 'commonjs'] as const) {
    const path = project(folder, type, tarballs, env)
    for (const version of NODE_VERSIONS) {
      const node = nodeBinary(version)
      expect('version', run(path, node, ['--version'], env), `v${version}`)
      expect(`Node ${version}`, run(path, node, ['imported.mjs'], env), 'import: true true true')
      expect(`Node ${version}`, run(path, node, ['required.cjs'], env), 'require: true true true')
      say(`Node ${version}, "type": "${type}": import and require, main thread and two workers`)
    }
    if (type === 'module') compile(path, env)
  }
} finally {
  rmSync(folder, { recursive: true })
}
