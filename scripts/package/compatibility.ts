// Tries the packed package with package managers, bundlers and other runtimes: `npm run compatibility`. What stands in
// docs/compatibility.md is what this prints; the tools come from npm, pinned, into target/tools.
//
// Each trial is a project of its own in a temporary folder. It passes if the program of projects/ that runs there says
// that its pipelines worked, on the main thread and in two workers where there are any.

import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { packAll } from './pack.js'
import { type Manifest, ownPlatform, readManifest, ROOT } from './platforms.js'
import { serve } from './registry.js'

const TOOLS: Record<string, string> = {
  pnpm: '12.21.0',
  '@yarnpkg/cli-dist': '4.18.1',
  '@oven/bun-linux-x64': '1.4.5',
  deno: '2.9.6',
  esbuild: '0.28.2',
  rollup: '4.68.7',
  vite: '8.3.8',
  webpack: '5.112.2',
  'webpack-cli': '7.3.1',
}

const root = fileURLToPath(ROOT)
const tools = join(root, 'target', 'tools')
const packageName = '@stream-pipeline/node'
const execute = promisify(execFile)

/** A tool's program in target/tools. */
const tool = (...path: string[]): string => join(tools, 'node_modules', ...path)

/** Runs `command` in `folder`; what it printed, or its last words if it fails. */
async function run(folder: string, ...[program, ...args]: string[]): Promise<string> {
  // Tools look whether they run in CI, and then refuse to write lockfiles.
  const env = {
    ...process.env,
    CI: '',
    NO_COLOR: '1',
    npm_config_registry: registry.url,
    // Every run packs other files under the same version: nothing may come from an earlier one.
    npm_config_store_dir: join(folder, '.store'),
    BUN_INSTALL_CACHE_DIR: join(folder, '.bun'),
    YARN_GLOBAL_FOLDER: join(folder, '.yarn-global'),
    YARN_ENABLE_TELEMETRY: '0',
  }
  try {
    const { stdout } = await execute(program!, args, { cwd: folder, env, timeout: 120_000, maxBuffer: 1 << 26 })
    return stdout.trim()
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string }
    return `FAILED: ${`${stdout}\n${stderr}`.trim() || message}`
  }
}

interface Trial {
  readonly what: string
  readonly version: string
  /** Runs in an empty folder that has the programs of projects/; the line of one of them says that it worked. */
  readonly run: (folder: string) => Promise<string>
  /** What has to be said; what the programs say when all works, by default. */
  readonly expected?: RegExp
}

const WORKS = /^(import|require): true true true$/
const node = process.execPath

/** Installs with `command`, checks that one platform's package came, and runs the programs with `runtime`. */
function installedBy(what: string, version: string, command: string[], ...runtime: string[]): Trial {
  const install = async (folder: string): Promise<string> => {
    const said = await run(folder, ...command)
    const runner = runtime.length > 0 ? runtime : [node]
    const line = await run(folder, ...runner, 'imported.mjs')
    return WORKS.test(line) ? run(folder, ...runner, 'required.cjs') : `${line}\n${said}`
  }
  return { what, version, run: install }
}

/** Installs with npm, makes a bundle with `command`, and runs that instead of the source. */
function bundledBy(what: string, version: string, command: string[], output: string, expected?: RegExp): Trial {
  return {
    what,
    version,
    ...(expected && { expected }),
    run: async (folder) => {
      await run(folder, 'npm', 'install', '--loglevel=error', packageName)
      const said = await run(folder, ...command)
      // What runs in a worker is named by its URL, and has to lie beside the bundle.
      const beside = join(folder, dirname(output), 'doubled.mjs')
      if (!existsSync(beside)) cpSync(join(folder, 'doubled.mjs'), beside)
      const line = existsSync(join(folder, output)) ? await run(folder, node, output) : 'no bundle'
      return WORKS.test(line) || expected?.test(line) === true ? line : `${line}\n${said}`
    },
  }
}

const versionOf = (name: string): string => TOOLS[name]!
const [esbuild, rollup, vite, webpack] = [
  tool('esbuild', 'bin', 'esbuild'),
  tool('rollup', 'dist', 'bin', 'rollup'),
  tool('vite', 'bin', 'vite.js'),
  tool('webpack-cli', 'bin', 'cli.js'),
]
const BUNDLED = /mark @stream-pipeline\/node as external/
const bun = tool('@oven', 'bun-linux-x64', 'bin', 'bun')
const deno = tool('@deno', 'linux-x64-glibc', 'deno')
const pnpm = tool('.bin', 'pnpm')
const berry = tool('@yarnpkg', 'cli-dist', 'bin', 'yarn.js')
const external = `--external:${packageName}`
const esm = ['--bundle', '--platform=node', '--format=esm', '--outfile=out.mjs']

