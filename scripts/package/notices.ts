// Writes THIRD-PARTY-LICENSES.txt: the licence texts of the crates that are linked into the binaries, on any platform,
// as they lie in the crates' own packages. `npm run notices`; with --check it only says whether the file is up to date.
// It is shipped in each platform's package; the root package has nothing of others in it.
//
// Invariant: each crate has its licence text in the file, comes from crates.io, and is under licences that deny.toml
// allows, or this fails. (`npm run deny` looks at more, but takes minutes to install: so this much is in each check.)

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { PLATFORMS, ROOT } from './platforms.js'

interface Crate {
  name: string
  version: string
  license: string | null
  source: string | null
  manifest_path: string
  repository: string | null
}

const FILE = new URL('THIRD-PARTY-LICENSES.txt', ROOT)
const CRATES_IO = 'registry+https://github.com/rust-lang/crates.io-index'
/** Its crates bring no licence text; its npm package, made from the same repository, does. */
const NAPI = { repository: 'https://github.com/napi-rs/napi-rs', licence: 'node_modules/@napi-rs/cli/LICENSE' }

const root = fileURLToPath(ROOT)

const cargo = (...args: string[]): string =>
  execFileSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] })

/** `name version` of each crate that ends in the binary of a platform: what runs at build time only does not. */
function linked(): Set<string> {
  const lines = PLATFORMS.flatMap(({ triple }) =>
    cargo(
      ...['tree', '--locked', '--package', 'stream-pipeline-node', '--edges', 'normal,no-proc-macro'],
      ...['--target', triple, '--prefix', 'none', '--format', '{p}'],
    ).split('\n'),
  )
  return new Set(lines.flatMap((line) => /^(\S+) v(\S+)/.exec(line)?.slice(1, 3).join(' ') ?? []))
}

/** The licences in deny.toml's list. */
function allowed(): Set<string> {
  const list = /^allow = \[(.*)\]$/m.exec(readFileSync(new URL('deny.toml', ROOT), 'utf8'))?.[1]
  if (list === undefined) throw new Error('deny.toml has no list of licences in one line')
  return new Set(list.split(',').map((name) => name.trim().replaceAll('"', '')))
}

/** Whether one side of each OR, and both of each AND, is in the list. Brackets, which no crate of ours uses, are refused. */
function satisfied(expression: string, list: Set<string>): boolean {
  const words = expression.replaceAll('/', ' OR ')
  return words.split(' OR ').some((side) => side.split(' AND ').every((name) => list.has(name.trim())))
}

/** MIT, where the crate lets one choose; otherwise all that it brings, with what it has taken over from others. */
function licenceTexts(crate: Crate): string {
  const folder = dirname(crate.manifest_path)
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|[/\\])(licen[cs]e|copying|notice)[^/\\]*$/i.test(name))
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
  const choice = / OR |\//.test(crate.license ?? '') && all.includes('LICENSE-MIT')
  const files = choice
    ? all.filter((name) => !/^(license-(apache|zlib|boost|bsd).*|license|copying)$/i.test(name))
    : all
  if (files.length === 0) {
    if (crate.repository !== NAPI.repository) throw new Error(`${crate.name} ${crate.version} brings no licence text`)
    return `--- LICENSE\n\n${readFileSync(new URL(NAPI.licence, ROOT), 'utf8').trim()}\n`
  }
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim()
  return files.map((name) => `--- ${name}\n\n${text(name)}\n`).join('\n')
}

function part(crate: Crate): string {
  const heading = `${crate.name} ${crate.version}`
  const line = '='.repeat(heading.length)
  return [line, heading, line, '', crate.license ?? '', crate.repository ?? '', '', licenceTexts(crate)].join('\n')
}

function notices(): string {
  const { packages } = JSON.parse(cargo('metadata', '--format-version', '1', '--locked')) as { packages: Crate[] }
  const [names, list] = [linked(), allowed()]
  const crates = packages.filter((crate) => crate.source !== null && names.has(`${crate.name} ${crate.version}`))
  for (const { name, source, license } of crates) {
    if (source !== CRATES_IO) throw new Error(`${name} comes from ${source ?? ''}, not from crates.io`)
    if (!satisfied(license ?? '', list))
      throw new Error(`${name} is under ${license ?? ''}, which deny.toml does not allow`)
  }
  return `The binary of @stream-pipeline/node contains these Rust crates, and Rust's standard library
(https://github.com/rust-lang/rust, MIT OR Apache-2.0, copyright of the Rust project contributors).
Made by \`npm run notices\` from what Cargo.lock names.

${crates
  .sort((one, other) => one.name.localeCompare(other.name, 'en'))
  .map(part)
  .join('\n')}`
}

const now = notices()
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, now)
} else if (readFileSync(FILE, 'utf8') !== now) {
  process.stderr.write('THIRD-PARTY-LICENSES.txt is not what Cargo.lock asks for: run `npm run notices`\n')
  process.exitCode = 1
}
