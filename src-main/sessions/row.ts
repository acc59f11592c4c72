/** Reads columns of a SQLite row with their types checked: the disk is an edge. Pure. */
import type { SQLOutputValue } from 'node:sqlite'
import { AppError } from '../../src-shared/errors.ts'

export type Row = Record<string, SQLOutputValue>

/** @throws AppError `storage.corrupt` when the column holds something else. */
export function textOf(row: Row, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : wrong(column)
}

export function optionalText(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column)
}

export function integerOf(row: Row, column: string): number {
  const value = row[column]
  return typeof value === 'number' ? value : wrong(column)
}

export function optionalInteger(row: Row, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column)
}

/** One of a closed list of words. */
export function wordOf<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = textOf(row, column)
  return words.find((word) => word === value) ?? wrong(column)
}

function wrong(column: string): never {
  throw new AppError('storage.corrupt', { what: `The sessions database (${column})` })
}
