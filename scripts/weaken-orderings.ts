// Weakens every atomic ordering of the engine in turn, and runs the loom models against each: `npm run weaken`.
//
//   npm run weaken -- --only signal.rs    the orderings in files whose path contains this
//   npm run weaken -- --list              no models: finds the orderings, and asks each for its partner
//
// It fails if an ordering names no partner, if no model fails without it though no reason is written, or if a reason is
// written though a model does fail. What these comments look like is said in `orderings.ts`. It works in a copy.

import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { findSites, type Mutant, type Site } from './orderings.js'

const ENGINE = 'crates/stream-pipeline/src/'

/** Models, tests, and the facade: it only hands the orderings on. */
const NOT_CHECKED = /(?:^|\/)(?:models|tests)(?:\.rs$|\/)|^sync(?:\.rs$|\/)/

/** Ten times what all models take, build included, for a busy machine; a weaker ordering may give loom more to try. */
const LIMIT_MS = 600_000

/** Inlining across crates costs a build three times as long, and gains the models nothing. */
const BUILD = { CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16', CARGO_TERM_COLOR: 'never' }

type Outcome = { kind: 'passed' } | { kind: 'caught'; model: string } | { kind: 'timed out' }

const root = fileURLToPath(new URL('..', import.meta.url))
const { values: options } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } })

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function place({ file, line }: Site): string {
  return `${file}:${line}`
}

/** Every file that is in the repository or may come to be. */
function files(): string[] {
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))
}

function sitesIn(all: string[]): Site[] {
  const sources = all
    .filter((file) => file.startsWith(ENGINE) && file.endsWith('.rs'))
    .map((file) => file.slice(ENGINE.length))
    .filter((file) => !NOT_CHECKED.test(file) && file.includes(options.only ?? ''))
  return sources.flatMap((file) => findSites(file, readFileSync(join(root, ENGINE, file), 'utf8')))
}

/** The process group that runs the models, for whoever has to end it. */
let models: number | undefined

function endModels(): void {
  if (models === undefined) return
  try {
    process.kill(-models, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
  models = undefined
}

/** Runs the models in `folder` until the first fails. */
async function runModels(command: string, folder: string): Promise<Outcome> {
  const child = spawn(command, { cwd: folder, shell: true, detached: true, env: { ...process.env, ...BUILD } })
  models = child.pid
  let output = ''
  let outcome: Outcome | undefined
  const end = (how: Outcome): void => {
    outcome ??= how
    endModels()
  }
  const timer = setTimeout(() => end({ kind: 'timed out' }), LIMIT_MS)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += stripVTControlCharacters(text)
      const model = /^thread '(\S*models::\S+)'.* panicked/m.exec(output)?.[1]
      if (model !== undefined) end({ kind: 'caught', model: model.replace('::models', '') })
    })
  }
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  clearTimeout(timer)
  models = undefined
  if (outcome !== undefined) return outcome
  if (code === 0 && /test result: ok\. [1-9]/.test(output)) return { kind: 'passed' }
  throw new Error(`the models did not run:\n${output.slice(-4000)}`)
}

function copyOf(all: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'weaken-orderings-'))
  process.on('exit', () => {
    endModels()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))
  for (const file of all) cpSync(join(root, file), join(folder, file))
  return folder
}

/** Tries every mutant; returns what is wrong. */
async function tryAll(sites: Site[], all: string[]): Promise<string[]> {
  const folder = copyOf(all)
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { loom: string } }
  // Not captured, so that a model which fails is heard of at once.
  const command = `${scripts.loom} -- --nocapture`
  print('first the models as they are ...')
  const unmutated = await runModels(command, folder)
  if (unmutated.kind !== 'passed') return [`the models do not pass as they are: ${JSON.stringify(unmutated)}`]

  const wrong: string[] = []
  const count = sites.reduce((sum, site) => sum + site.mutants.length, 0)
  let tried = 0
  for (const site of sites) {
    const survivors: string[] = []
    for (const mutant of site.mutants) {
      const began = Date.now()
      const outcome = await runMutant(site, mutant, command, folder)
      if (outcome.kind !== 'caught') survivors.push(`${mutant.name} (${outcome.kind})`)
      const said = outcome.kind === 'caught' ? `caught by ${outcome.model}` : describe(outcome, site)
      const seconds = Math.round((Date.now() - began) / 1000)
      print(`${++tried}/${count}  ${place(site)}  \`${site.code}\`  ${mutant.name}: ${said}  [${seconds} s]`)
    }
    if (survivors.length > 0 && site.reason === undefined)
      wrong.push(`${place(site)}: no model fails with ${survivors.join(', ')}, and no reason is written`)
    if (survivors.length === 0 && site.reason !== undefined)
      wrong.push(`${place(site)}: called unmodelled, but a model fails without it`)
  }
  return wrong
}

async function runMutant(site: Site, mutant: Mutant, command: string, folder: string): Promise<Outcome> {
  const path = join(folder, ENGINE, site.file)
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, source.slice(0, mutant.start) + mutant.replacement + source.slice(mutant.end))
  const outcome = await runModels(command, folder)
  writeFileSync(path, source)
  return outcome
}

function describe(outcome: Outcome, site: Site): string {
  const how = outcome.kind === 'passed' ? 'survived' : outcome.kind
  return site.reason === undefined ? how.toUpperCase() : `${how}, because: ${site.reason}`
}

async function main(): Promise<void> {
  const all = files()
  const sites = sitesIn(all)
  if (sites.length === 0) throw new Error('there is no ordering to weaken')
  const wrong = sites.filter((site) => !site.hasPartner).map((site) => `${place(site)}: names no partner`)
  if (options.list === true) for (const site of sites) print(`${place(site)}  \`${site.code}\``)
  else wrong.push(...(await tryAll(sites, all)))
  for (const fault of wrong) print(fault)
  if (wrong.length > 0) process.exitCode = 1
  else print(`${sites.length} orderings, nothing wrong`)
}

await main()
