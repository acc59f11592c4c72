/** The full-text index over sessions, and the triggers that keep it true. A migration is never changed once it was released; a new one follows it. */
import type { Migration } from '../storage/ports.ts'

/**
 * What of a row of `items` can be found, as an SQL expression: what was said, and of a tool call its name and the line that says what it is about.
 * Null where there is nothing (yet): a streaming answer is found once it is done. A body that is no JSON must not keep it from being written.
 */
export const spokenText = (row: string): string => `CAST(CASE WHEN NOT json_valid(${row}.body) THEN NULL
  WHEN ${row}.kind = 'user' OR (${row}.kind = 'assistant' AND ${row}.body ->> '$.done') THEN ${row}.body ->> '$.text'
  WHEN ${row}.kind = 'tool' THEN (${row}.body ->> '$.call.name') || ' ' || (${row}.body ->> '$.call.summary') END AS TEXT)`

/** The word that stands for a folder in `history_words.place`: one token, whatever the path has in it. */
const placeOf = (sessionId: string): string => `(SELECT hex(folder) FROM sessions WHERE id = ${sessionId})`

/** Characters of one message that are indexed: a pasted log of many megabytes would make one insert take a second. */
const WORD_CHARACTERS = 200_000
const GRAM_CHARACTERS = 20_000

const addDoc = (text: string, sessionId: string, doc: string): string => `
  INSERT INTO history_words (rowid, text, place) SELECT ${doc}, substr(${text}, 1, ${WORD_CHARACTERS}), ${placeOf(sessionId)};
  INSERT INTO history_grams (rowid, text) SELECT ${doc}, substr(${text}, 1, ${GRAM_CHARACTERS}) || '  ';`

const dropDoc = (doc: string): string => `
  DELETE FROM history_words WHERE rowid = ${doc};
  DELETE FROM history_grams WHERE rowid = ${doc};`

const itemDoc = (row: string): string => `(SELECT id FROM history_docs WHERE item_id = ${row}.id)`
const titleDoc = (row: string): string => `(SELECT id FROM history_docs WHERE session_id = ${row}.id AND item_id IS NULL)`

/**
 * - `history_docs` gives every text a number that stays: rowids of `items` may change with a VACUUM. Numbers grow, so the newest come first for free.
 *   A row without an item is a session's title.
 * - `history_words`: words, without case and accents. Contentless: the text stands in `items` already. The prefix index makes the unfinished last word cheap.
 * - `history_grams`: every three characters, for what words cannot find: Chinese and Japanese (no spaces between words), the inside of
 *   `camelCaseNames`, signs and emoji. It pays only with `detail=none` (a third of the text's size; with positions it would be over twice that size),
 *   so a hit is a candidate that the search checks against the text. Two spaces follow each text, so that its last character begins a gram too.
 * - `history_gram_list` reads the grams themselves: how a search shorter than three characters finds any.
 */
export const HISTORY_MIGRATIONS: readonly Migration[] = [
  {
    name: 'history-1',
    sql: `
      CREATE TABLE history_docs (
        id INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL,
        item_id TEXT UNIQUE
      ) STRICT;
      CREATE UNIQUE INDEX history_titles ON history_docs (session_id) WHERE item_id IS NULL;
      CREATE VIRTUAL TABLE history_words USING fts5 (
        text, place, content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2');
      CREATE VIRTUAL TABLE history_grams USING fts5 (
        text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram remove_diacritics 1');
      CREATE VIRTUAL TABLE history_gram_list USING fts5vocab (history_grams, row);

      CREATE TRIGGER history_item_added AFTER INSERT ON items WHEN ${spokenText('new')} <> '' BEGIN
        INSERT INTO history_docs (session_id, item_id) VALUES (new.session_id, new.id);
        ${addDoc(spokenText('new'), 'new.session_id', itemDoc('new'))}
      END;
      CREATE TRIGGER history_item_changed AFTER UPDATE OF body ON items WHEN ${spokenText('new')} IS NOT ${spokenText('old')} BEGIN
        ${dropDoc(itemDoc('old'))}
        INSERT OR IGNORE INTO history_docs (session_id, item_id) VALUES (new.session_id, new.id);
        ${addDoc(`COALESCE(${spokenText('new')}, '')`, 'new.session_id', itemDoc('new'))}
      END;
      CREATE TRIGGER history_item_removed AFTER DELETE ON items BEGIN
        ${dropDoc(itemDoc('old'))}
        DELETE FROM history_docs WHERE item_id = old.id;
      END;

      CREATE TRIGGER history_session_added AFTER INSERT ON sessions BEGIN
        INSERT INTO history_docs (session_id) VALUES (new.id);
        ${addDoc('new.title', 'new.id', titleDoc('new'))}
      END;
      CREATE TRIGGER history_session_renamed AFTER UPDATE OF title ON sessions WHEN new.title <> old.title BEGIN
        ${dropDoc(titleDoc('old'))}
        ${addDoc('new.title', 'new.id', titleDoc('new'))}
      END;
      CREATE TRIGGER history_session_removed AFTER DELETE ON sessions BEGIN
        ${dropDoc(titleDoc('old'))}
        DELETE FROM history_docs WHERE session_id = old.id AND item_id IS NULL;
      END;

      INSERT INTO history_docs (session_id, item_id)
        SELECT session_id, item_id FROM (
          SELECT id AS session_id, NULL AS item_id, created_at AS at, -1 AS position FROM sessions
          UNION ALL SELECT i.session_id, i.id, i.at, i.position FROM items i WHERE ${spokenText('i')} <> '')
        ORDER BY at, position;
      INSERT INTO history_words (rowid, text, place)
        SELECT d.id, substr(COALESCE(${spokenText('i')}, s.title), 1, ${WORD_CHARACTERS}), hex(s.folder)
        FROM history_docs d JOIN sessions s ON s.id = d.session_id LEFT JOIN items i ON i.id = d.item_id ORDER BY d.id;
      INSERT INTO history_grams (rowid, text)
        SELECT d.id, substr(COALESCE(${spokenText('i')}, s.title), 1, ${GRAM_CHARACTERS}) || '  '
        FROM history_docs d JOIN sessions s ON s.id = d.session_id LEFT JOIN items i ON i.id = d.item_id ORDER BY d.id;
    `,
  },
]
