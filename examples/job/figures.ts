// Figures as people read them.

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const significant = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3, useGrouping: false })

/** `2,143,500` */
export const count = (value: number): string => grouped.format(value)

/** `1.23 M`, `214 k`: for columns that change all the time. */
export const short = (value: number): string => scaled(value, 1000, ['', 'k', 'M', 'G'])

/** `24.5 MB`, of a thousand kB. */
export const bytes = (value: number): string => scaled(value, 1000, ['B', 'kB', 'MB', 'GB', 'TB'])

/** `12 µs`, `3.4 ms`, `1.2 s`; nothing measured is `-`. */
export const latency = (valueUs: number, measured = true): string =>
  measured ? scaled(valueUs, 1000, ['µs', 'ms', 's']) : '-'

/** `9.8 s`, `2 min 5 s`. */
export function duration(valueMs: number): string {
  const seconds = valueMs / 1000
  if (seconds < 99.5) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
}

/** `58 %` */
export const percent = (share: number): string => `${Math.round(100 * share)} %`

function scaled(value: number, step: number, units: string[]): string {
  let unit = 0
  let rest = value
  // 999.5 would be shown as 1000.
  while (rest >= step - 0.5 && unit < units.length - 1) {
    rest /= step
    unit++
  }
  return `${rest === 0 ? '0' : significant.format(rest)} ${units[unit]!}`.trimEnd()
}
