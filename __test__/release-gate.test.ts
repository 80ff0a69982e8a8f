import { execFile } from 'node:child_process'
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { afterEach, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)
const ENTRY = 'napi_register_module_v1\0'

/** The head of a Mach-O library. */
function machO(processor: number): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt32LE(0xfeedfacf, 0)
  bytes.writeUInt32LE(processor, 4)
  bytes.writeUInt32LE(6, 12)
  return Buffer.concat([bytes, Buffer.from(ENTRY)])
}

/** The head of a Windows library. */
function pe(processor: number): Buffer {
  const bytes = Buffer.alloc(0x80)
  bytes.write('MZ', 0, 'latin1')
  bytes.writeUInt32LE(0x40, 0x3c)
  bytes.write('PE\0\0', 0x40, 'latin1')
  bytes.writeUInt16LE(processor, 0x44)
  bytes.writeUInt16LE(0x2000, 0x56)
  return Buffer.concat([bytes, Buffer.from(ENTRY)])
}

/** The head of an ELF library without sections, which asks for no library at all. */
function elf(processor: number): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.write('\x7fELF\x02\x01', 0, 'latin1')
  bytes.writeUInt16LE(3, 16)
  bytes.writeUInt16LE(processor, 18)
  return Buffer.concat([bytes, Buffer.from(ENTRY)])
}

const HEADS: Record<string, Buffer> = {
  'linux-x64-musl': elf(62),
  'linux-arm64-musl': elf(183),
  'darwin-x64': machO(0x0100_0007),
  'darwin-arm64': machO(0x0100_000c),
  'win32-x64-msvc': pe(0x8664),
  'win32-arm64-msvc': pe(0xaa64),
}

/** A copy of what the gate looks at, with a head of a library for each platform that is not made for glibc. */
let folder: string
const file = (platform: string): string => join(folder, 'npm', platform, `stream-pipeline.${platform}.node`)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-pipeline-gate-'))
  for (const part of ['package.json', 'Cargo.toml', 'npm', 'crates/stream-pipeline-stages/Cargo.toml']) {
    await cp(part, join(folder, part), { recursive: true, filter: (path) => !path.endsWith('.node') })
  }
  for (const [platform, head] of Object.entries(HEADS)) await writeFile(file(platform), head)
})
afterEach(() => rm(folder, { recursive: true }))

/** What the gate says of these platforms, and its exit code. */
async function gate(...args: string[]): Promise<{ code: number; lines: string[] }> {
  const command = ['--import', 'tsx', 'scripts/package/gate.ts', '--folder', folder, ...args]
  const env = { ...process.env, NODE_NO_WARNINGS: '1' }
  const { code, stderr } = await run(process.execPath, command, { env }).then(
    (said) => ({ code: 0, ...said }),
    (error: unknown) => error as { code: number; stderr: string },
  )
  return { code, lines: stderr.split('\n').filter((line) => line !== '') }
}

test('passes what is there and right', async () => {
  expect(await gate(...Object.keys(HEADS))).toEqual({ code: 0, lines: [] })
})

test('refuses a file that is missing, and looks at every platform unless told otherwise', async () => {
  const { code, lines } = await gate()
  expect(code).toBe(1)
  expect(lines).toEqual(['linux-x64-gnu: its file is missing', 'linux-arm64-gnu: its file is missing'])
})

test('refuses a file for another system or processor, one that is cut off, and one that is no library', async () => {
  await copyFile(file('darwin-x64'), file('darwin-arm64'))
  await copyFile(file('linux-x64-musl'), file('win32-x64-msvc'))
  await writeFile(file('win32-arm64-msvc'), HEADS['win32-arm64-msvc']!.subarray(0, 0x40))
  await writeFile(file('linux-arm64-musl'), '#!/bin/sh')
  await writeFile(file('darwin-x64'), HEADS['darwin-x64']!.subarray(0, 32))
  expect((await gate(...Object.keys(HEADS))).lines).toEqual([
    'linux-arm64-musl: it is neither ELF nor Mach-O nor PE, of 64 bits, little-endian',
    "darwin-x64: its file has no napi_register_module_v1: it is no addon of Node's",
    'darwin-arm64: its file is Mach-O for x64, not Mach-O for arm64',
    'win32-x64-msvc: its file is ELF for x64, not PE for x64',
    'win32-arm64-msvc: its headers cannot be read: the file of 64 bytes is cut off or damaged',
  ])
})

test('refuses a file that does not load, and one that is linked against the wrong C library', async () => {
  await writeFile(file('linux-x64-gnu'), HEADS['linux-x64-musl']!)
  await copyFile('stream-pipeline.linux-x64-gnu.node', file('linux-x64-musl'))
  expect((await gate('linux-x64-gnu', 'linux-x64-musl')).lines).toEqual([
    'linux-x64-gnu: it does not need glibc',
    expect.stringMatching(/^linux-x64-gnu: it does not load: Error: .*\.node: ELF file/),
    'linux-x64-musl: it needs glibc, not musl',
  ])
})

test('refuses versions that differ, and a tag for another one', async () => {
  const manifest = join(folder, 'npm/darwin-x64/package.json')
  const text = await readFile(manifest, 'utf8')
  await writeFile(manifest, text.replace(/"version": ".*"/, '"version": "9.9.9"'))
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  expect((await gate('darwin-x64', '--tag', 'v1.2.3-none')).lines).toEqual([
    `npm/darwin-x64/package.json: version 9.9.9, but package.json has ${version}`,
    `the tag: version 1.2.3-none, but package.json has ${version}`,
  ])
})
