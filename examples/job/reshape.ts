// The JavaScript stages: a record comes in as bytes, and leaves as a line of JSON.

import { dsvFormat } from 'd3-dsv'

/** A stage: called for one record at a time, in order. */
export type Reshape = (record: Buffer) => string | null

const csv = dsvFormat(',')

/** One knot, in metres per second. */
const KNOT = 1852 / 3600

/** A record of the data set, in metric units and with the energy of the impact, per kilogram of animal: v² / 2. */
export const reshapeStrike: Reshape = (record) => {
  const fields = split(csv, record, 14)
  const [airport, aircraft, damage, date, operator, state, phase, size, species, time, , , cost, knots] = fields
  const speed = Number(knots) * KNOT
  return JSON.stringify({
    ...{ date, time, airport, state, operator, aircraft, phase, species, size, damage },
    costUsd: Number(cost),
    speedKmh: Math.round(speed * 3.6),
    impactJoulesPerKg: Math.round(speed ** 2 / 2),
  })
}

/** Records of any table: an object with the names of its header; what looks like a number becomes one. */
export function reshapeRow(header: string, delimiter: ',' | '\t'): Reshape {
  const format = dsvFormat(delimiter)
  const names = format.parseRows(header)[0] ?? []
  return (record) => {
    // Once each time that the file is read.
    if (record.toString() === header) return null
    const fields = split(format, record, names.length)
    return JSON.stringify(Object.fromEntries(names.map((name, index) => [name, typed(fields[index]!)])))
  }
}

/** Lines of any text: with the count of their words. */
export const reshapeText: Reshape = (line) => {
  const text = line.toString()
  return JSON.stringify({ text, words: text.match(/\S+/g)?.length ?? 0 })
}

/** What a stage throws ends the pipeline: `PipelineError { code: 'STAGE_FAILED', stage, sequence, cause }`. */
function split(format: typeof csv, record: Buffer, count: number): string[] {
  const text = record.toString()
  const fields = format.parseRows(text)[0] ?? []
  if (fields.length === count) return fields
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
  throw new Error(`Expected ${count} fields, as the header has, but received ${fields.length}: ${shown}`)
}

function typed(field: string): string | number | null {
  if (field === '') return null
  // Not what only looks like a number: 007, or more digits than a number holds.
  return String(Number(field)) === field ? Number(field) : field
}