const trials: readonly Trial[] = [
  installedBy('npm', '', ['npm', 'install', '--loglevel=error', packageName]),
  {
    what: 'npm --omit=optional',
    version: '',
    expected: /npm install|Install without --omit=optional/,
    run: async (folder) => {
      await run(folder, 'npm', 'install', '--loglevel=error', '--omit=optional', packageName)
      return run(folder, node, 'imported.mjs')
    },
  },
  installedBy('pnpm', versionOf('pnpm'), [pnpm, 'add', packageName]),
  installedBy('Yarn 4, node-modules', versionOf('@yarnpkg/cli-dist'), [node, berry, 'add', packageName]),
  installedBy(
    'Yarn 4, Plug’n’Play',
    versionOf('@yarnpkg/cli-dist'),
    [node, berry, 'add', packageName],
    node,
    berry,
    'node',
  ),
  installedBy('Bun', versionOf('@oven/bun-linux-x64'), [bun, 'add', packageName], bun),
  installedBy('Bun installs, Node runs', versionOf('@oven/bun-linux-x64'), [bun, 'add', packageName]),
  installedBy(
    'Deno',
    versionOf('deno'),
    ['npm', 'install', '--loglevel=error', packageName],
    deno,
    'run',
    '--allow-all',
  ),
  bundledBy('esbuild, external', versionOf('esbuild'), [esbuild, 'imported.mjs', ...esm, external], 'out.mjs'),
  bundledBy('esbuild, bundled', versionOf('esbuild'), [esbuild, 'imported.mjs', ...esm], 'out.mjs', BUNDLED),
  bundledBy(
    'Rollup, external',
    versionOf('rollup'),
    [node, rollup, 'imported.mjs', '-o', 'out.mjs', '--external', packageName],
    'out.mjs',
  ),
  bundledBy(
    'Vite (Rolldown), --ssr',
    versionOf('vite'),
    [node, vite, 'build', '--ssr', 'imported.mjs'],
    'dist/imported.js',
  ),
  bundledBy(
    'webpack, external',
    versionOf('webpack'),
    [node, webpack, '--config', 'webpack.config.mjs'],
    'out/main.mjs',
  ),
]

/** What a project has besides the programs: what tells each tool where to look, and what to leave alone. */
function fill(folder: string, what: string): void {
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
  cpSync(new URL('projects', import.meta.url), folder, { recursive: true })
  write('package.json', JSON.stringify({ name: 'empty', private: true, type: 'module' }))
  write('.npmrc', `registry=${registry.url}/\n`)
  const linker = what.includes('node-modules') ? 'node-modules' : 'pnp'
  write(
    '.yarnrc.yml',
    `npmRegistryServer: "${registry.url}"\nunsafeHttpWhitelist: ["127.0.0.1"]\nenableGlobalCache: false\nnodeLinker: ${linker}\n`,
  )
  if (what.includes('Yarn')) write('yarn.lock', '')
  const config = {
    mode: 'production',
    target: 'node20',
    entry: './imported.mjs',
    output: { path: join(folder, 'out'), filename: '[name].mjs', module: true },
    experiments: { outputModule: true },
    externals: { [packageName]: packageName },
    externalsType: 'module',
    // The program starts itself as a worker, by its own URL, which webpack would replace.
    module: { parser: { javascript: { importMeta: false, url: false, worker: false } } },
  }
  write('webpack.config.mjs', `export default ${JSON.stringify(config)}\n`)
}

/** Installs the tools, if other versions of them are there or none. */
async function installTools(): Promise<void> {
  const wanted = JSON.stringify({ private: true, dependencies: TOOLS })
  const manifest = join(tools, 'package.json')
  if (existsSync(manifest) && existsSync(tool('vite')) && JSON.stringify(readAny(manifest)) === wanted) return
  rmSync(tools, { recursive: true, force: true })
  mkdirSync(tools, { recursive: true })
  writeFileSync(manifest, wanted)
  await execute('npm', ['install', '--ignore-scripts', '--loglevel=error'], { cwd: tools })
  writeFileSync(manifest, wanted)
}

const readAny = (file: string): Manifest => readManifest(new URL(`file://${file}`))

await installTools()
const registry = await serve(packAll(join(root, 'target', 'packed')))
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stream-pipeline-compatibility-')))
const chosen = process.argv.slice(2)
let failed = 0
try {
  for (const [index, trial] of trials.entries()) {
    if (chosen.length > 0 && !chosen.some((name) => trial.what.includes(name))) continue
    const project = join(folder, String(index))
    mkdirSync(project)
    fill(project, trial.what)
    const said = await trial.run(project)
    const right = (trial.expected ?? WORKS).test(said)
    if (!right) failed++
    process.stdout.write(`${right ? 'as expected' : 'NOT as expected'}: ${trial.what} ${trial.version}\n`)
    if (!right) process.stdout.write(`${said.replace(/^/gm, '    ')}\n`)
    const words = right && said.split('\n').find((line) => trial.expected?.test(line))
    if (words) process.stdout.write(`    says: ${words.trim()}\n`)
  }
  const own = `${packageName}-${ownPlatform()!.name}`
  process.stdout.write(`packages fetched: ${[...registry.fetched].sort().join(', ')}; this platform's is ${own}\n`)
} finally {
  registry.close()
  rmSync(folder, { recursive: true })
}
if (failed > 0) process.exitCode = 1
