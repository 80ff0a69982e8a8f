// Finds the atomic orderings stronger than Relaxed in a Rust source, and what the comment above each says of it.
//
// The comment stands right above the statement, or above the first of several such statements in a row. It has to name
// the other side, `// Partner: ...`; and it says `// Unmodelled: ...`, with the reason, where no model can need it.

/** A weaker form of one ordering: what stands from `start` to `end` in the source becomes `replacement`. */
export interface Mutant {
  /** What the ordering becomes. */
  name: string
  start: number
  end: number
  replacement: string
}

export interface Site {
  file: string
  /** Counted from 1. */
  line: number
  code: string
  hasPartner: boolean
  /** Why no model fails without it, if that is said. */
  reason: string | undefined
  mutants: Mutant[]
}

const ORDERING = '(?:\\w+::)*\\b(Acquire|Release|AcqRel|SeqCst)\\b'
const ORDERINGS = new RegExp(`\\bfence\\s*\\(\\s*${ORDERING}\\s*\\)|${ORDERING}`, 'g')

/** Comments and literals; in raw strings the same number of `#` stands on both sides. */
const NOT_CODE = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\br(#*)"[\s\S]*?"\1|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[^']+|[^'\\\n])'/g
const USE = /^[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?use\s[^;]*;/gm
const TEST_ONLY = /#\[cfg\((?:all\()?test\b[^\]]*\]/g

/** The orderings of `source` in their order; those of its tests are left out. */
export function findSites(file: string, source: string): Site[] {
  const code = codeOf(source)
  const found = [...code.matchAll(ORDERINGS)].map((match) => ({
    match,
    line: code.slice(0, match.index).split('\n').length,
  }))
  const [lines, codeLines] = [source.split('\n'), code.split('\n')]
  const withSite = new Set(found.map(({ line }) => line))
  return found.map(({ match, line }) => {
    const comment = commentAbove(lines, codeLines, withSite, line)
    return {
      file,
      line,
      code: lines[line - 1]!.trim(),
      hasPartner: /\bPartners?: \S/.test(comment),
      reason: /\bUnmodelled: (.+)/.exec(comment)?.[1],
      mutants: mutantsOf(match),
    }
  })
}

function mutantsOf(match: RegExpExecArray): Mutant[] {
  const [text, ofFence, ofAccess] = match
  const place = { start: match.index, end: match.index + text.length }
  // With its whole path, so that it needs no import.
  const become = (name: string, form = (ordering: string) => ordering): Mutant => {
    return { name, ...place, replacement: form(`std::sync::atomic::Ordering::${name}`) }
  }
  if (ofFence !== undefined) {
    const removed = { name: 'removed', ...place, replacement: '()' }
    return ofFence === 'SeqCst' ? [become('AcqRel', (ordering) => `fence(${ordering})`), removed] : [removed]
  }
  // Of both halves each has to be needed.
  return (ofAccess === 'AcqRel' ? ['Acquire', 'Release'] : ['Relaxed']).map((name) => become(name))
}

/** `source` with everything blank that is no code of the engine, each character at its place. */
function codeOf(source: string): string {
  let code = source.replace(NOT_CODE, blank).replace(USE, blank)
  for (const { index } of code.matchAll(TEST_ONLY)) {
    const end = endOfItem(code, code.indexOf(']', index) + 1)
    code = code.slice(0, index) + blank(code.slice(index, end)) + code.slice(end)
  }
  return code
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/** Where the item ends that begins at `from`: at its semicolon or its closing brace. */
function endOfItem(code: string, from: number): number {
  let depth = 0
  for (let at = from; at < code.length; at++) {
    if (code[at] === '{') depth++
    if (code[at] === '}') depth--
    if (depth === 0 && (code[at] === '}' || code[at] === ';')) return at + 1
  }
  return code.length
}

/** The comment right above the statement in `line`, or above the statements with a site of their own before it. */
function commentAbove(lines: string[], codeLines: string[], withSite: Set<number>, line: number): string {
  const isComment = (at: number): boolean => lines[at - 1]?.trimStart().startsWith('//') ?? false
  let at = line - 1
  while (at > 0 && !isComment(at) && (withSite.has(at) || /[^;{}\s]\s*$/.test(codeLines[at - 1]!))) at--
  const comment: string[] = []
  for (; isComment(at); at--) comment.unshift(lines[at - 1]!.trim().replace(/^\/\/[/!]?\s*/, ''))
  return comment.join(' ')
}
