// The platforms that a release has a binary for; everything else about packaging is derived from this table and from
// package.json. A platform's name is that of its folder in npm/, and the end of its package's name.

import { readFileSync } from 'node:fs'

export type Format = 'ELF' | 'Mach-O' | 'PE'
export type Arch = 'x64' | 'arm64'
export type Libc = 'glibc' | 'musl'

/** What runs there, and what a binary for it has to be. */
export interface Platform {
  readonly name: string
  /** What Rust calls it. */
  readonly triple: string
  readonly os: 'linux' | 'darwin' | 'win32'
  readonly arch: Arch
  readonly format: Format
  readonly libc?: Libc
}

export const PLATFORMS: readonly Platform[] = [
  linux('x64', 'glibc'),
  linux('arm64', 'glibc'),
  linux('x64', 'musl'),
  linux('arm64', 'musl'),
  { name: 'darwin-x64', triple: 'x86_64-apple-darwin', os: 'darwin', arch: 'x64', format: 'Mach-O' },
  { name: 'darwin-arm64', triple: 'aarch64-apple-darwin', os: 'darwin', arch: 'arm64', format: 'Mach-O' },
  { name: 'win32-x64-msvc', triple: 'x86_64-pc-windows-msvc', os: 'win32', arch: 'x64', format: 'PE' },
  { name: 'win32-arm64-msvc', triple: 'aarch64-pc-windows-msvc', os: 'win32', arch: 'arm64', format: 'PE' },
]

function linux(arch: Arch, libc: Libc): Platform {
  const environment = libc === 'glibc' ? 'gnu' : 'musl'
  const machine = arch === 'x64' ? 'x86_64' : 'aarch64'
  return {
    name: `linux-${arch}-${environment}`,
    triple: `${machine}-unknown-linux-${environment}`,
    os: 'linux',
    arch,
    format: 'ELF',
    libc,
  }
}

/** The oldest glibc that a binary may need: the one Rust's own standard library needs. Node's own builds need 2.28. */
export const GLIBC_FLOOR = '2.17'

/** The repository. */
export const ROOT = new URL('../../', import.meta.url)

/** What package.json says, as far as packaging asks. */
export interface Manifest {
  name: string
  version: string
  files?: string[]
  napi?: { targets: string[] }
  [field: string]: unknown
}

export const readManifest = (file: URL): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest

/** The file that a platform's package holds. */
export const binaryName = (platform: Platform): string => `stream-pipeline.${platform.name}.node`

/** Throws with the names there are, if this is none of them. */
export function platformNamed(name: string): Platform {
  const platform = PLATFORMS.find((one) => one.name === name)
  if (platform === undefined) throw new Error(`${name} is none of ${PLATFORMS.map((one) => one.name).join(', ')}`)
  return platform
}

/** The platform that this process runs on; undefined where there is no binary for it. */
export function ownPlatform(): Platform | undefined {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } }
  const libc = report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
  return PLATFORMS.find(
    (one) => one.os === process.platform && one.arch === process.arch && (one.libc === undefined || one.libc === libc),
  )
}
