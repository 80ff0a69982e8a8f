import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterEach, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)
const scope = 'node_modules/@stream-pipeline'
const own = 'node-linux-x64-gnu'

/** A project that has the package installed, as built here, and no binary. */
let project: string
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'stream-pipeline-loading-'))
  await writeFile(join(project, 'package.json'), '{ "private": true }')
  for (const part of ['dist', 'binding.cjs', 'package.json']) {
    await cp(part, join(project, scope, 'node', part), { recursive: true })
  }
})
afterEach(() => rm(project, { recursive: true }))

/** Installs a platform's package whose file holds `content`. */
async function installPlatform(name: string, content: string, main = `stream-pipeline.${name}.node`): Promise<void> {
  const folder = join(project, scope, `node-${name}`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: `@stream-pipeline/node-${name}`, main }))
  await writeFile(join(folder, main), content)
}

/** What a program is told that imports the package, after `before`, the rest of whose words it may shorten. */
async function told(before = ''): Promise<string[]> {
  const program = `${before}
    try { await import('@stream-pipeline/node') }
    catch (error) { console.log([error.name, error.code, error.cause instanceof Error].join(' ')); console.log(error.message) }`
  await writeFile(join(project, 'program.mjs'), program)
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: project })
  return stdout.trim().replaceAll(project, '').split('\n')
}

/** Makes the process believe that it runs elsewhere; the loader asks the same places. */
const onMachine = (arch: string): string => `Object.defineProperty(process, 'arch', { value: '${arch}' });`
const onMusl = `process.report.getReport = () => ({ header: {}, sharedObjects: ['/lib/ld-musl-x86_64.so.1'] });`

test('names the system, what was tried, and the optional dependency that is missing', async () => {
  const [error, what, system, tried, local, installed, remedy] = await told()
  expect(error).toBe('PipelineError BINDING_NOT_LOADED true')
  expect(what).toBe('no binary of @stream-pipeline/node could be loaded.')
  expect(system).toMatch(/^System: linux x64, glibc 2\.\d+; Node\.js v\d+\.\d+\.\d+$/)
  expect([tried, local, installed]).toEqual([
    'Tried:',
    '  ./stream-pipeline.linux-x64-gnu.node: not there',
    `  @stream-pipeline/${own}: not there`,
  ])
  expect(remedy).toMatch(/^@stream-pipeline\/node-linux-x64-gnu, an optional .*--omit=optional .*package-lock\.json/)
})

test('says that node_modules was made on another system, with another libc', async () => {
  await installPlatform('linux-x64-musl', '')
  expect((await told()).at(-1)).toMatch(
    /^@stream-pipeline\/node-linux-x64-gnu is not installed, but .*-musl is: .* with another libc\./,
  )
})

test('says that there is no package for this machine, and which there are', async () => {
  const lines = await told(onMachine('riscv64'))
  expect(lines[2]).toContain('System: linux riscv64, glibc')
  expect(lines.at(-1)).toMatch(
    /^There is no package for linux-riscv64-gnu, only for linux-x64-gnu, .*win32-arm64-msvc\./,
  )
})

test('names musl as the libc, and the package for it', async () => {
  const lines = await told(onMusl)
  expect(lines[2]).toContain('System: linux x64, musl')
  expect(lines.at(-1)).toContain('@stream-pipeline/node-linux-x64-musl, an optional dependency')
})

test.each([
  ['a damaged file', '', 'file too short', /^The file is damaged, or for another system than linux-x64-gnu/],
  ['one that is no library', 'x'.repeat(5000), 'invalid ELF header', /^The file is damaged, or for another system/],
])('tells %s from a missing one', async (_what, content, reason, remedy) => {
  await installPlatform('linux-x64-gnu', content)
  const lines = await told()
  expect(lines[5]).toBe(`  /${scope}/${own}/stream-pipeline.linux-x64-gnu.node: ${reason}`)
  expect(lines.at(-1)).toMatch(remedy)
})

test.each([
  [
    "/lib64/libc.so.6: version `GLIBC_2.38' not found (required by /x/stream-pipeline.linux-x64-gnu.node)",
    /^This system's glibc is older than 2\.38/,
  ],
  [
    'Error loading shared library ld-linux-x86-64.so.2: No such file or directory',
    /^The binary is for glibc, and this system has musl/,
  ],
  [
    'libc.musl-x86_64.so.1: cannot open shared object file: No such file or directory',
    /^The binary is for musl, and this system has glibc/,
  ],
])('knows what the system means by %s', async (reason, remedy) => {
  await installPlatform('linux-x64-gnu', `throw new Error(${JSON.stringify(reason)})`, 'index.js')
  const lines = await told()
  expect(lines.find((line) => line.includes(reason))).toBeDefined()
  expect(lines.at(-1)).toMatch(remedy)
})

test('says that the package has to stay outside a bundle', async () => {
  await writeFile(join(project, scope, 'node/package.json'), '{ "exports": "./dist/index.js", "type": "module" }')
  expect((await told()).at(-1)).toMatch(/^A bundler has moved .* mark @stream-pipeline\/node as external/)
})
