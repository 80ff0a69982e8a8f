// What a built library says about itself in its headers: for which system and processor it is, and which version of
// glibc it needs. Reads ELF, Mach-O and PE of 64 bits, little-endian: what the platforms in platforms.ts use.
//
// Invariant: a file that is none of these, or is cut off, is an error that says so, never a guess.

import type { Arch, Format } from './platforms.js'

export interface Binary {
  readonly format: Format
  readonly arch: Arch | `unknown (${string})`
  /** Whether it is a library that can be loaded, and no program or object file. */
  readonly library: boolean
  /** The libraries it asks the loader for; ELF only. */
  readonly needed: readonly string[]
  /** The newest glibc it asks for, like `2.17`; undefined if it asks for none. */
  readonly glibc?: string
}

export function readBinary(bytes: Buffer): Binary {
  try {
    if (bytes.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'))) return readElf(bytes)
    if (bytes.readUInt32LE(0) === 0xfeedfacf) return readMachO(bytes)
    if (bytes.toString('latin1', 0, 2) === 'MZ') return readPe(bytes)
  } catch (cause) {
    throw new Error(`its headers cannot be read: the file of ${bytes.length} bytes is cut off or damaged`, { cause })
  }
  throw new Error('it is neither ELF nor Mach-O nor PE, of 64 bits, little-endian')
}

const archOf = (number: number, x64: number, arm64: number): Binary['arch'] =>
  number === x64 ? 'x64' : number === arm64 ? 'arm64' : `unknown (0x${number.toString(16)})`

function readMachO(bytes: Buffer): Binary {
  const [DYLIB, BUNDLE] = [6, 8]
  const type = bytes.readUInt32LE(12)
  const arch = archOf(bytes.readUInt32LE(4), 0x0100_0007, 0x0100_000c)
  return { format: 'Mach-O', arch, library: type === DYLIB || type === BUNDLE, needed: [] }
}

function readPe(bytes: Buffer): Binary {
  const DLL = 0x2000
  const header = bytes.readUInt32LE(0x3c)
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0') throw new Error('no PE header')
  const library = (bytes.readUInt16LE(header + 22) & DLL) !== 0
  return { format: 'PE', arch: archOf(bytes.readUInt16LE(header + 4), 0x8664, 0xaa64), library, needed: [] }
}

interface Section {
  readonly type: number
  readonly offset: number
  readonly size: number
  /** The number of the section that goes with it: the one with its strings. */
  readonly link: number
  /** For the section of needed versions: how many libraries. */
  readonly info: number
}

function readElf(bytes: Buffer): Binary {
  const [CLASS_64, LITTLE_ENDIAN, SHARED_OBJECT] = [2, 1, 3]
  if (bytes[4] !== CLASS_64 || bytes[5] !== LITTLE_ENDIAN) throw new Error('not of 64 bits, little-endian')
  const arch = archOf(bytes.readUInt16LE(18), 62, 183)
  const sections = elfSections(bytes)
  const glibc = neededVersions(bytes, sections)
    .flatMap((version) => /^GLIBC_(\d[\d.]*)$/.exec(version)?.[1] ?? [])
    .sort(compareVersions)
    .at(-1)
  return {
    format: 'ELF',
    arch,
    library: bytes.readUInt16LE(16) === SHARED_OBJECT,
    needed: neededLibraries(bytes, sections),
    ...(glibc !== undefined && { glibc }),
  }
}

function elfSections(bytes: Buffer): Section[] {
  const [start, size, count] = [Number(bytes.readBigUInt64LE(40)), bytes.readUInt16LE(58), bytes.readUInt16LE(60)]
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
      info: bytes.readUInt32LE(at + 44),
    }
  })
}

function stringAt(bytes: Buffer, offset: number): string {
  const end = bytes.indexOf(0, offset)
  if (offset >= bytes.length || end === -1) throw new RangeError('a string that does not end')
  return bytes.toString('latin1', offset, end)
}

/** The DT_NEEDED entries of the dynamic section. */
function neededLibraries(bytes: Buffer, sections: readonly Section[]): string[] {
  const [DYNAMIC, NEEDED, ENTRY] = [6, 1, 16]
  const dynamic = sections.find(({ type }) => type === DYNAMIC)
  if (dynamic === undefined) return []
  const strings = sections[dynamic.link]!.offset
  const names: string[] = []
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += ENTRY) {
    if (Number(bytes.readBigInt64LE(at)) !== NEEDED) continue
    names.push(stringAt(bytes, strings + Number(bytes.readBigUInt64LE(at + 8))))
  }
  return names
}

/** What the section of needed versions names, of all libraries together. */
function neededVersions(bytes: Buffer, sections: readonly Section[]): string[] {
  const VERSIONS_NEEDED = 0x6fff_fffe
  const section = sections.find(({ type }) => type === VERSIONS_NEEDED)
  if (section === undefined) return []
  const strings = sections[section.link]!.offset
  const names: string[] = []
  let library = section.offset
  for (let left = section.info; left > 0; left--) {
    let version = library + bytes.readUInt32LE(library + 8)
    for (let versions = bytes.readUInt16LE(library + 2); versions > 0; versions--) {
      names.push(stringAt(bytes, strings + bytes.readUInt32LE(version + 8)))
      version += bytes.readUInt32LE(version + 12)
    }
    library += bytes.readUInt32LE(library + 12)
  }
  return names
}

/** Orders `2.9` before `2.17`. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}
