// The secret of the examples: from the file that COUNTERSIGN_SECRET_FILE names, else from COUNTERSIGN_SECRET.

import { readFileSync } from 'node:fs'

/** A program without its secret must not start: anybody could sign with an empty one. */
export function secretFromEnvironment() {
  const { COUNTERSIGN_SECRET_FILE: file, COUNTERSIGN_SECRET: value = '' } = process.env
  // Editors end a file with a line ending, which is no part of the secret. Nothing else is removed.
  const secret = file ? readFileSync(file, 'utf8').replace(/\r?\n$/, '') : value
  if (secret.trim() === '') throw new Error('COUNTERSIGN_SECRET_FILE or COUNTERSIGN_SECRET is missing or empty')
  return secret
}
