// Refuses a release that is not whole: `tsx scripts/package/gate.ts` looks at npm/<platform>/ for every platform, or for
// those named; `--folder` at another repository, `--tag v1.2.3` asks for that version. Prints what is wrong, one line each.
//
// Invariant: a release passes only if each platform's file is there, is a library for that system and processor, needs no
// newer glibc than said, and, on the platform this runs on, loads; and if all versions are one.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

import { type Binary, compareVersions, readBinary } from './binary.js'
import {
  binaryName,
  GLIBC_FLOOR,
  ownPlatform,
  type Platform,
  PLATFORMS,
  platformNamed,
  readManifest,
  ROOT,
} from './platforms.js'

/** What Node looks for in an addon. */
const ENTRY = 'napi_register_module_v1'

/** What is wrong with the file of a platform; an empty list is what a release needs. */
function problemsOf(platform: Platform, root: URL): string[] {
  const file = new URL(`npm/${platform.name}/${binaryName(platform)}`, root)
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch {
    return ['its file is missing']
  }
  let binary: Binary
  try {
    binary = readBinary(bytes)
  } catch (error) {
    return [(error as Error).message]
  }
  const { format, arch, library } = binary
  if (format !== platform.format || arch !== platform.arch) {
    return [`its file is ${format} for ${arch}, not ${platform.format} for ${platform.arch}`]
  }
  return [
    ...(library ? [] : ['its file is no library']),
    ...(bytes.includes(ENTRY) ? [] : [`its file has no ${ENTRY}: it is no addon of Node's`]),
    ...libcProblems(platform, binary),
    ...(platform === ownPlatform() ? loadProblems(file) : []),
  ]
}

function libcProblems({ libc }: Platform, { glibc, needed }: Binary): string[] {
  if (libc === 'musl') return glibc === undefined && !needed.includes('libc.so.6') ? [] : ['it needs glibc, not musl']
  if (libc === undefined) return []
  if (glibc === undefined) return ['it does not need glibc']
  return compareVersions(glibc, GLIBC_FLOOR) > 0 ? [`it needs glibc ${glibc}, which is newer than ${GLIBC_FLOOR}`] : []
}

/** Loads it in a process of its own, which may die of it. */
function loadProblems(file: URL): string[] {
  const program = `const { buildPipeline } = require(${JSON.stringify(fileURLToPath(file))}); process.exit(typeof buildPipeline === 'function' ? 0 : 9)`
  try {
    execFileSync(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
    return []
  } catch (error) {
    const { stderr, status, signal } = error as { stderr: string; status: number | null; signal: string | null }
    const reason = /^(?:\w*Error: .*)$/m.exec(stderr)?.[0] ?? `its process ended with ${status ?? signal ?? 'nothing'}`
    return [`it does not load: ${reason}`]
  }
}

/** The versions that differ from the root's, each with the place where it stands. */
function versionProblems(root: URL, tag: string | undefined): string[] {
  const { version, napi } = readManifest(new URL('package.json', root))
  const cargo = readFileSync(new URL('Cargo.toml', root), 'utf8')
  const stages = readFileSync(new URL('crates/stream-pipeline-stages/Cargo.toml', root), 'utf8')
  const found: [string, string | undefined][] = [
    ...PLATFORMS.map(({ name }): [string, string] => [
      `npm/${name}/package.json`,
      readManifest(new URL(`npm/${name}/package.json`, root)).version,
    ]),
    ['Cargo.toml', /^version = "(.*)"$/m.exec(cargo)?.[1]],
    ['crates/stream-pipeline-stages/Cargo.toml', /^stream-pipeline = .*version = "(.*)"/m.exec(stages)?.[1]],
    ...(tag === undefined ? [] : [['the tag', tag.replace(/^v/, '')] as [string, string]]),
  ]
  const triples = PLATFORMS.map(({ triple }) => triple).join(', ')
  return [
    ...found
      .filter(([, other]) => other !== version)
      .map(([place, other]) => `${place}: version ${other ?? 'unknown'}, but package.json has ${version}`),
    ...(napi?.targets.join(', ') === triples ? [] : [`package.json: napi.targets are not ${triples}`]),
  ]
}

/** What keeps `platforms` from being released, one line each. */
export function problems(platforms: readonly Platform[], root: URL = ROOT, tag?: string): string[] {
  const ofFiles = platforms.flatMap((one) => problemsOf(one, root).map((problem) => `${one.name}: ${problem}`))
  return [...ofFiles, ...versionProblems(root, tag)]
}

/** Throws with all that is wrong. */
export function refuseUnlessReady(platforms: readonly Platform[]): void {
  const found = problems(platforms)
  if (found.length > 0) throw new Error(`this cannot be released:\n${found.join('\n')}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { folder: { type: 'string' }, tag: { type: 'string' } },
    allowPositionals: true,
  })
  const chosen = positionals.length > 0 ? positionals.map(platformNamed) : PLATFORMS
  const root = values.folder === undefined ? ROOT : pathToFileURL(`${values.folder}/`)
  const found = problems(chosen, root, values.tag)
  for (const line of found) process.stderr.write(`${line}\n`)
  process.stdout.write(`${chosen.length} platforms: ${found.length === 0 ? 'ready' : `${found.length} problems`}\n`)
  if (found.length > 0) process.exitCode = 1
}
