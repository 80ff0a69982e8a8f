// JSON documents, and what is nearly JSON, made at random from a seed.

/** A number from 0 to before `below`. */
export type Random = (below: number) => number

export function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)]!
}

const NUMBERS = [
  '0',
  '-0',
  '-0.0',
  '1E400',
  '-1e400',
  '5e-324',
  '9007199254740993',
  '123456789012345678901234567890',
  '1e-7',
]
const STRINGS = [
  '',
  ' ',
  'x',
  '</script>',
  '{}',
  "'",
  '`${1}`',
  '\u007f',
  '1',
  '__proto__',
  'true',
  'a longer string than most',
]
/** JSON of values that no shape has. */
const ODD = [
  '"\\u00e9"',
  '"é"',
  '"\\ud800"',
  '"\\n"',
  '"\\""',
  '"𝄞"',
  '[[]]',
  '{"__proto__":1}',
  '{"2":1,"1":2}',
  '{"a":1,"a":2}',
  `${'['.repeat(99)}${']'.repeat(99)}`,
]
/** What is put into a document to make it another one, or none. */
const SCRAPS = [
  '"',
  '\\',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  ' ',
  '\n',
  '\u0000',
  '0',
  '-',
  '.',
  'e',
  'null',
  'é',
  '\ufeff',
  '\u2028',
]

function numberOf(random: Random): string {
  switch (random(4)) {
    case 0:
      return pick(random, NUMBERS)
    case 1:
      return String(random(2000) - 1000)
    case 2:
      return String((random(2 ** 32) / 2 ** 20) * 10 ** (random(40) - 20))
    default: {
      const digits = Array.from({ length: 1 + random(25) }, () => random(10)).join('')
      return `${random(2) === 0 ? '-' : ''}${1 + random(9)}.${digits}e${random(640) - 320}`
    }
  }
}

/** A document of one of four shapes: plain, nested, with white space, a list. */
export function plainDocument(random: Random, shape: number): string {
  const text = JSON.stringify(pick(random, STRINGS) + (random(2) === 0 ? String(random(1e6)) : ''))
  const number = numberOf(random)
  const bool = String(random(2) === 0)
  switch (shape % 4) {
    case 0:
      return `{"text":${text},"number":${number},"bool":${bool},"none":null,"constructor":${text},"":1}`
    case 1:
      return `{"z":{"a":{"text":${text}},"b":{}},"list":[${number},[${bool}],[]],"a b":${text}}`
    case 2:
      return ` {\n\t"text" : ${text} ,\r\n "in" : [ { "n" : ${number} } , null ] }\n`
    default:
      return `[${number},${text},${number},{"toString":${bool}}]`
  }
}

/** Its first value is one that shapes leave alone. */
export function oddDocument(random: Random, shape: number): string {
  return plainDocument(random, shape).replace(/:"[^"]*"|:-?[\d.]+(?=[,}])/, () => `:${pick(random, ODD)}`)
}

/** A document with something put in or left out. */
export function damagedDocument(random: Random, shape: number): string {
  const document = plainDocument(random, shape)
  const at = random(document.length + 1)
  const scrap = random(3) === 0 ? '' : pick(random, SCRAPS)
  return document.slice(0, at) + scrap + document.slice(at + random(3))
}
