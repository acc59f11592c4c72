/** A QR matrix as one SVG path. Pure. */

/** One sub-path for each run of dark modules in a row; a module is 1 unit. */
export function qrPath(size: number, isDark: (row: number, column: number) => boolean): string {
  let path = ''
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (!isDark(row, column)) continue
      const start = column
      while (column < size && isDark(row, column)) column++
      path += `M${start} ${row}h${column - start}v1H${start}z`
    }
  }
  return path
}
