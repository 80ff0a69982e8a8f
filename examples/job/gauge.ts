// Shares drawn as bars, in eighths of a character.

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** `███████▏····`; the marks stand out in it, whether the bar has reached them or not: `███│███▏│·`. */
export function gauge(share: number, width: number, marks: readonly number[] = []): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8)
  const cells = Array.from(`${'█'.repeat(eighths >> 3)}${EIGHTHS[eighths & 7]!}`.padEnd(width, '·'))
  for (const mark of marks) cells[Math.min(Math.floor(mark * width), width - 1)] = '│'
  return cells.join('')
}

/** Shares of a whole, one character each: `███████░░░···`. Together they fill the width. */
export function stacked(shares: readonly number[], width: number, characters: readonly string[]): string {
  const whole = shares.reduce((sum, share) => sum + share, 0) || 1
  let passed = 0
  return shares
    .map((share, index) => {
      const from = Math.round((passed / whole) * width)
      passed += share
      return characters[index]!.repeat(Math.round((passed / whole) * width) - from)
    })
    .join('')
}
