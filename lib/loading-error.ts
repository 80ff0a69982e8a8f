// Why no binary could be loaded, in words that help: what system this is, what was tried, what to do.
//
// Invariant: nothing here throws, whatever the system hides; each remedy is for what was seen, and none is a guess among
// several unless nothing was seen.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { PipelineError } from './pipeline-error.js'

const PACKAGE = '@stream-pipeline/node'

/** The platforms that have a package: `npm/` in the repository. */
const PLATFORMS = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
  'win32-arm64-msvc',
]

/** What was tried, and what came of it. */
interface Attempt {
  readonly what: string
  /** Undefined if it is not there. */
  readonly reason: string | undefined
}

/** The error for a binding that does not load; `cause` is what the generated loader threw. */
export function notLoaded(cause: unknown): PipelineError {
  const attempts = attemptsIn(cause)
  const libc = process.platform === 'linux' ? `, ${describeLibc()}` : ''
  const tried = attempts.map(({ what, reason }) => `  ${what}: ${reason ?? 'not there'}\n`).join('')
  return new PipelineError({
    code: 'BINDING_NOT_LOADED',
    message:
      `no binary of ${PACKAGE} could be loaded.\n` +
      `System: ${process.platform} ${process.arch}${libc}; Node.js ${process.version}\n` +
      `Tried:\n${tried}${remedy(attempts)}`,
    cause,
  })
}

/** What the loader chained up as causes, in the order in which it was tried. */
function attemptsIn(thrown: unknown): Attempt[] {
  const attempts: Attempt[] = []
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const missing = /^Cannot find module '([^']+)'/.exec(error.message)?.[1]
    // There is no build for WebAssembly, which the loader looks for in the end; and its own summary says nothing new.
    if (missing?.includes('wasi') === true || error.message.startsWith('Cannot find native binding')) continue
    if (missing !== undefined) attempts.unshift({ what: missing, reason: undefined })
    else attempts.unshift(failure(error.message))
  }
  return attempts
}

/** An attempt that found a file: the system's words begin with its path. */
function failure(message: string): Attempt {
  const [, file, reason] = /^(\S.*?\.node): (.+)/s.exec(message) ?? []
  const firstLine = (reason ?? message).split('\nRequire stack')[0]!
  return { what: file ?? 'the loader', reason: firstLine.trim() }
}

/** The version of glibc; undefined under musl, or where nobody says. */
function glibcVersion(): string | undefined {
  const report = process.report as { getReport(): unknown; excludeNetwork?: boolean }
  report.excludeNetwork = true
  return (report.getReport() as { header?: { glibcVersionRuntime?: string } }).header?.glibcVersionRuntime
}

function describeLibc(): string {
  const version = glibcVersion()
  return version === undefined ? 'musl' : `glibc ${version}`
}

/** The name of this system's package, without regard to whether there is one. */
function ownPlatform(): string {
  const { platform, arch } = process
  const end =
    platform === 'linux' ? (glibcVersion() === undefined ? '-musl' : '-gnu') : platform === 'win32' ? '-msvc' : ''
  return `${platform}-${arch}${end}`
}

/** The platforms whose packages are installed beside this one. */
function installedPlatforms(): string[] {
  try {
    const beside = readdirSync(fileURLToPath(new URL('../../../', import.meta.url)))
    return PLATFORMS.filter((platform) => beside.includes(`node-${platform}`))
  } catch {
    return []
  }
}

function remedy(attempts: readonly Attempt[]): string {
  const own = ownPlatform()
  const failed = attempts.find(({ reason }) => reason !== undefined)
  if (attempts.some(({ what, reason }) => `${what} ${reason ?? ''}`.includes('#binding'))) {
    return `A bundler has moved the code away from the package: mark ${PACKAGE} as external, and install it where the bundle runs.`
  }
  if (attempts.some(({ what }) => what.endsWith('binding.cjs')))
    return 'This checkout is not built: run `npm run build`.'
  if (!PLATFORMS.includes(own)) {
    return `There is no package for ${own}, only for ${PLATFORMS.join(', ')}. Build it from a checkout of the repository, with Rust: \`npm run build\`.`
  }
  if (failed !== undefined) return remedyForFailure(own, failed.reason!)
  return remedyForMissing(own, installedPlatforms())
}

/** A file was found, but the system refused it. */
function remedyForFailure(own: string, reason: string): string {
  const [, glibc] = /version [`']GLIBC_([\d.]+)' not found/.exec(reason) ?? []
  if (glibc !== undefined) {
    return `This system's glibc is older than ${glibc}, which the binary needs. Use a newer system or container image, or build in a checkout here: \`npm run build\`.`
  }
  if (/ld-linux|GLIBC|__[a-z_]*_chk: symbol not found/.test(reason)) {
    return `The binary is for glibc, and this system has musl. Install again on this system, so that ${PACKAGE}-${own} is chosen.`
  }
  if (/ld-musl|libc\.musl/.test(reason)) {
    return `The binary is for musl, and this system has glibc. Install again on this system, so that ${PACKAGE}-${own} is chosen.`
  }
  return `The file is damaged, or for another system than ${own}: remove node_modules and install again, on this system.`
}

/** No file was found. */
function remedyForMissing(own: string, installed: readonly string[]): string {
  const name = `${PACKAGE}-${own}`
  if (installed.length > 0) {
    const others = installed.map((platform) => `${PACKAGE}-${platform}`).join(', ')
    return (
      `${name} is not installed, but ${others} is: node_modules was made on another system` +
      `${installed.some((platform) => platform.replace(/gnu|musl/, '') === own.replace(/gnu|musl/, '')) ? ', with another libc' : ''}. ` +
      'Install on the system that runs it; into a container, copy package.json and the lockfile, not node_modules.'
    )
  }
  return (
    `${name}, an optional dependency of ${PACKAGE}, is not installed. Install without --omit=optional (npm), --no-optional (pnpm) ` +
    'or --ignore-optional (yarn). If the lockfile was made on another system, npm may have left it out ' +
    '(https://github.com/npm/cli/issues/4828): remove package-lock.json and node_modules, and install again. ' +
    'In a checkout, run `npm run build`.'
  )
}
